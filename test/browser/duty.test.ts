import { describe, expect, it } from '@jest/globals';
import { eventually } from '../integration/scenario/eventually.ts';
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
