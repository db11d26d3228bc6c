import { describe, expect, it } from '@jest/globals';
import { eventually } from '../integration/scenario/eventually.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';
import type { StaffWindow } from './people/staff-window.ts';

closeScenesAfterEach();

/** The hue of a status' word, in degrees, and how light its ground is (0 black, 1 white). */
const statusLook = (window: StaffWindow, name: string, word: string): Promise<{ hue: number; lightness: number }> =>
  window
    .row(name)
    .getByText(word, { exact: true })
    .evaluate((element) => {
      // A canvas answers any colour of CSS in red, green and blue.
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      const rgb = (colour: string) => {
        if (!canvas) throw new Error('no canvas');
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
      };
      const [red = 0, green = 0, blue = 0] = rgb(getComputedStyle(element).color);
      const [ground = 1, groundGreen = 1, groundBlue = 1] = rgb(getComputedStyle(element.closest('.status') ?? element).backgroundColor);
      const most = Math.max(red, green, blue);
      const range = most - Math.min(red, green, blue) || 1;
      const sixth = most === red ? (green - blue) / range : most === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
      return { hue: (sixth * 60 + 360) % 360, lightness: 0.2126 * ground + 0.7152 * groundGreen + 0.0722 * groundBlue };
    });

describe('Statuses', () => {
  it('are a word and a colour of their own, and the caller reads each at once', async () => {
    const scene = await Scene.open();
    const [ada, ben, sue] = await Promise.all([scene.aStaffWindow(), scene.aStaffWindow('ben'), scene.aCallerPhone('Sue Smith')]);
    await ben.sees('Sue Smith');
    // Orange, green and red lie around 30, 120 and 0 degrees.
    const orange = (await statusLook(ben, 'Sue Smith', ben.t('status.waiting'))).hue;
    expect([orange > 15, orange < 45]).toEqual([true, true]);

    await ada.choose('Sue Smith', ada.t('status.beingSeen'));
    await sue.page.getByRole('heading', { name: sue.t('status.beingSeen') }).waitFor();
    await ben.seesInRow('Sue Smith', ben.t('status.beingSeen'));
    const green = (await statusLook(ben, 'Sue Smith', ben.t('status.beingSeen'))).hue;
    expect([green > 90, green < 160]).toEqual([true, true]);

    await ada.choose('Sue Smith', ada.t('status.onHold'));
    await sue.page.getByRole('heading', { name: sue.t('status.onHold') }).waitFor();
    await ben.seesInRow('Sue Smith', ben.t('status.onHold'));
    const red = (await statusLook(ben, 'Sue Smith', ben.t('status.onHold'))).hue;
    expect(Math.min(red, 360 - red)).toBeLessThan(12);

    await sue.putAway();
    await ben.seesInRow('Sue Smith', ben.t('offline'));
    await ben.seesInRow('Sue Smith', ben.t('status.onHold'));
  });

  it('waiting turns darker after the clinic’s threshold, and says so', async () => {
    const scene = await Scene.open({ waitingThresholdMinutes: 30 });
    await scene.clinic.arrives('Sue Smith');
    const ada = await scene.aStaffWindow('administrator', { clock: true });
    await ada.seesInRow('Sue Smith', ada.t('minutes', { minutes: 0 }));
    const before = await statusLook(ada, 'Sue Smith', ada.t('status.waiting'));

    await ada.page.clock.fastForward('31:00');
    await ada.seesInRow('Sue Smith', ada.t('minutes', { minutes: 31 }));
    await ada
      .row('Sue Smith')
      .getByText(ada.t('waitingLong', { minutes: 30 }))
      .waitFor({ state: 'attached' });
    expect((await statusLook(ada, 'Sue Smith', ada.t('status.waiting'))).lightness).toBeLessThan(before.lightness);
  });

  it('waiting goes on counting from the arrival after a hold and an undone end', async () => {
    const scene = await Scene.open();
    await scene.clinic.arrives('Sue Smith');
    const ada = await scene.aStaffWindow('administrator', { clock: true });
    await ada.sees('Sue Smith');
    await ada.page.clock.fastForward('20:00');
    await ada.seesInRow('Sue Smith', ada.t('minutes', { minutes: 20 }));
    await ada.choose('Sue Smith', ada.t('status.onHold'));
    await ada.seesInRow('Sue Smith', ada.t('status.onHold'));
    await ada.choose('Sue Smith', ada.t('status.waiting'));
    await ada.seesInRow('Sue Smith', ada.t('minutes', { minutes: 20 }));
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
