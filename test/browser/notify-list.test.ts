import { describe, expect, it } from '@jest/globals';
import { Control } from '../integration/scenario/control.ts';
import { eventually } from '../integration/scenario/eventually.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('Notify the displayed list', () => {
  it('reaches everyone present whatever the status, says who is offline, and finds them when they return', async () => {
    const scene = await Scene.open();
    const [ada, ben, sue, ali, marie] = await Promise.all([
      scene.aStaffWindow(),
      scene.aStaffWindow('ben'),
      scene.aCallerPhone('Sue Smith'),
      scene.aCallerPhone('Ali Hassan'),
      scene.aCallerPhone('Marie Dupont'),
    ]);
    await ada.sees('Sue Smith', 'Ali Hassan', 'Marie Dupont');
    await ada.choose('Ali Hassan', ada.t('status.beingSeen'));
    await ada.choose('Marie Dupont', ada.t('status.onHold'));
    await marie.putAway();
    await ada.seesInRow('Marie Dupont', ada.t('offline'));

    await ada.notifyListButton(3).click();
    await ada.dialog.getByText(ada.t('everyonePresent')).waitFor();
    await ada.dialog.getByRole('textbox').fill('We are 10 minutes behind');
    await ada.dialog.getByRole('button', { name: ada.t('notify.review') }).click();
    await ada.dialog.getByRole('button', { name: 'Send to 3 people' }).click();

    await ada.seesOutcome('3 matched', '2 delivered', '1 offline, waiting for them');
    await sue.shows('We are 10 minutes behind');
    await ali.shows('We are 10 minutes behind');

    await ada.dialog.getByRole('button', { name: ada.t('outcome.recipients') }).click();
    const line = ada.dialog.getByRole('listitem').filter({ hasText: 'Marie Dupont' });
    await line.getByText(ada.t('recipient.offline')).waitFor();
    await ada.closeDialog();

    await ben.page.getByRole('button', { name: ben.t('history.name', { count: 1 }) }).click();
    await ben.seesOutcome('We are 10 minutes behind', '3 matched');

    await marie.takeOut();
    await marie.shows('We are 10 minutes behind');
    await ben.seesOutcome('3 delivered');
  });

  it('that failed says so although the dialog was closed, and sent again reaches nobody twice', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow('administrator', { clock: true }), scene.aCallerPhone('Sue Smith')]);
    await ada.sees('Sue Smith');
    const send = async () => {
      await ada.dialog.getByRole('button', { name: ada.t('notify.review') }).click();
      await ada.dialog.getByRole('button', { name: ada.t('notify.send', { count: 1 }) }).click();
    };
    await ada.notifyListButton(1).click();
    await ada.dialog.getByRole('textbox').fill('We are late');
    // The frame goes out, and no answer comes back.
    const connection = await new Control().connectionOf({ userId: scene.clinic.userId('administrator') });
    await new Control().fault(connection, { posts: 'swallowed' });
    await ada.context.setOffline(true);
    await send();
    await ada.closeDialog();
    await eventually(async () => {
      await ada.page.clock.fastForward(4000);
      expect(await ada.page.getByText(ada.t('notify.notSent')).count()).toBe(1);
    });
    await ada.context.setOffline(false);
    await ada.page.getByRole('button', { name: ada.t('open'), exact: true }).click();
    expect(await ada.dialog.getByRole('textbox').inputValue()).toBe('We are late');
    await send();
    await ada.seesOutcome('1 matched');
    await sue.shows('We are late');
  });

  it('keeps its outcome within reach over a reload', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    await ada.sees('Sue Smith');
    await ada.notifyList(1, 'We are late');
    await sue.shows('We are late');
    await ada.page.reload();
    await ada.seesBoard();
    await ada.page.getByRole('button', { name: ada.t('history.name', { count: 1 }) }).click();
    await ada.seesOutcome('We are late', '1 matched', '1 delivered');
  });

  it('with a filter reaches exactly those whom the filter shows', async () => {
    const scene = await Scene.open();
    const [ada, sue, ali, marie] = await Promise.all([
      scene.aStaffWindow(),
      scene.aCallerPhone('Sue Smith'),
      scene.aCallerPhone('Ali Hassan'),
      scene.aCallerPhone('Marie Dupont'),
    ]);
    await ada.sees('Sue Smith', 'Ali Hassan', 'Marie Dupont');
    await ada.choose('Ali Hassan', ada.t('status.beingSeen'));
    await ada.choose('Marie Dupont', ada.t('status.onHold'));

    await ada.chip(ada.t('status.beingSeen')).click();
    await ada.sees('Ali Hassan');
    await ada.reads('1 of 3 people shown');
    const dialog = await ada.notifyList(1, 'Please show your Medicare card');
    await dialog.getByText(ada.t('status.beingSeen')).waitFor();
    await ada.seesOutcome('1 matched', '1 delivered');
    await ali.shows('Please show your Medicare card');
    await ada.closeDialog();

    await ada.chip(ada.t('status.onHold')).click();
    await ada.sees('Ali Hassan', 'Marie Dupont');
    await ada.search('marie');
    await ada.sees('Marie Dupont');
    await ada.notifyList(1, 'You are on hold');
    await marie.shows('You are on hold');

    expect(await ali.texts()).toEqual(['Please show your Medicare card']);
    expect(await sue.texts()).toEqual([]);
  });
});
