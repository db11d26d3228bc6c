import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../integration/scenario/eventually.ts';
import { isFocused, pressUntil, tabTo } from './people/focus.ts';
import { closeScenesAfterEach, Scene } from './people/scene.ts';

closeScenesAfterEach();

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

  it('the caller checks in, writes, thinks better of leaving, and leaves', async () => {
    const scene = await Scene.open({ guestMessages: true });
    const sue = await scene.aVisitorOfTheWaitingPage('Sue Smith', { size: 'desktop' });
    const { keyboard } = sue.page;
    await tabTo(sue.page, sue.page.getByLabel(sue.t('checkIn.name')));
    await keyboard.type('Sue Smith');
    await tabTo(sue.page, sue.continueButton);
    await expectVisibleFocus(sue.page);
    await keyboard.press('Space');
    await sue.waits();

    await sue.box.waitFor();
    await tabTo(sue.page, sue.box);
    await keyboard.type('I have to go');
    await keyboard.press('Enter');
    await sue.message('I have to go').getByText(sue.t('message.sent')).waitFor();
    expect(await isFocused(sue.box)).toBe(true);

    await pressUntil(sue.page, 'Shift+Tab', () => isFocused(sue.leaveButton));
    await keyboard.press('Enter');
    await sue.leaveDialog.waitFor();
    await keyboard.press('Escape');
    await sue.leaveDialog.waitFor({ state: 'hidden' });
    expect(await isFocused(sue.leaveButton)).toBe(true);
    await keyboard.press('Enter');
    await tabTo(sue.page, sue.confirmLeave);
    await expectVisibleFocus(sue.page);
    await keyboard.press('Enter');
    await sue.page.getByRole('heading', { name: sue.t('ended.left') }).waitFor();
    await tabTo(sue.page, sue.page.getByRole('button', { name: sue.t('ended.checkInAgain') }));
    await keyboard.press('Enter');
    await sue.continueButton.waitFor();
  });
});
