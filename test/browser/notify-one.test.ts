import { describe, expect, it } from '@jest/globals';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

describe('Notify one caller', () => {
  it('reaches that caller at once with a sound, shows in both staff windows, and nobody else hears of it', async () => {
    const scene = await Scene.open();
    const [ada, ben, sue, ali, marie] = await Promise.all([
      scene.aStaffWindow(),
      scene.aStaffWindow('ben'),
      scene.aCallerPhone('Sue Smith', { phone: '0400 111 222' }),
      scene.aCallerPhone('Ali Hassan'),
      scene.aCallerPhone('Marie Dupont', { size: 'smallPhone' }),
    ]);
    await ada.sees('Sue Smith', 'Ali Hassan', 'Marie Dupont');

    const conversation = await ada.converse('Sue Smith');
    await conversation.dialog.getByText('0400 111 222').waitFor();
    await conversation.say('The doctor is 10 minutes late');

    await sue.shows('The doctor is 10 minutes late');
    await sue.hears(2);
    await conversation.message('The doctor is 10 minutes late').getByText(ada.t('receipt.read')).waitFor();
    await ben.seesInRow('Sue Smith', 'The doctor is 10 minutes late');
    for (const other of [ali, marie]) {
      expect(await other.texts()).toEqual([]);
      expect(await other.heard()).toEqual([]);
    }

    await conversation.close();
    const again = await ben.converse('Sue Smith');
    await again.message('The doctor is 10 minutes late').waitFor();
    expect(await again.texts()).toEqual(['The doctor is 10 minutes late']);
  });
});

describe('The badge', () => {
  it('counts both directions in blue or orange at the three dots and beside Notify, for every staff window', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, ben, sue, ali, marie] = await Promise.all([
      scene.aStaffWindow(),
      scene.aStaffWindow('ben'),
      scene.aCallerPhone('Sue Smith'),
      scene.aCallerPhone('Ali Hassan'),
      scene.aCallerPhone('Marie Dupont'),
    ]);
    await ada.sees('Sue Smith', 'Ali Hassan', 'Marie Dupont');
    await ada.seesBadge('Sue Smith', undefined);
    await expect(ada.dots('Sue Smith').getAttribute('aria-label')).resolves.toBe('Actions for Sue Smith');

    await ada.notify('Sue Smith', 'Are you there?');
    for (const window of [ada, ben]) await window.seesBadge('Sue Smith', { count: '1', colour: 'blue' });

    await sue.say('Yes, I am here');
    for (const window of [ada, ben]) await window.seesBadge('Sue Smith', { count: '2', colour: 'orange' });
    await ada.page.getByRole('button', { name: /Sue Smith: 2 messages, last from caller, unanswered/ }).waitFor();
    const menu = await ada.menu('Sue Smith');
    const item = menu.getByRole('menuitem', { name: /^Notify\W+2 messages, last from caller/ });
    expect(await ada.badge(item)).toEqual({ count: '2', colour: 'orange' });
    await item.click();
    const conversation = ada.conversation('Sue Smith');
    await conversation.say('You are next');
    await conversation.close();
    for (const window of [ada, ben]) await window.seesBadge('Sue Smith', { count: '3', colour: 'blue' });

    // The others had no message: no badge.
    await marie.say('Hello');
    await ben.seesBadge('Marie Dupont', { count: '1', colour: 'orange' });
    await ben.seesBadge('Ali Hassan', undefined);
    expect(await ali.texts()).toEqual([]);
  });

  it('sits at the top right corner of the three dots', async () => {
    const scene = await Scene.open();
    const sue = await scene.clinic.arrives('Sue Smith');
    const ada = await scene.aStaffWindow();
    await ada.notify('Sue Smith', 'Hello');
    await ada.seesBadge('Sue Smith', { count: '1', colour: 'blue' });
    const dots = await ada.dots('Sue Smith').boundingBox();
    const badge = await ada.dots('Sue Smith').getByText(/^\d+$/).boundingBox();
    if (!dots || !badge) throw new Error('not on the screen');
    const middle = { x: badge.x + badge.width / 2, y: badge.y + badge.height / 2 };
    expect(middle.x).toBeGreaterThan(dots.x + dots.width / 2);
    expect(middle.y).toBeLessThan(dots.y + dots.height / 2);
    expect(badge.width).toBeCloseTo(badge.height, 0);
    expect(sue.heard).toEqual(['Hello']);
  });
});
