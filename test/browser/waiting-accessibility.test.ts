import { describe, it } from '@jest/globals';
import { expectAccessible } from './people/expect-accessible.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('axe finds nothing', () => {
  it.each(['phone', 'smallPhone'] as const)('in any state of the waiting page (%s)', async (size) => {
    const scene = await Scene.open({
      guestMessages: true,
      expectationText: 'We read messages within 5 minutes. In an emergency call 000.',
      entryFields: [{ key: 'reason', label: 'Reason of your visit', required: true }],
    });
    const sue = await scene.aVisitorOfTheWaitingPage('Sue Smith', { size });
    await sue.continueButton.waitFor();
    await expectAccessible('check-in', sue);
    await sue.continueButton.click();
    await sue.page.getByText(sue.t('field.missing')).first().waitFor();
    await expectAccessible('check-in, refused', sue);
    await sue.page.getByLabel('Reason of your visit').fill('Knee pain');
    await sue.checkIn();
    await sue.box.waitFor();
    await expectAccessible('waiting', sue);

    const [row] = (await scene.clinic.administrator.callers(scene.clinic.clinicId)).callers;
    if (!row) throw new Error('nobody is there');
    const { clinicId, administrator } = scene.clinic;
    await administrator.notify(clinicId, row.callerId, { messageId: 'one', text: 'The doctor is 10 minutes late' });
    await sue.say('Thank you');
    await expectAccessible('messages', sue);
    await sue.box.fill('x'.repeat(1001));
    await expectAccessible('too long', sue);
    await sue.box.fill('');
    await sue.page.getByRole('button', { name: sue.t('leave.button') }).click();
    await expectAccessible('leave?', sue);
    await sue.page.getByRole('button', { name: sue.t('leave.stay') }).click();
    await sue.page.reload();
    await sue.page.getByRole('button', { name: sue.t('sound.hint') }).waitFor();
    await expectAccessible('sound blocked', sue);
    await sue.context.setOffline(true);
    await sue.page.getByText(sue.t('connection.offline')).waitFor();
    await expectAccessible('offline', sue);
    await sue.context.setOffline(false);
    for (const status of ['being-seen', 'on-hold', 'ended'] as const) {
      await administrator.changeCaller(clinicId, row.callerId, { status });
      const words = { 'being-seen': sue.t('status.beingSeen'), 'on-hold': sue.t('status.onHold'), ended: sue.t('ended.title') }[status];
      await sue.page.getByRole('heading', { name: words }).waitFor();
      await expectAccessible(status, sue);
    }
    await sue.page.goto(`${scene.waitingUrl}-not`);
    await sue.page.getByRole('heading', { name: sue.t('notFound.title') }).waitFor();
    await expectAccessible('no such clinic', sue);
  });
});
