import { CallerClient } from '../../client/caller.ts';
import type { ConnectionState } from '../../client/connection.ts';
import { toError } from '../../client/errors.ts';
import type { Visit } from '../../client/http.ts';
import type { Caller, Clinic, EndReason, Message, Outgoing } from '../../client/index.ts';
import { globalPlatform, type Platform } from '../../client/platform.ts';
import type { VisitStorage } from './stored-visit.ts';

/** An ended visit may come back: the page looks again, ever more seldom and for half an hour, and whenever it is looked at. */
const lookAgain = { firstMs: 5000, mostMs: 60_000, growth: 1.5, forMs: 30 * 60_000 };

/** How a visit ended; `unknown`: it was found out only afterwards. */
export type Ending = EndReason | 'unknown';

/** `displaced`: more pages of this visit are open than may be, and this one gave way. */
export type PageConnection = ConnectionState | 'displaced';

/** All that the screen shows of a visit, at one moment. */
export interface VisitView {
  /** Undefined until the first answer of the server. */
  readonly caller: Caller | undefined;
  readonly clinic: Clinic;
  readonly messages: readonly Message[];
  readonly outbox: readonly Outgoing[];
  readonly canWrite: boolean;
  readonly connection: PageConnection;
  /** The page has shown all messages up to this one. */
  readonly readSeq: number;
  readonly ending: Ending | undefined;
}

interface VisitSessionOptions {
  /** The HTTP API's URL. */
  readonly url: string;
  readonly visit: Visit;
  readonly clinic: Clinic;
  /** As check-in answered it; absent after a reload. */
  readonly caller?: Caller | undefined;
  readonly storage: Pick<VisitStorage, 'outbox' | 'forget'>;
  /** The clinic wrote: time for a sound. */
  readonly onNews: () => void;
  readonly platform?: Platform;
}

/**
 * One visit as the page lives it: the client, what was on its way at the last reload, what has been read, and after an end by the
 * clinic the way back.
 */
export class VisitSession {
  readonly #options: VisitSessionOptions;
  readonly #platform: Platform;
  readonly #listeners = new Set<() => void>();
  #client: CallerClient;
  #view: VisitView;
  #ending: Ending | undefined;
  #readSeq = 0;
  /** What the person was told is not sent, by an earlier client of this visit: it waits until they send or discard it. */
  #unsent: readonly Outgoing[];
  /** Nothing of the visit may be on the device any more. */
  #forgotten = false;
  #lookAfterMs = lookAgain.firstMs;
  #lookUntil = 0;
  #looking = false;
  #stopped = false;
  #displaced = false;
  #cancelLook: (() => void) | undefined;

  constructor(options: VisitSessionOptions) {
    this.#options = options;
    this.#platform = options.platform ?? globalPlatform;
    this.#unsent = options.storage.outbox.filter(({ state }) => state === 'failed');
    this.#client = this.#newClient();
    this.#follow(this.#client);
    this.#view = this.#currentView();
  }

  /** The same object until something changes. */
  readonly view = (): VisitView => this.#view;

  /** Calls `listener` when the view has changed; the answer ends it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Connects, and sends what the last reload interrupted. */
  start(): void {
    const interrupted = this.#options.storage.outbox.filter(({ state }) => state !== 'failed');
    this.connect();
    for (const { messageId, text } of interrupted) this.send(text, messageId);
  }

  /** Connects again after a refusal, or takes the place back that another page has. */
  connect(): void {
    // How it goes shows as the view's connection and ending.
    this.#client.open().catch(() => {});
  }

  /** Goes offline without leaving the clinic. */
  stop(): void {
    this.#stopped = true;
    this.#cancelLook?.();
    this.#client.close();
  }

  /** @param messageId of a failed message that is to be sent again */
  send(text: string, messageId?: string): void {
    this.#unsent = this.#unsent.filter((unsent) => unsent.messageId !== messageId);
    // A refusal shows in the outbox.
    this.#client.sendMessage(text, messageId).catch(() => {});
  }

  discard(messageId: string): void {
    this.#unsent = this.#unsent.filter((unsent) => unsent.messageId !== messageId);
    this.#client.discard(messageId);
    this.#outboxChanged();
  }

