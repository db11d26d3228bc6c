import { describe, expect, it } from '@jest/globals';
import { eventually } from '../integration/scenario/eventually.ts';
import { isFocused } from './people/focus.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('A message that is not sent', () => {
  it('says why, can be tried again once the clinic takes messages, and the focus goes to the messages', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const { administrator, clinicId } = scene.clinic;
    const sue = await scene.aCallerPhone('Sue Smith');
    await sue.sayInVain('Am I next?');
    await administrator.changeSettings(clinicId, { guestMessages: false });
    await sue.box.waitFor({ state: 'detached' });
    await sue.release();
    const message = sue.message('Am I next?');
    const tryAgain = message.getByRole('button', { name: sue.t('tryAgain') });
    await message.getByText(sue.t('message.notSent.off')).waitFor();
    expect(await tryAgain.count()).toBe(0);

    await administrator.changeSettings(clinicId, { guestMessages: true });
    await tryAgain.focus();
    await sue.page.keyboard.press('Enter');
    await message.getByText(sue.t('message.sent')).waitFor();
    expect(await isFocused(sue.log)).toBe(true);
    await sue.shows('Am I next?');
  });

  it('can be removed, and stays away after a reload; the focus goes to the messages', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const { administrator, clinicId } = scene.clinic;
    const sue = await scene.aCallerPhone('Sue Smith');
    await sue.sayInVain('Never mind');
    await administrator.changeSettings(clinicId, { guestMessages: false });
    await sue.box.waitFor({ state: 'detached' });
    await sue.release();
    const message = sue.message('Never mind');
    await message.getByText(sue.t('message.notSent.off')).waitFor();

    // A reload does not send it again by itself, though the clinic takes messages now.
    await administrator.changeSettings(clinicId, { guestMessages: true });
    await sue.page.reload();
    await sue.box.waitFor();
    await message.getByText(sue.t('message.notSent')).waitFor();
    await message.getByRole('button', { name: sue.t('message.discard') }).focus();
    await sue.page.keyboard.press('Enter');
    await message.waitFor({ state: 'detached' });
    expect(await isFocused(sue.log)).toBe(true);
    await sue.page.reload();
    await sue.box.waitFor();
    expect(await sue.texts()).toEqual([]);
    expect((await administrator.callers(clinicId)).callers).toMatchObject([{ messageCount: 0 }]);
  });

  it('because the visit has ended stands on the last page, and waits for the caller when the clinic undoes the end', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const { administrator, clinicId } = scene.clinic;
    const sue = await scene.aCallerPhone('Sue Smith');
    const [row] = (await administrator.callers(clinicId)).callers;
    if (!row) throw new Error('nobody is there');
    await sue.sayInVain('One more thing');
    await administrator.changeCaller(clinicId, row.callerId, { status: 'ended' });
    await sue.page.getByRole('heading', { name: sue.t('ended.title') }).waitFor();
    const last = sue.page.getByRole('listitem').filter({ hasText: 'One more thing' });
    await last.getByText(sue.t('message.notSent')).waitFor();
    expect(await last.getByRole('button').count()).toBe(0);

    await sue.release();
    await administrator.changeCaller(clinicId, row.callerId, { status: 'waiting' });
    await sue.waits();
    await sue.message('One more thing').getByText(sue.t('message.notSent')).waitFor();
    await sue
      .message('One more thing')
      .getByRole('button', { name: sue.t('tryAgain') })
      .click();
    await sue.message('One more thing').getByText(sue.t('message.sent')).waitFor();
    await eventually(async () => expect((await administrator.callers(clinicId)).callers).toMatchObject([{ messageCount: 1 }]));
  });
});
