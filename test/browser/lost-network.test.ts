import { describe, expect, it } from '@jest/globals';
import { oneTo } from '../integration/scenario/clinic.ts';
import { eventually } from '../integration/scenario/eventually.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('A lost network', () => {
  it('leaves the draft of a send that failed, and trying again does not double it', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow('administrator', { clock: true }), scene.aCallerPhone('Sue Smith')]);
    const conversation = await ada.converse('Sue Smith');

    await ada.context.setOffline(true);
    await conversation.box.fill('The doctor is ready');
    await conversation.sendIcon.click();
    const failure = conversation.dialog.getByRole('alert').filter({ hasText: ada.t('notSent') });
    // The client tries for half a minute, which the window's clock is put forward by.
    await eventually(async () => {
      await ada.page.clock.fastForward(4000);
      expect(await failure.count()).toBe(1);
    });
    expect(await conversation.box.inputValue()).toBe('The doctor is ready');
    await conversation.close();
    await ada.reads(ada.t('connection.reconnecting'));

    await ada.context.setOffline(false);
    await eventually(async () => {
      await ada.page.clock.fastForward(1000);
      expect(await ada.page.getByText(ada.t('connection.reconnecting')).count()).toBe(0);
    });
    const again = await ada.converse('Sue Smith');
    expect(await again.box.inputValue()).toBe('The doctor is ready');
    await again.sendIcon.click();
    await sue.shows('The doctor is ready');
    await eventually(async () => expect(await again.box.inputValue()).toBe(''));
    expect(await again.texts()).toEqual(['The doctor is ready']);
  });

  it('loses neither place nor thread nor order, over a reload and a closed page', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    await ada.notify('Sue Smith', 'one');
    await sue.say('two');
    await sue.page.reload();
    await sue.waits();
    await sue.shows('one', 'two');

    await sue.putAway();
    await ada.seesInRow('Sue Smith', ada.t('offline'));
    await ada.notify('Sue Smith', 'three');
    await ada.notify('Sue Smith', 'four');
    await sue.takeOut();
    await sue.waits();
    await sue.shows('one', 'two', 'three', 'four');

    await ada.sees('Sue Smith');
    await ada.seesBadge('Sue Smith', { count: '4', colour: 'blue' });
    const [row] = (await scene.clinic.administrator.callers(scene.clinic.clinicId)).callers;
    if (!row) throw new Error('nobody is there');
    expect((await scene.clinic.thread(row)).map(({ seq }) => seq)).toEqual(oneTo(4));
  });

  it('says in words that the phone is offline, and brings what was sent meanwhile once it is back', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    await ada.notify('Sue Smith', 'one');
    await sue.shows('one');
    await sue.context.setOffline(true);
    await sue.page.getByText(sue.t('connection.offline')).waitFor();
    await ada.notify('Sue Smith', 'two');
    await ada.notify('Sue Smith', 'three');
    expect(await sue.texts()).toEqual(['one']);
    await sue.context.setOffline(false);
    await sue.shows('one', 'two', 'three');
    await sue.page.getByText(sue.t('connection.offline')).waitFor({ state: 'detached' });
  });

  it('is not what a first connection that takes its time is called', async () => {
    const scene = await Scene.open();
    const sue = await scene.aVisitorOfTheWaitingPage('Sue Smith');
    const { promise: ready, resolve: go } = Promise.withResolvers<void>();
    await sue.page.route('**/tickets', async (route) => {
      await ready;
      await route.continue();
    });
    await sue.checkIn();
    const connecting = sue.page.getByText(sue.t('connection.connecting'));
    await connecting.waitFor();
    expect(await sue.page.getByText(sue.t('connection.reconnecting')).count()).toBe(0);
    go();
    await connecting.waitFor({ state: 'detached' });
  });

  it('keeps what the caller writes meanwhile, and the clinic gets it once', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    await sue.box.waitFor();
    await sue.context.setOffline(true);
    await sue.box.fill('Written in a tunnel');
    await sue.sendIcon.click();
    await sue.message('Written in a tunnel').getByText(sue.t('message.sending')).waitFor();
    await sue.context.setOffline(false);
    await sue.message('Written in a tunnel').getByText(sue.t('message.sent')).waitFor();
    await sue.shows('Written in a tunnel');
    const conversation = await ada.converse('Sue Smith');
    await conversation.message('Written in a tunnel').waitFor();
    expect(await conversation.texts()).toEqual(['Written in a tunnel']);
  });

  it('does not take the draft of a caller whose page is reloaded', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const sue = await scene.aCallerPhone('Sue Smith');
    await sue.box.fill('Half a sentence');
    await sue.page.reload();
    await sue.waits();
    await sue.box.waitFor();
    expect(await sue.box.inputValue()).toBe('Half a sentence');
  });
});