  markRead(): void {
    this.#readSeq = this.#client.messages.length;
    this.#client.markRead();
    this.#changed();
  }

  /** @throws WaitingAreaError when the clinic could not be told */
  leave(): Promise<void> {
    return this.#client.leave();
  }

  /** The page is looked at again, or the network is back: fetches what was missed, or asks whether the clinic has undone the end. */
  wake(): void {
    if (this.#ending === undefined) this.#client.wake();
    else if (this.#ending !== 'left' && this.#ending !== 'erased') void this.#lookForReturn();
  }

  #newClient(): CallerClient {
    const { url, visit } = this.#options;
    return new CallerClient({ url, platform: this.#platform, ...visit });
  }

  #follow(client: CallerClient): void {
    client.on('messages', (messages) => {
      this.#changed();
      const read = Math.max(this.#readSeq, client.caller?.readSeq ?? 0);
      if (messages.some(({ from, seq }) => from === 'clinic' && seq > read)) this.#options.onNews();
    });
    client.on('outbox', () => this.#outboxChanged());
    client.on('caller', () => this.#changed());
    client.on('clinic', () => this.#changed());
    client.on('state', ({ error }) => {
      this.#displaced = error?.code === 'displaced';
      this.#changed();
    });
    client.on('ended', ({ reason }) => {
      if (client === this.#client) this.#over(reason ?? 'unknown');
    });
  }

  #over(ending: Ending): void {
    this.#ending = ending;
    const isFinal = ending === 'left' || ending === 'erased';
    if (isFinal) this.#forget();
    this.#changed();
    if (isFinal) return;
    this.#lookAfterMs = lookAgain.firstMs;
    this.#lookUntil = this.#platform.now() + lookAgain.forMs;
    this.#lookLater();
  }

  #lookLater(): void {
    this.#cancelLook?.();
    if (this.#platform.now() > this.#lookUntil) return;
    this.#cancelLook = this.#platform.after(this.#lookAfterMs, () => {
      this.#lookAfterMs = Math.min(lookAgain.mostMs, this.#lookAfterMs * lookAgain.growth);
      void this.#lookForReturn();
    });
  }

  /** A visit that opens again is the same one: the new client takes over. */
  async #lookForReturn(): Promise<void> {
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    const client = this.#newClient();
    try {
      await client.open();
      if (this.#stopped) return client.close();
      this.#unsent = this.#view.outbox;
      this.#client = client;
      this.#ending = undefined;
      this.#cancelLook?.();
      this.#follow(client);
      this.#outboxChanged();
    } catch (cause) {
      // The tab may have another visit by now.
      if (this.#stopped) return;
      const { code } = toError(cause, 'opening again');
      if (code === 'unauthenticated' || code === 'not-found') this.#forget();
      else this.#lookLater();
    } finally {
      this.#looking = false;
    }
  }

  #forget(): void {
    this.#forgotten = true;
    this.#options.storage.forget();
  }

  /** What the clinic does not have, as far as `messages` tell. */
  #outbox(messages: readonly Message[]): Outgoing[] {
    const stored = new Set(messages.map(({ messageId }) => messageId));
    return [...this.#unsent, ...this.#client.outbox].filter(({ messageId }) => !stored.has(messageId));
  }

  #outboxChanged(): void {
    this.#changed();
    // A client that was closed by the page's own end fails what is on its way; the next page sends it.
    if (!this.#stopped && !this.#forgotten)
      this.#options.storage.outbox = this.#view.outbox.map(({ messageId, text, state }) => ({ messageId, text, state }));
  }

  #changed(): void {
    this.#view = this.#currentView();
    for (const listener of this.#listeners) listener();
  }

  #currentView(): VisitView {
    const client = this.#client;
    const caller = client.caller ?? this.#options.caller;
    const messages = [...client.messages];
    return {
      caller,
      clinic: client.clinic ?? this.#options.clinic,
      messages,
      outbox: this.#outbox(messages),
      canWrite: client.canWrite,
      connection: this.#displaced ? 'displaced' : client.state,
      readSeq: Math.max(this.#readSeq, caller?.readSeq ?? 0),
      ending: this.#ending,
    };
  }
}
