import { expect } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import type { MessageId } from '../../../web/dashboard/i18n.ts';
import type { Translate } from '../../../web/shared/i18n.tsx';
import { eventually } from '../../integration/scenario/eventually.ts';
import { Person, type WindowOptions } from './person.ts';
import { dashboardWords } from './words.ts';

/** A badge as it is seen and as it is heard. */
export interface SeenBadge {
  readonly count: string;
  readonly colour: 'blue' | 'orange' | string;
}

/** A dashboard in a browser, used as its person uses it. */
export class StaffWindow extends Person {
  readonly t: Translate<MessageId>;

  private constructor(page: Page, problems: readonly string[], t: Translate<MessageId>) {
    super(page, problems);
    this.t = t;
  }

  /** Opens the dashboard's address and waits for nothing. */
  static async open(browser: Browser, url: string, options: WindowOptions = {}): Promise<StaffWindow> {
    const { page, problems } = await Person.openWindow(browser, { size: 'desktop', ...options });
    const window = new StaffWindow(page, problems, dashboardWords(options.language ?? 'en'));
    await page.goto(url);
    return window;
  }

  async seesBoard(): Promise<void> {
    await this.page.getByRole('heading', { name: this.t('board.title'), exact: true }).waitFor();
  }

  /** The table of callers. */
  get list(): Locator {
    return this.page.getByRole('grid', { name: this.t('callers') });
  }

  row(name: string): Locator {
    return this.list.getByRole('row', { name });
  }

  /** The names in the list, from the top. */
  async names(): Promise<string[]> {
    const cells = await this.list.locator('[role=row]:not([aria-disabled=true]) .caller-name').allTextContents();
    return cells.map((text) => text.trim());
  }

  /** Waits until the list shows these callers in this order, and none else. */
  async seesInOrder(...names: string[]): Promise<void> {
    await eventually(async () => expect(await this.names()).toEqual(names));
  }

  /** Waits until these callers are in the list, in any order, and none else. */
  async sees(...names: string[]): Promise<void> {
    await eventually(async () => expect((await this.names()).toSorted()).toEqual(names.toSorted()));
  }

  /** Waits until the caller's row says this. */
  async seesInRow(name: string, words: string): Promise<void> {
    await this.row(name).getByText(words).first().waitFor();
  }

  /** The three dots. */
  dots(name: string): Locator {
    return this.list.getByRole('button', { name: this.t('menu.name', { name }) });
  }

  badge(within: Locator): Promise<SeenBadge | undefined> {
    return badgeIn(within);
  }

  async seesBadge(name: string, badge: SeenBadge | undefined): Promise<void> {
    await eventually(async () => expect(await badgeIn(this.dots(name))).toEqual(badge));
  }

  /** Opens the menu behind the three dots. */
  async menu(name: string): Promise<Locator> {
    // A finger on a phone: menus behave otherwise for a mouse.
    if (await this.page.evaluate(() => matchMedia('(pointer: coarse)').matches)) await this.dots(name).tap();
    else await this.dots(name).click();
    const menu = this.page.getByRole('menu');
    await menu.waitFor();
    return menu;
  }

