import { describe, expect, it } from '@jest/globals';
import { eventually } from '../integration/scenario/eventually.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';
import type { StaffWindow } from './people/staff-window.ts';

closeScenesAfterEach();

const statusColour = (window: StaffWindow, name: string, word: string): Promise<string> =>
  window
    .row(name)
    .getByText(word, { exact: true })
    .evaluate((element) => getComputedStyle(element).color);

describe('Statuses', () => {
  it('are a word and a colour of their own, and the caller reads each at once', async () => {
    const scene = await Scene.open();
    const [ada, ben, sue] = await Promise.all([scene.aStaffWindow(), scene.aStaffWindow('ben'), scene.aCallerPhone('Sue Smith')]);
    await ben.sees('Sue Smith');
    const colours = new Set([await statusColour(ben, 'Sue Smith', ben.t('status.waiting'))]);

    await ada.choose('Sue Smith', ada.t('status.beingSeen'));
    await sue.page.getByRole('heading', { name: sue.t('status.beingSeen') }).waitFor();
    await ben.seesInRow('Sue Smith', ben.t('status.beingSeen'));
    colours.add(await statusColour(ben, 'Sue Smith', ben.t('status.beingSeen')));

    await ada.choose('Sue Smith', ada.t('status.onHold'));
    await sue.page.getByRole('heading', { name: sue.t('status.onHold') }).waitFor();
    await ben.seesInRow('Sue Smith', ben.t('status.onHold'));
    colours.add(await statusColour(ben, 'Sue Smith', ben.t('status.onHold')));
    expect(colours.size).toBe(3);

    await sue.putAway();
    await ben.seesInRow('Sue Smith', ben.t('offline'));
    await ben.seesInRow('Sue Smith', ben.t('status.onHold'));
  });

  it('waiting turns darker after the clinic’s threshold, and says so', async () => {
    const scene = await Scene.open({ waitingThresholdMinutes: 30 });
    await scene.clinic.arrives('Sue Smith');
    const ada = await scene.aStaffWindow('administrator', { clock: true });
    await ada.seesInRow('Sue Smith', ada.t('minutes', { minutes: 0 }));
    const before = await statusColour(ada, 'Sue Smith', ada.t('status.waiting'));

    await ada.page.clock.fastForward('31:00');
    await ada.seesInRow('Sue Smith', ada.t('minutes', { minutes: 31 }));
    await ada
      .row('Sue Smith')
      .getByText(ada.t('waitingLong', { minutes: 30 }))
      .waitFor({ state: 'attached' });
    expect(await statusColour(ada, 'Sue Smith', ada.t('status.waiting'))).not.toBe(before);
  });

  it('ended can be undone, from the message and from the list of those who left today', async () => {
    const scene = await Scene.open();
    const [ada, ben, sue] = await Promise.all([scene.aStaffWindow(), scene.aStaffWindow('ben'), scene.aCallerPhone('Sue Smith')]);
    await ada.notify('Sue Smith', 'Hello Sue');
    await ada.choose('Sue Smith', ada.t('status.beingSeen'));

    await ada.choose('Sue Smith', ada.t('endVisit'));
    await sue.page.getByRole('heading', { name: sue.t('ended.title') }).waitFor();
    await ben.reads(ben.t('board.empty'));
    await ada.page.getByRole('button', { name: ada.t('undo') }).click();
    await ben.sees('Sue Smith');
    await ben.seesInRow('Sue Smith', ben.t('status.beingSeen'));
    // Her page comes back by itself.
    await sue.page.getByRole('heading', { name: sue.t('status.beingSeen') }).waitFor();
    await sue.shows('Hello Sue');

    await ada.choose('Sue Smith', ada.t('endVisit'));
    await ben.reads(ben.t('board.empty'));
    await ben.page.getByRole('button', { name: ben.t('leftToday') }).click();
    await ben.dialog.getByText('Sue Smith').waitFor();
    // What was said can be read, and the list stands there again afterwards.
    await ben.dialog.getByRole('button', { name: ben.t('conversation.with', { name: 'Sue Smith' }) }).click();
    await ben.conversation('Sue Smith').message('Hello Sue').waitFor();
    await ben.page.keyboard.press('Escape');
    await ben.dialog.getByRole('button', { name: ben.t('bringBack.name', { name: 'Sue Smith' }) }).click();
    await ben.closeDialog();
    await ben.sees('Sue Smith');
    await ben.seesInRow('Sue Smith', ben.t('status.waiting'));
  });

  it('the caller leaves by their own choice, asked twice, and nothing stays on the phone', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    await ada.sees('Sue Smith');
    await sue.page.getByRole('button', { name: sue.t('leave.button') }).click();
    await sue.page.getByRole('button', { name: sue.t('leave.stay') }).click();
    await sue.waits();
    await sue.page.getByRole('button', { name: sue.t('leave.button') }).click();
    await sue.page
      .getByRole('dialog')
      .getByRole('button', { name: sue.t('leave.confirm') })
      .click();
    await sue.page.getByRole('heading', { name: sue.t('ended.left') }).waitFor();
    await ada.reads(ada.t('board.empty'));
    await eventually(async () =>
      expect(
        await sue.page.evaluate((clinicId) => Object.keys(sessionStorage).filter((key) => key.includes(clinicId)), scene.clinic.clinicId),
      ).toEqual([]),
    );
  });
});
