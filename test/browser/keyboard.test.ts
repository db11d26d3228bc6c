import { describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../integration/scenario/eventually.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((element) => element === document.activeElement);

/** Presses a key until something has the focus. */
const pressUntil = async (page: Page, key: string, isThere: () => Promise<boolean>): Promise<void> => {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await isThere()) return;
    await page.keyboard.press(key);
  }
  const focused = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 300));
  throw new Error(`40 times ${key}, and the focus is on ${focused}`);
};

const tabTo = (page: Page, locator: Locator): Promise<void> => pressUntil(page, 'Tab', () => isFocused(locator));

/** The focus can be seen: what has it is outlined. */
const expectVisibleFocus = async (page: Page): Promise<void> => {
  const outline = await page.evaluate(() => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement ?? document.body);
    return { outlineStyle, outlineWidth, boxShadow };
  });
  expect(outline).not.toEqual({ outlineStyle: 'none', outlineWidth: expect.anything(), boxShadow: 'none' });
};

describe('With the keyboard alone', () => {
  it('staff notify one caller and then the list, and the caller checks in and replies', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const [ada, sue] = await Promise.all([scene.aStaffWindow(), scene.aVisitorOfTheWaitingPage('Sue Smith', { size: 'desktop' })]);

    await tabTo(sue.page, sue.page.getByLabel(sue.t('checkIn.name')));
    await sue.page.keyboard.type('Sue Smith');
    await sue.page.keyboard.press('Enter');
    await sue.waits();
    await ada.sees('Sue Smith');

    await pressUntil(ada.page, 'Tab', () => ada.list.evaluate((list) => list.contains(document.activeElement)));
    await expectVisibleFocus(ada.page);
    await pressUntil(ada.page, 'ArrowRight', () => isFocused(ada.dots('Sue Smith')));
    await ada.page.keyboard.press('Enter');
    await pressUntil(ada.page, 'ArrowDown', () => isFocused(ada.page.getByRole('menuitem', { name: ada.t('notify') })));
    await ada.page.keyboard.press('Enter');
    const conversation = ada.conversation('Sue Smith');
    await conversation.box.waitFor();
    await pressUntil(ada.page, 'Tab', () => isFocused(conversation.box));
    await ada.page.keyboard.type('Hello Sue');
    await ada.page.keyboard.press('Enter');
    await conversation.message('Hello Sue').waitFor();
    await sue.shows('Hello Sue');
    await ada.closeDialog();

    await tabTo(sue.page, sue.box);
    await sue.page.keyboard.type('Hello clinic');
    await tabTo(sue.page, sue.sendIcon);
    await expectVisibleFocus(sue.page);
    await sue.page.keyboard.press('Enter');
    await sue.message('Hello clinic').getByText(sue.t('message.sent')).waitFor();
    await ada.seesBadge('Sue Smith', { count: '2', colour: 'orange' });

    await tabTo(ada.page, ada.notifyListButton(1));
    await ada.page.keyboard.press('Enter');
    const box = ada.dialog.getByRole('textbox', { name: ada.t('message') });
    await box.waitFor();
    await tabTo(ada.page, box);
    await ada.page.keyboard.type('To everyone');
    await tabTo(ada.page, ada.dialog.getByRole('button', { name: ada.t('notify.review') }));
    await ada.page.keyboard.press('Enter');
    const send = ada.dialog.getByRole('button', { name: ada.t('notify.send', { count: 1 }) });
    await send.waitFor();
    await tabTo(ada.page, send);
    await ada.page.keyboard.press('Enter');
    await ada.seesOutcome('1 matched', '1 delivered');
    await sue.shows('Hello Sue', 'Hello clinic', 'To everyone');
    await ada.closeDialog();
  });

  it('staff filter, change a status and end a visit, and the focus is never lost', async () => {
    const scene = await Scene.open();
    await Promise.all([scene.clinic.arrives('Sue Smith'), scene.clinic.arrives('Ali Hassan')]);
    const ada = await scene.aStaffWindow();
    const { page, t } = ada;
    await ada.sees('Sue Smith', 'Ali Hassan');
    const choose = async (name: string, item: string) => {
      await tabTo(page, page.getByRole('searchbox'));
      await pressUntil(page, 'Tab', () => ada.list.evaluate((list) => list.contains(document.activeElement)));
      await pressUntil(page, 'ArrowDown', () => isFocused(ada.row(name))).catch(() =>
        pressUntil(page, 'ArrowUp', () => isFocused(ada.row(name))),
      );
      await pressUntil(page, 'ArrowRight', () => isFocused(ada.dots(name)));
      await page.keyboard.press('Enter');
      await pressUntil(page, 'ArrowDown', () =>
        isFocused(page.getByRole('menuitem', { name: item }).or(page.getByRole('menuitemradio', { name: item }))),
      );
      await page.keyboard.press('Enter');
      await page.getByRole('menu').waitFor({ state: 'detached' });
    };
    const isOnPage = () => page.evaluate(() => document.activeElement !== document.body && document.activeElement !== null);

    await choose('Sue Smith', t('status.beingSeen'));
    await ada.seesInRow('Sue Smith', t('status.beingSeen'));
    await tabTo(page, ada.chip(t('status.beingSeen')));
    await page.keyboard.press('Space');
    await ada.sees('Sue Smith');
    await page.keyboard.press('Space');
    await ada.sees('Sue Smith', 'Ali Hassan');

    await choose('Sue Smith', t('endVisit'));
    await ada.sees('Ali Hassan');
    await eventually(async () => expect(await isOnPage()).toBe(true));
    await choose('Ali Hassan', t('endVisit'));
    await eventually(async () => expect(await isOnPage()).toBe(true));
  });
});