  /** Opens the menu and takes one of its items, beside whose words the badge's may stand. */
  async choose(name: string, item: string): Promise<void> {
    const menu = await this.menu(name);
    const words = new RegExp(`^${item.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([ :]+\\p{N}|$)`, 'u');
    await menu
      .getByRole('menuitem', { name: words })
      .or(menu.getByRole('menuitemradio', { name: words }))
      .click();
    await menu.waitFor({ state: 'detached' });
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** Opens the conversation by *Notify* in the menu. */
  async converse(name: string): Promise<Conversation> {
    await this.choose(name, this.t('notify'));
    return this.conversation(name);
  }

  conversation(name: string): Conversation {
    return new Conversation(this, name);
  }

  /** Notifies one caller, from the three dots to the closed dialog. */
  async notify(name: string, text: string): Promise<void> {
    const conversation = await this.converse(name);
    await conversation.say(text);
    await conversation.close();
  }

  /** The button at the top right above the list. */
  notifyListButton(count: number): Locator {
    return this.page.getByRole('button', { name: this.t('notify.list', { count }), exact: true });
  }

  /** Notifies the displayed list of so many, and waits for the outcome to say this. Answers with the open dialog. */
  async notifyList(count: number, text: string): Promise<Locator> {
    await this.notifyListButton(count).click();
    await this.dialog.getByRole('textbox', { name: this.t('message') }).fill(text);
    await this.dialog.getByRole('button', { name: this.t('notify.review') }).click();
    await this.dialog.getByRole('button', { name: this.t('notify.send', { count }) }).click();
    await this.dialog.getByRole('button', { name: this.t('done') }).waitFor();
    return this.dialog;
  }

  /** Waits until the outcome in the dialog has each of these parts. */
  async seesOutcome(...parts: string[]): Promise<void> {
    await eventually(async () => {
      const text = (await this.dialog.textContent()) ?? '';
      for (const part of parts) expect(text).toContain(part);
    });
  }

  async closeDialog(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.dialog.waitFor({ state: 'detached' });
  }

  /** A filter's button: a status, *Needs a reply*, *Offline*. */
  chip(words: string): Locator {
    return this.page.getByRole('search').getByRole('button', { name: words });
  }

  async search(text: string): Promise<void> {
    await this.page.getByRole('searchbox').fill(text);
  }

  async sortBy(words: string): Promise<void> {
    await this.page
      .getByRole('search')
      .getByRole('button', { name: this.t('sort') })
      .click();
    await this.page.getByRole('option', { name: words }).click();
  }

  /** Waits until the page says this somewhere. */
  async reads(words: string): Promise<void> {
    await this.page.getByText(words).first().waitFor();
  }
}

/** The dialog in which one caller is written to. */
export class Conversation {
  readonly #staff: StaffWindow;
  readonly #name: string;

  constructor(staff: StaffWindow, name: string) {
    this.#staff = staff;
    this.#name = name;
  }

  get dialog(): Locator {
    return this.#staff.page.getByRole('dialog', { name: this.#name });
  }

  get log(): Locator {
    return this.dialog.getByRole('log');
  }

  get box(): Locator {
    return this.dialog.getByRole('textbox', { name: this.#staff.t('messageTo', { name: this.#name }) });
  }

  get sendIcon(): Locator {
    return this.dialog.getByRole('button', { name: this.#staff.t('send'), exact: true });
  }

  /** A message of the thread, with all that stands beside it. */
  message(text: string): Locator {
    return this.log.getByRole('listitem').filter({ hasText: text });
  }

  /** Writes, presses the send icon and waits until the message is in the thread. */
  async say(text: string): Promise<void> {
    await this.box.fill(text);
    await this.sendIcon.click();
    await this.message(text).first().waitFor();
  }

  /** The texts of the thread, oldest first. */
  async texts(): Promise<string[]> {
    return this.log.locator('.message-text').allTextContents();
  }

  async close(): Promise<void> {
    await this.dialog.getByRole('button', { name: this.#staff.t('close') }).click();
    await this.dialog.waitFor({ state: 'detached' });
  }
}

/** The round number, which is hidden from screen readers: they hear it in the name of what it stands at. */
const badgeIn = async (within: Locator): Promise<SeenBadge | undefined> => {
  const badge = within.getByText(/^\d+$/);
  if ((await badge.count()) === 0) return undefined;
  const colour = await badge.evaluate((element) => getComputedStyle(element).backgroundColor);
  return { count: (await badge.textContent()) ?? '', colour: hueOf(colour) };
};

/** Blue or orange, whatever the exact tone of the theme. */
const hueOf = (colour: string): string => {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  if (blue > green && green >= red) return 'blue';
  return red > green && green > blue ? 'orange' : colour;
};
