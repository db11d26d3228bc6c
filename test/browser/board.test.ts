import { describe, expect, it } from '@jest/globals';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('Erasing a caller', () => {
  it('is the administrator’s alone, is asked twice, and tells the caller', async () => {
    const scene = await Scene.open();
    const [ada, ben, sue] = await Promise.all([scene.aStaffWindow(), scene.aStaffWindow('ben'), scene.aCallerPhone('Sue Smith')]);
    await ben.sees('Sue Smith');
    await ben.choose('Sue Smith', ben.t('details'));
    await ben.dialog.getByText(ben.t('receipts')).waitFor();
    expect(await ben.dialog.getByRole('button', { name: ben.t('erase'), exact: true }).count()).toBe(0);
    await ben.closeDialog();

    await ada.choose('Sue Smith', ada.t('details'));
    await ada.dialog.getByRole('button', { name: ada.t('erase'), exact: true }).click();
    await ada.dialog.getByRole('button', { name: ada.t('cancel') }).click();
    await ada.sees('Sue Smith');
    await ada.dialog.getByRole('button', { name: ada.t('erase'), exact: true }).click();
    await ada.dialog.getByRole('button', { name: ada.t('erase.confirm', { name: 'Sue Smith' }) }).click();
    await ada.dialog.waitFor({ state: 'detached' });
    await ben.sees();
    await sue.page.getByRole('heading', { name: sue.t('ended.erased') }).waitFor();
  });
});

describe('The board', () => {
  it('is searched, filtered and sorted, and counts what it shows', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const { clinic } = scene;
    // One after the other: the order of arrival is the first one.
    const zoe = await clinic.arrives('Zoë Ångström', { phone: '0400 111 222' });
    await clinic.arrives('Ali Hassan', { details: { reason: 'Knee pain' } });
    await clinic.arrives('Marie Dupont');
    await clinic.checkIn('Tom Walker');
    const ada = await scene.aStaffWindow();
    await ada.reads('4 people here');
    await ada.seesInOrder('Zoë Ångström', 'Ali Hassan', 'Marie Dupont', 'Tom Walker');

    await ada.search('zoe angstrom');
    await ada.sees('Zoë Ångström');
    await ada.search('KNEE');
    await ada.sees('Ali Hassan');
    await ada.search('0400');
    await ada.sees('Zoë Ångström');
    await ada.search('nobody of this name');
    await ada.reads(ada.t('board.noneMatch'));
    await ada.page.getByRole('button', { name: ada.t('filters.clear') }).click();
    await ada.sees('Zoë Ångström', 'Ali Hassan', 'Marie Dupont', 'Tom Walker');

    await ada.chip(ada.t('offline')).click();
    await ada.sees('Tom Walker');
    await ada.reads('1 of 4 people shown');
    await ada.chip(ada.t('offline')).click();

    await ada.choose('Ali Hassan', ada.t('status.beingSeen'));
    await ada.choose('Marie Dupont', ada.t('status.onHold'));
    await ada.chip(ada.t('status.beingSeen')).click();
    await ada.chip(ada.t('status.onHold')).click();
    await ada.sees('Ali Hassan', 'Marie Dupont');
    await ada.chip(ada.t('status.beingSeen')).click();
    await ada.sees('Marie Dupont');
    await ada.chip(ada.t('status.onHold')).click();

    await zoe.client.sendMessage('I need an interpreter');
    await ada.seesInRow('Zoë Ångström', ada.t('needsReply'));
    await ada.chip(ada.t('needsReply')).click();
    await ada.sees('Zoë Ångström');
    await ada.chip(ada.t('needsReply')).click();

    await ada.sortBy(ada.t('sort.status'));
    await ada.seesInOrder('Zoë Ångström', 'Tom Walker', 'Marie Dupont', 'Ali Hassan');
    await ada.sortBy(ada.t('sort.needsReply'));
    await ada.seesInOrder('Zoë Ångström', 'Ali Hassan', 'Marie Dupont', 'Tom Walker');
  });

  it('keeps its rows where they are while the pointer is on the list', async () => {
    const scene = await Scene.open({ guestMessages: true });
    await scene.clinic.arrives('Ali Hassan');
    const zoe = await scene.clinic.arrives('Zoë Ångström');
    const ada = await scene.aStaffWindow();
    await ada.sortBy(ada.t('sort.needsReply'));
    await ada.seesInOrder('Ali Hassan', 'Zoë Ångström');
    await ada.row('Ali Hassan').hover();

    await zoe.client.sendMessage('Hello?');
    await ada.seesInRow('Zoë Ångström', ada.t('needsReply'));
    expect(await ada.names()).toEqual(['Ali Hassan', 'Zoë Ångström']);

    await ada.page.getByRole('heading', { level: 1 }).hover();
    await ada.seesInOrder('Zoë Ångström', 'Ali Hassan');
  });

  it('is empty in words before anyone comes, and a newcomer is announced', async () => {
    const scene = await Scene.open();
    const ada = await scene.aStaffWindow();
    await ada.reads(ada.t('board.empty'));
    await scene.clinic.arrives('Sue Smith');
    await ada.sees('Sue Smith');
    await ada.page
      .getByRole('status')
      .filter({ hasText: ada.t('alert.arrived', { name: 'Sue Smith', others: 0 }) })
      .waitFor({ state: 'attached' });
  });
});
