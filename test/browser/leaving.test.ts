import { describe, expect, it } from '@jest/globals';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('Leaving', () => {
  it('takes a message that is under way with it: whoever checks in next in the tab does not send it', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const sue = await scene.aCallerPhone('Sue Smith');
    await sue.sayInVain('My knee hurts');
    await sue.leaveButton.click();
    await sue.confirmLeave.click();
    await sue.page.getByRole('heading', { name: sue.t('ended.left') }).waitFor();
    expect(await sue.kept()).toEqual({});

    await sue.release();
    await sue.page.getByRole('button', { name: sue.t('ended.checkInAgain') }).click();
    await sue.page.getByLabel(sue.t('checkIn.name')).fill('Ali Hassan');
    await sue.continueButton.click();
    await sue.waits();
    await sue.say('I am Ali');
    expect(await sue.texts()).toEqual(['I am Ali']);
    const { callers } = await scene.clinic.administrator.callers(scene.clinic.clinicId);
    expect(callers).toMatchObject([{ name: 'Ali Hassan', messageCount: 1 }]);
  });

  it('fails without a network, says so once, and is not made up for when one stays', async () => {
    const scene = await Scene.open();
    const sue = await scene.aCallerPhone('Sue Smith');
    await sue.context.setOffline(true);
    await sue.leaveButton.click();
    await sue.confirmLeave.click();
    const failure = sue.leaveDialog.getByText(sue.t('leave.failed'));
    await failure.waitFor();
    await sue.stay.click();
    await sue.leaveDialog.waitFor({ state: 'hidden' });
    await sue.leaveButton.click();
    await sue.stay.waitFor();
    expect(await failure.count()).toBe(0);

    await sue.context.setOffline(false);
    await sue.page.getByText(sue.t('connection.offline')).waitFor({ state: 'detached' });
    const { callers } = await scene.clinic.administrator.callers(scene.clinic.clinicId);
    expect(callers).toMatchObject([{ name: 'Sue Smith', status: 'waiting' }]);
    await sue.confirmLeave.click();
    await sue.page.getByRole('heading', { name: sue.t('ended.left') }).waitFor();
  });

  it('cannot be taken back while the clinic is being told', async () => {
    const scene = await Scene.open();
    const sue = await scene.aCallerPhone('Sue Smith', { size: 'desktop' });
    await sue.hold('leave');
    await sue.leaveButton.click();
    await sue.confirmLeave.click();
    await sue.leaveDialog.getByRole('button', { name: sue.t('leave.leaving') }).waitFor();
    for (let presses = 0; presses < 3; presses += 1) await sue.page.keyboard.press('Escape');
    expect(await sue.stay.getAttribute('aria-disabled')).toBe('true');
    await sue.stay.click({ force: true });
    expect(await sue.leaveDialog.isVisible()).toBe(true);
    await sue.release();
    await sue.page.getByRole('heading', { name: sue.t('ended.left') }).waitFor();
  });
});
