import { expect } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import type { Translate } from '../../../web/shared/i18n.tsx';
import type { MessageId } from '../../../web/waiting/translation.ts';
import { eventually } from '../../integration/scenario/eventually.ts';
import { Person, type WindowOptions } from './person.ts';
import { waitingWords } from './words.ts';

/** A waiting page on someone's phone, used as its person uses it. */
export class CallerPhone extends Person {
  readonly name: string;
  readonly t: Translate<MessageId>;

  private constructor(page: Page, problems: readonly string[], name: string, t: Translate<MessageId>) {
    super(page, problems);
    this.name = name;
    this.t = t;
  }

  /** Opens the clinic's address; nobody has checked in yet. */
  static async open(browser: Browser, url: string, name: string, options: WindowOptions = {}): Promise<CallerPhone> {
    const { page, problems } = await Person.openWindow(browser, { size: 'phone', ...options });
    const phone = new CallerPhone(page, problems, name, waitingWords(options.language ?? 'en'));
    await page.goto(url);
    return phone;
  }

  get continueButton(): Locator {
    return this.page.getByRole('button', { name: this.t('checkIn.continue') });
  }

  /** Fills the form and waits for the waiting screen. */
  async checkIn({ phone }: { readonly phone?: string } = {}): Promise<void> {
    await this.page.getByLabel(this.t('checkIn.name')).fill(this.name);
    if (phone) await this.page.getByLabel(this.t('checkIn.phone')).fill(phone);
    await this.continueButton.click();
    await this.waits();
  }

  /** Waits for the waiting screen. */
  async waits(): Promise<void> {
    await this.page.getByRole('heading', { name: this.t('status.waiting') }).waitFor();
  }

  get log(): Locator {
    return this.page.getByRole('log');
  }

  /** A message on the screen, with all that stands beside it. */
  message(text: string): Locator {
    return this.log.getByRole('listitem').filter({ hasText: text });
  }

  /** Waits until these texts, and none else, are on the screen in this order. */
  async shows(...texts: string[]): Promise<void> {
    await eventually(async () => expect(await this.texts()).toEqual(texts));
  }

  async texts(): Promise<string[]> {
    return this.log.locator('.bubble-text').allTextContents();
  }

  /** The box with the prompt. */
  get box(): Locator {
    return this.page.getByRole('textbox', { name: this.t('composer.prompt') });
  }

  get sendIcon(): Locator {
    return this.page.getByRole('button', { name: this.t('composer.send'), exact: true });
  }

  /** Writes, presses the send icon and waits until the clinic has it. */
  async say(text: string): Promise<void> {
    await this.box.fill(text);
    await this.sendIcon.click();
    await this.message(text).getByText(this.t('message.sent')).waitFor();
  }

  /** The screen is dark in a pocket, or another page is open in this tab: no connection. */
  async putAway(): Promise<void> {
    await this.page.goto('about:blank');
  }

  async takeOut(): Promise<void> {
    await this.page.goBack();
  }
}
