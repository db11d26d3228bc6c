import { describe, it } from '@jest/globals';
import { expectAccessible } from './people/expect-accessible.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('axe finds nothing', () => {
  it.each(['desktop', 'phone'] as const)('in any state of the dashboard (%s)', async (size) => {
    const scene = await Scene.open({ guestMessages: true, entryFields: [{ key: 'reason', label: 'Reason', required: false }] });
    const { clinic } = scene;
    const visitor = await scene.aVisitorOfTheDashboard('', { size });
    await visitor.page.getByRole('button', { name: visitor.t('signIn') }).waitFor();
    await expectAccessible('signed out', visitor);

    const ada = await scene.aStaffWindow('administrator', { size });
    const { page, t } = ada;
    await expectAccessible('nobody here', ada);
    const sue = await clinic.arrives('Sue Smith', { phone: '0400 111 222', details: { reason: 'Knee pain' }, language: 'fr' });
    const ali = await clinic.arrives('Ali Hassan');
    await clinic.arrives('Marie Dupont');
    const tom = await clinic.checkIn('Tom Walker');
    await clinic.hire('Ben', { answersMessages: true });
    await clinic.administrator.changeCaller(clinic.clinicId, ali.callerId, { status: 'being-seen' });
    await clinic.administrator.changeCaller(clinic.clinicId, tom.callerId, { status: 'on-hold' });
    await ada.sees('Sue Smith', 'Ali Hassan', 'Marie Dupont', 'Tom Walker');
    await ada.notify('Sue Smith', 'The doctor is late');
    await sue.client.sendMessage('How late?');
    await ada.notify('Tom Walker', 'We call you back');
    await ada.seesInRow('Sue Smith', t('needsReply'));
    await expectAccessible('board', ada);

    await ada.menu('Sue Smith');
    await expectAccessible('menu', ada);
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await ada.choose('Sue Smith', t('details'));
    await ada.dialog.getByText('Knee pain').waitFor();
    await expectAccessible('details', ada);
    await ada.closeDialog();
    const conversation = await ada.converse('Sue Smith');
    await conversation.message('How late?').waitFor();
    await expectAccessible('conversation', ada);
    await conversation.box.fill('x'.repeat(1001));
    await expectAccessible('too long', ada);
    await conversation.box.fill('');
    await conversation.close();

    await ada.chip(t('status.waiting')).click();
    await ada.notifyListButton(2).click();
    await expectAccessible('notify', ada);
    await ada.dialog.getByRole('textbox').fill('Thank you for waiting');
    await ada.dialog.getByRole('button', { name: t('notify.review') }).click();
    await expectAccessible('notify, confirm', ada);
    await ada.dialog.getByRole('button', { name: t('notify.send', { count: 2 }) }).click();
    await ada.seesOutcome(t('outcome.matched', { count: 2 }));
    await expectAccessible('notify, sent', ada);
    await ada.dialog.getByRole('button', { name: t('outcome.recipients') }).click();
    await ada.dialog.getByText('Marie Dupont').waitFor();
    await expectAccessible('recipients', ada);
    await ada.closeDialog();
    await page.getByRole('button', { name: t('history.name', { count: 1 }) }).click();
    await ada.dialog.getByText('Thank you for waiting').waitFor();
    await expectAccessible('sent before', ada);
    await ada.closeDialog();

    await ada.search('nobody of this name');
    await ada.reads(t('board.noneMatch'));
    await expectAccessible('none match', ada);
    await page.getByRole('button', { name: t('filters.clear') }).click();
    await ada.choose('Ali Hassan', t('endVisit'));
    await page.getByRole('button', { name: t('undo') }).waitFor();
    await expectAccessible('ended, undo', ada);
    await page.getByRole('button', { name: t('leftToday') }).click();
    await ada.dialog.getByText('Ali Hassan').waitFor();
    await expectAccessible('left today', ada);
    await ada.closeDialog();

    await page.getByRole('button', { name: t('alerts') }).click();
    await expectAccessible('alerts', ada);
    await ada.closeDialog();
    await page.getByRole('button', { name: t('account.name', { name: 'Ada Admin' }) }).click();
    await expectAccessible('account', ada);
    await ada.closeDialog();
    await page.getByRole('button', { name: t('settings') }).click();
    await ada.dialog.getByLabel(t('settings.name')).waitFor();
    await expectAccessible('settings', ada);
    await page.getByRole('tab', { name: t('settings.members') }).click();
    await ada.dialog.getByText('Ben', { exact: true }).waitFor();
    await expectAccessible('members', ada);
  });
});
