import { describe, expect, it } from '@jest/globals';
import { globalPlatform, type Page, pageOf } from '../../../client/platform.ts';

/** As much of a browser's window as a page is made of. */
const aWindow = () => {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const navigator = { onLine: true };
  const window = Object.assign(new EventTarget(), { document, navigator });
  // What is missing is never asked for.
  return { document, navigator, window, page: pageOf(window as unknown as Parameters<typeof pageOf>[0]) };
};

const shownFromCache = () => Object.assign(new Event('pageshow'), { persisted: true });

const wakes = (page: Page) => {
  const seen = { count: 0 };
  const stop = page.onWake(() => {
    seen.count += 1;
  });
  return { seen, stop };
};

describe('the page of a window', () => {
  it('knows whether it is seen, and whether it has a network', () => {
    const { document, navigator, page } = aWindow();
    expect([page.isVisible(), page.isOnline()]).toEqual([true, true]);
    document.visibilityState = 'hidden';
    navigator.onLine = false;
    expect([page.isVisible(), page.isOnline()]).toEqual([false, false]);
  });

  it('wakes when it is looked at, shown again, or the network is back, until it is told to stop', () => {
    const { document, window, page } = aWindow();
    const { seen, stop } = wakes(page);
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('online'));
    window.dispatchEvent(shownFromCache());
    expect(seen.count).toBe(3);
    stop();
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('online'));
    window.dispatchEvent(shownFromCache());
    expect(seen.count).toBe(3);
  });

  it('is not woken by its own beginning', () => {
    const { window, page } = aWindow();
    const { seen } = wakes(page);
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
    expect(seen.count).toBe(0);
  });

  it('sleeps on when it is hidden, but hears of the network', () => {
    const { document, window, page } = aWindow();
    const { seen } = wakes(page);
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    expect(seen.count).toBe(0);
    window.dispatchEvent(new Event('online'));
    expect(seen.count).toBe(1);
  });

  it('is none in Node', () => {
    expect(globalPlatform.page).toBeUndefined();
  });
});
