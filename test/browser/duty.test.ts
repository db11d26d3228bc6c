import { describe, expect, it } from '@jest/globals';
import { Control } from '../integration/scenario/control.ts';
import { eventually } from '../integration/scenario/eventually.ts';
import { Tables } from '../integration/scenario/tables.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';
import type { StaffWindow } from './people/staff-window.ts';

closeScenesAfterEach();

const clickSomewhere = (window: StaffWindow) => window.page.getByRole('heading', { level: 1 }).click();

describe('Someone is responsible', () => {
  it('alerts the members who answer messages at once, by sound and in words, and no others', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ben, eve, sue] = await Promise.all([
      scene.aStaffWindow('ben', { answersMessages: true }),
      scene.aStaffWindow('eve'),
      scene.aCallerPhone('Sue Smith'),
    ]);
    await Promise.all([ben.sees('Sue Smith'), eve.sees('Sue Smith')]);
    await Promise.all([clickSomewhere(ben), clickSomewhere(eve)]);
    const before = { ben: (await ben.heard()).length, eve: (await eve.heard()).length };

    await sue.say('Is anyone there?');

    await ben.hears(before.ben + 2);
    await ben.page.getByText(ben.t('alert.wrote', { name: 'Sue Smith' })).waitFor({ state: 'attached' });
    // Both see the count in the tab's title.
    for (const window of [ben, eve]) await eventually(async () => expect(await window.page.title()).toMatch(/^\(1\) /));
    expect(await eve.heard()).toHaveLength(before.eve);

    await ben.notify('Sue Smith', 'Yes, we are');
    for (const window of [ben, eve]) await eventually(async () => expect(await window.page.title()).not.toMatch(/^\(/));
  });

  it('alerts everyone once nobody has answered for the clinic’s minutes', async () => {
    const scene = await Scene.open({ guestMessages: true, unansweredAfterMinutes: 5 });
    const [eve, sue] = await Promise.all([scene.aStaffWindow('eve'), scene.clinic.arrives('Sue Smith')]);
    await eve.sees('Sue Smith');
    await clickSomewhere(eve);
    const before = (await eve.heard()).length;
    await sue.client.sendMessage('Is anyone there?');
    await eve.seesInRow('Sue Smith', eve.t('needsReply'));
    const tables = await Tables.open();
    await tables.change({ clinicId: scene.clinic.clinicId, callerId: sue.callerId }, ['unansweredSince'], Date.now() - 6 * 60_000);
    tables.close();
    expect(await eve.heard()).toHaveLength(before);
    await new Control().runSchedules();
    await eve.hears(before + 2);
    await eve.page.getByText(eve.t('alert.wrote', { name: 'Sue Smith' })).waitFor({ state: 'attached' });
  });

  it('hears of what came while the page was cut off', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const sue = await scene.clinic.arrives('Sue Smith');
    const ben = await scene.aStaffWindow('ben', { answersMessages: true });
    await ben.sees('Sue Smith');
    await clickSomewhere(ben);
    const connection = await new Control().connectionOf({ userId: scene.clinic.userId('ben') });
    await new Control().fault(connection, { posts: 'swallowed' });
    const before = (await ben.heard()).length;
    await sue.client.sendMessage('Is anyone there?');
    await new Control().fault(connection, {});
    await ben.context.setOffline(true);
    await ben.context.setOffline(false);
    await ben.hears(before + 2);
  });

  it('each alert can be muted by itself', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const sue = await scene.clinic.arrives('Sue Smith');
    const ben = await scene.aStaffWindow('ben', { answersMessages: true });
    await ben.sees('Sue Smith');
    await ben.page.getByRole('button', { name: ben.t('alerts') }).click();
    await ben.dialog.getByText(ben.t('alerts.arrivals'), { exact: true }).click();
    await ben.closeDialog();
    await scene.clinic.arrives('Ali Hassan');
    await ben.sees('Sue Smith', 'Ali Hassan');
    await sue.client.sendMessage('Hello?');
    // The message's two notes, and none for the arrival before it.
    await ben.hears(2);

    await ben.page.getByRole('button', { name: ben.t('alerts') }).click();
    await ben.dialog.getByText(ben.t('alerts.arrivals'), { exact: true }).click();
    await ben.dialog.getByText(ben.t('alerts.messages')).first().click();
    await ben.closeDialog();
    await ben.notify('Sue Smith', 'Yes?');
    await sue.client.sendMessage('Are you there?');
    await ben.seesInRow('Sue Smith', ben.t('needsReply'));
    await scene.clinic.arrives('Marie Dupont');
    await ben.hears(3);
  });

  it('is given and taken by the administrator', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, ben, sue] = await Promise.all([scene.aStaffWindow(), scene.aStaffWindow('ben'), scene.aCallerPhone('Sue Smith')]);
    await ben.sees('Sue Smith');
    await clickSomewhere(ben);
    const before = (await ben.heard()).length;

    await ada.page.getByRole('button', { name: ada.t('settings') }).click();
    await ada.page.getByRole('tab', { name: ada.t('settings.members') }).click();
    const line = ada.dialog.getByRole('listitem').filter({ hasText: scene.clinic.userId('ben') });
    await line.getByText(ada.t('members.answers')).click();
    await eventually(async () => {
      const { members } = await scene.clinic.administrator.members(scene.clinic.clinicId);
      expect(members.find(({ name }) => name === 'ben')?.answersMessages).toBe(true);
    });

    await sue.say('Hello?');
    await ben.hears(before + 2);
  });
});
