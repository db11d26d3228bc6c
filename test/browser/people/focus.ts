import type { Locator, Page } from 'playwright-core';

export const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((element) => element === document.activeElement);

/** Presses a key until something has the focus. */
export const pressUntil = async (page: Page, key: string, isThere: () => Promise<boolean>): Promise<void> => {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await isThere()) return;
    await page.keyboard.press(key);
  }
  const focused = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 300));
  throw new Error(`40 times ${key}, and the focus is on ${focused}`);
};

export const tabTo = (page: Page, locator: Locator): Promise<void> => pressUntil(page, 'Tab', () => isFocused(locator));
