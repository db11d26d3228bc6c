import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@jest/globals';
import type { Browser, BrowserContext, ConsoleMessage, Page } from 'playwright-core';
import type { Language } from '../../../web/shared/i18n.tsx';
import { hearPage } from '../../canaries/hear-page.ts';
import { endpointsOfTests } from '../../integration/scenario/endpoints.ts';
import { eventually } from '../../integration/scenario/eventually.ts';
import { listen, type Note, notesOf } from './sounds.ts';
import { locales } from './words.ts';

/** In CSS pixels. */
export const sizes = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
  smallPhone: { width: 320, height: 568 },
} as const;

export interface WindowOptions {
  readonly size?: keyof typeof sizes;
  readonly language?: Language;
  readonly colours?: 'light' | 'dark';
  /** Its clock can be put forward (`page.clock`). */
  readonly clock?: boolean;
}

/** What Chromium reports by itself, however the page takes it: a network that the test has taken away, and refusals of the API or the issuer. */
const isExpected = (error: ConsoleMessage): boolean =>
  /ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|WebSocket connection to .* failed/.test(error.text()) ||
  [endpointsOfTests().http, endpointsOfTests().issuer].some((origin) => error.location().url.startsWith(origin));

/** Someone with one browser window of their own. */
export class Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors that the window's console has shown, refusals of the content security policy among them. */
  readonly problems: readonly string[];

  protected constructor(page: Page, problems: readonly string[]) {
    this.page = page;
    this.context = page.context();
    this.problems = problems;
  }

  protected static async openWindow(browser: Browser, options: WindowOptions & { readonly size: keyof typeof sizes }) {
    const context = await browser.newContext({
      viewport: sizes[options.size],
      locale: locales[options.language ?? 'en'],
      colorScheme: options.colours ?? 'light',
      reducedMotion: 'reduce',
      hasTouch: options.size !== 'desktop',
      isMobile: options.size !== 'desktop',
    });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !isExpected(message)) problems.push(message.text());
    });
    hearPage(page);
    await listen(page);
    if (options.clock) await page.clock.install();
    return { page, problems };
  }

  /** The notes that the window has played to their end. */
  async heard(): Promise<Note[]> {
    return (await notesOf(this.page)).filter(({ ended }) => ended);
  }

  /** Waits until so many notes have sounded: a message is two, an arrival one. */
  async hears(notes: number): Promise<void> {
    await eventually(async () => expect((await this.heard()).length).toBe(notes));
  }

  /** What axe finds in the window as it now is, by all its rules (WCAG 2.2 AA and its own), or by some of them. */
  async axeFindings(rules?: string[]): Promise<string[]> {
    // React Aria says a button's progress by an element that names the button, and keeps it for 7 s, when the button may be gone.
    const axe = new AxeBuilder({ page: this.page }).exclude('[data-live-announcer]');
    // Without the second window that axe opens to join the results of frames: our pages have none.
    axe.setLegacyMode();
    if (rules) axe.withRules(rules);
    const { violations } = await axe.analyze();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join(' | ')}`,
    );
  }

  /** No sideways scrolling: everything fits the window's width. */
  async fitsWidth(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
  }
}
