import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../integration/scenario/eventually.ts';
import type { CallerPhone } from './people/caller-phone.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';
import type { StaffWindow } from './people/staff-window.ts';

closeScenesAfterEach();

/** Another tab, or another program, is in front of this page; or it is looked at again. */
const setHidden = (page: Page, isHidden: boolean): Promise<void> =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') });
    document.hasFocus = () => !hidden;
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);

const titleOf = (person: StaffWindow | CallerPhone): Promise<string> => person.page.title();

/** A desktop that lets pages notify once they are allowed to, and writes down what they show. A headless browser has none. */
const giveDesktop = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const shown: string[] = [];
    class DesktopNotification extends EventTarget {
      static permission: NotificationPermission = 'default';
      static asked = 0;
      static async requestPermission(): Promise<NotificationPermission> {
        DesktopNotification.asked += 1;
        DesktopNotification.permission = 'granted';
        return 'granted';
      }
      onclick: (() => void) | null = null;
      constructor(words: string) {
        super();
        shown.push(words);
        Object.assign(globalThis, { clickNotification: () => this.onclick?.() });
      }
      close(): void {}
    }
    Object.assign(globalThis, { Notification: DesktopNotification, shown });
  });

const desktopOf = (page: Page): Promise<{ shown: string[]; asked: number }> =>
  page.evaluate(() => {
    // Kept there by `giveDesktop`.
    const desktop = globalThis as unknown as { shown: string[]; Notification: { asked: number } };
    return { shown: desktop.shown, asked: desktop.Notification.asked };
  });

describe('The dashboard, while another window is in front of it', () => {
  it('counts in the tab’s title who needs a reply', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [sue, ali] = await Promise.all([scene.clinic.arrives('Sue Smith'), scene.clinic.arrives('Ali Hassan')]);
    const ada = await scene.aStaffWindow();
    await ada.sees('Sue Smith', 'Ali Hassan');
    expect(await titleOf(ada)).not.toMatch(/^\(/);
    await sue.client.sendMessage('Hello?');
    await ali.client.sendMessage('Anyone?');
    await eventually(async () => expect(await titleOf(ada)).toMatch(/^\(2\) /));
    await ada.notify('Sue Smith', 'I am here');
    await eventually(async () => expect(await titleOf(ada)).toMatch(/^\(1\) /));
  });

  it('notifies the desktop of arrivals and of messages without their text, once a button has asked for it, and a click opens the conversation', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const ada = await scene.aStaffWindow();
    const { page, t } = ada;
    await giveDesktop(page);
    await page.getByRole('button', { name: t('alerts') }).click();
    expect(await desktopOf(page)).toEqual({ shown: [], asked: 0 });
    await ada.dialog.getByRole('button', { name: t('alerts.desktopAsk') }).click();
    await ada.dialog.getByText(t('alerts.desktop'), { exact: true }).waitFor();
    await ada.closeDialog();
    expect((await desktopOf(page)).asked).toBe(1);

    const sue = await scene.clinic.arrives('Sue Smith');
    await ada.sees('Sue Smith');
    expect((await desktopOf(page)).shown).toEqual([]);
    await setHidden(page, true);
    await sue.client.sendMessage('It is private');
    await eventually(async () => expect((await desktopOf(page)).shown).toEqual([t('alert.wrote', { name: 'Sue Smith' })]));
    await scene.clinic.arrives('Ali Hassan');
    await eventually(async () => expect((await desktopOf(page)).shown).toHaveLength(2));
    await setHidden(page, false);
    await page.evaluate(() => (globalThis as unknown as { clickNotification(): void }).clickNotification());
    await ada.conversation('Ali Hassan').dialog.waitFor();
  });

  it('sounds for a message that comes just after an arrival', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const sue = await scene.clinic.arrives('Sue Smith');
    const ada = await scene.aStaffWindow();
    await ada.page.getByRole('heading', { level: 1 }).click();
    await Promise.all([scene.clinic.arrives('Ali Hassan'), sue.client.sendMessage('Hello?')]);
    // One note for the arrival, two for the message.
    await ada.hears(3);
  });
});

describe('The waiting page, while another page is in front of it', () => {
  it('counts in the tab’s title what has not been read, and vibrates', async () => {
    const scene = await Scene.open();
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aCallerPhone('Sue Smith')]);
    await sue.page.evaluate(() => {
      const vibrations: unknown[] = [];
      Object.assign(globalThis, { vibrations });
      navigator.vibrate = (pattern) => vibrations.push(pattern) > 0;
    });
    const calm = await titleOf(sue);
    await setHidden(sue.page, true);
    await ada.notify('Sue Smith', 'The doctor is ready');
    const unread = sue.t('visit.titleUnread', { count: 1, clinic: 'Test Clinic' });
    await eventually(async () => expect(await titleOf(sue)).toBe(unread));
    expect(await sue.page.evaluate(() => (globalThis as unknown as { vibrations: unknown[] }).vibrations.length)).toBe(1);
    await ada.seesInRow('Sue Smith', 'The doctor is ready');
    await setHidden(sue.page, false);
    await eventually(async () => expect(await titleOf(sue)).toBe(calm));
  });
});
