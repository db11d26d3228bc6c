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

  get leaveButton(): Locator {
    return this.page.getByRole('button', { name: this.t('leave.button') });
  }

  /** The question whether to leave. */
  get leaveDialog(): Locator {
    return this.page.getByRole('dialog', { name: this.t('leave.title') });
  }

  get confirmLeave(): Locator {
    return this.leaveDialog.getByRole('button', { name: this.t('leave.confirm') });
  }

  get stay(): Locator {
    return this.leaveDialog.getByRole('button', { name: this.t('leave.stay') });
  }

  /** From now on the page's frames of one action stay on the phone, though it is online. */
  async hold(action: 'sendMessage' | 'leave'): Promise<void> {
    await this.page.evaluate((action) => {
      const { send } = WebSocket.prototype;
      const held: (() => void)[] = [];
      WebSocket.prototype.send = function (data) {
        if (JSON.parse(String(data)).action !== action) return send.call(this, data);
        held.push(() => {
          if (this.readyState === WebSocket.OPEN) send.call(this, data);
        });
      };
      const release = () => {
        WebSocket.prototype.send = send;
        for (const go of held) go();
      };
      Object.assign(globalThis, { release });
    }, action);
  }

  /** What was held goes out, in its order. */
  async release(): Promise<void> {
    // Put there by `hold`.
    await this.page.evaluate(() => (globalThis as unknown as { release(): void }).release());
  }

  /** Writes a message that does not leave the phone. */
  async sayInVain(text: string): Promise<void> {
    await this.hold('sendMessage');
    await this.box.fill(text);
    await this.sendIcon.click();
    await this.message(text).getByText(this.t('message.sending')).waitFor();
  }

  /** What the tab keeps of its visit. */
  async kept(): Promise<Record<string, string>> {
    return this.page.evaluate(() => Object.fromEntries(Object.entries(sessionStorage).filter(([key]) => key !== 'waiting-area:muted')));
  }

  /** The screen is dark in a pocket, or another page is open in this tab: no connection. */
  async putAway(): Promise<void> {
    await this.page.goto('about:blank');
  }

  async takeOut(): Promise<void> {
    await this.page.goBack();
  }
}
