import { describe, expect, it } from '@jest/globals';
import { eventually } from '../integration/scenario/eventually.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('Settings', () => {
  it('are the administrator’s: the expectation text, the questions at check-in, the threshold', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, ben, sue] = await Promise.all([scene.aStaffWindow(), scene.aStaffWindow('ben'), scene.aCallerPhone('Sue Smith')]);
    expect(await ben.page.getByRole('button', { name: ben.t('settings') }).count()).toBe(0);

    await ada.page.getByRole('button', { name: ada.t('settings') }).click();
    await ada.dialog.getByLabel(ada.t('settings.expectation')).fill('We answer within 2 minutes.');
    await ada.dialog.getByLabel(ada.t('settings.waitingThreshold')).fill('15');
    await ada.dialog.getByRole('button', { name: ada.t('entryFields.add') }).click();
    await ada.dialog.getByRole('textbox', { name: ada.t('entryFields.label', { number: 1 }) }).fill('Date of birth');
    await ada.dialog.getByText(ada.t('entryFields.required'), { exact: true }).click();
    await ada.dialog.getByRole('button', { name: ada.t('save') }).click();

    await sue.page.getByText('We answer within 2 minutes.').waitFor();
    await eventually(async () => {
      const settings = await scene.clinic.administrator.settings(scene.clinic.clinicId);
      expect(settings).toMatchObject({ waitingThresholdMinutes: 15, entryFields: [{ label: 'Date of birth', required: true }] });
    });
    await ada.closeDialog();

    const ali = await scene.aVisitorOfTheWaitingPage('Ali Hassan');
    await ali.page.getByLabel(ali.t('checkIn.name')).fill('Ali Hassan');
    await ali.continueButton.click();
    await ali.page.getByText(ali.t('field.missing')).waitFor();
    await ali.page.getByLabel('Date of birth').fill('1 February 1980');
    await ali.continueButton.click();
    await ali.waits();
    await ben.seesInRow('Ali Hassan', '1 February 1980');
  });

  it('bring in a new member by a link that works once', async () => {
    const scene = await Scene.open();
    const ada = await scene.aStaffWindow();
    await ada.page.getByRole('button', { name: ada.t('settings') }).click();
    await ada.page.getByRole('tab', { name: ada.t('settings.members') }).click();
    await ada.dialog.getByLabel(ada.t('invite.name'), { exact: true }).fill('Nora New');
    await ada.dialog.getByRole('button', { name: ada.t('invite.make') }).click();
    const link = await ada.dialog.getByRole('textbox', { name: ada.t('invite.link') }).inputValue();
    const invitation = new URL(link).hash;

    const nora = await scene.aVisitorOfTheDashboard(`?login_hint=${encodeURIComponent(scene.clinic.userId('nora'))}${invitation}`);
    await nora.seesBoard();
    await nora.reads(nora.t('invitation.redeemed'));

    const thief = await scene.aVisitorOfTheDashboard(`?login_hint=${encodeURIComponent(scene.clinic.userId('thief'))}${invitation}`);
    await thief.reads(thief.t('invitation.used'));
    await thief.reads(thief.t('noClinic'));
  });

  it('a member who is removed sees nothing more', async () => {
    const scene = await Scene.open();
    const [ada, ben] = await Promise.all([scene.aStaffWindow(), scene.aStaffWindow('ben')]);
    await ada.page.getByRole('button', { name: ada.t('settings') }).click();
    await ada.page.getByRole('tab', { name: ada.t('settings.members') }).click();
    await ada.dialog.getByRole('button', { name: ada.t('members.remove', { name: 'ben' }) }).click();
    await ada.dialog.getByRole('button', { name: ada.t('members.removeConfirm', { name: 'ben' }) }).click();
    await ben.reads(ben.t('connection.noMember'));
  });
});
