import type { CallerExport } from '../protocol/caller-export.ts';
import type { EndReason, Results } from '../protocol/frames.ts';
import { mayWrite } from '../protocol/may-write.ts';
import type { Caller, Clinic, Message } from '../protocol/objects.ts';
import { Connection, type ConnectionState } from './connection.ts';
import { noAnswer, toError, WaitingAreaError } from './errors.ts';
import { Http, PublicApi, type Visit } from './http.ts';
import type { Link } from './link.ts';
import { Listeners } from './listeners.ts';
import { globalPlatform, type Platform } from './platform.ts';
import { isResultOf, type ServerEvent } from './read-frame.ts';
import { Thread } from './thread.ts';

/** So long a message may be missing before it is fetched. */
const gapPatienceMs = 1000;
/** Acknowledgements gather so long: a burst of messages costs the server one write. */
const acknowledgeAfterMs = 50;
/** Who wants to leave waits so long for a connection, and can then decide anew. */
const leavePatienceMs = 5000;
const retryUnavailable = { firstMs: 1000, mostMs: 30_000 };
/** A clock minute ends within a minute. */
const rateLimitedSeconds = 60;

export interface CallerClientOptions extends Visit {
  /** The HTTP API's URL. */
  readonly url: string;
  readonly platform?: Platform;
}

/** A message on its way to the clinic. */
export interface Outgoing {
  readonly messageId: string;
  readonly text: string;
  readonly state: 'sending' | 'failed';
  readonly error?: WaitingAreaError;
}

export interface CallerEvents {
  /** New messages of the conversation, the caller's own too: each exactly once, in order. */
  messages: readonly Message[];
  caller: Caller;
  clinic: Clinic;
  outbox: readonly Outgoing[];
  /** The visit is over, and so is the connection. `reason` is undefined where it is not known any more. */
  ended: { readonly reason: EndReason | undefined };
  state: { readonly state: ConnectionState; readonly error: WaitingAreaError | undefined };
}

/**
 * A waiting page's side: what the clinic sends arrives exactly once and in order, whatever happens to the network, and what the
 * caller writes is sent until it is stored or refused. Every call rejects with `WaitingAreaError`.
 *
 * @example
 * const visit = await new WaitingAreaClient({ url: 'https://api.example' }).checkIn('demo', { name: 'Sue Smith' });
 * const caller = new CallerClient({ url: 'https://api.example', ...visit });
 * caller.on('messages', (messages) => messages.forEach(({ from, text }) => console.log(`${from}: ${text}`)));
 * caller.on('ended', ({ reason }) => console.log(`Over: ${reason}`));
 * await caller.open();
 * if (caller.canWrite) await caller.sendMessage('I am here');
 */
export class CallerClient {
  readonly #platform: Platform;
  readonly #visit: Visit;
  readonly #api: PublicApi;
  readonly #connection: Connection;
  readonly #listeners = new Listeners<CallerEvents>();
  readonly #thread = new Thread();
  readonly #outbox = new Map<string, Outgoing>();
  readonly #pauses = new Set<() => void>();
  #caller: Caller | undefined;
  #clinic: Clinic | undefined;
  #readSeq = 0;
  #acknowledged = { deliveredSeq: 0, readSeq: 0 };
  #acknowledging = false;
  #ended = false;
  #lastSend: Promise<unknown> = Promise.resolve();
  #cancelAcknowledge: (() => void) | undefined;
  #cancelGapTimer: (() => void) | undefined;

  constructor(options: CallerClientOptions) {
    this.#platform = options.platform ?? globalPlatform;
    this.#visit = options;
    this.#api = new PublicApi(new Http(options.url, this.#platform));
    this.#connection = new Connection(this.#platform, {
      ticket: () => this.#api.ticket(this.#visit),
      register: (link) => this.#resume(link),
      isResultOf,
      onEvent: (event) => this.#take(event),
      onState: (state, error) => this.#stateChanged(state, error),
    });
  }

  /** Undefined until `open` has resolved. */
  get caller(): Caller | undefined {
    return this.#caller;
  }

  /** Undefined until `open` has resolved. */
  get clinic(): Clinic | undefined {
    return this.#clinic;
  }

  /** The conversation so far: `seq` 1, 2, 3 … */
  get messages(): readonly Message[] {
    return this.#thread.messages;
  }

  /** What is being sent, and what failed and waits to be sent again or discarded. */
  get outbox(): readonly Outgoing[] {
    return [...this.#outbox.values()];
  }

  /** May the caller write now? */
  get canWrite(): boolean {
    return !this.#ended && this.#caller !== undefined && this.#clinic !== undefined && mayWrite(this.#caller, this.#clinic);
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Listens; the answer ends it. */
  on<Name extends keyof CallerEvents>(event: Name, listener: (given: CallerEvents[Name]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  /**
   * Connects and stays connected until the visit ends; resolves when everything said so far is here. More than five open pages of one caller
   * displace the oldest: its state is then `closed` with the error `displaced`, until it is opened again.
   */
  async open(): Promise<void> {
    if (this.#ended) throw new WaitingAreaError('caller-ended', 'The visit is over');
    await this.#connection.open();
  }

  /**
   * The page is looked at again or the network is back: what was missed is fetched, and a lost connection is opened now. In a browser it is
   * called by itself.
   */
  wake(): void {
    this.#connection.wake();
  }

  /** Goes offline; place and conversation stay. */
  close(): void {
    this.#connection.close();
  }

  /**
   * Sends the clinic a message, after those written before. Resolves when it is stored; it survives lost connections, and what the
   * server cannot take now (`unavailable`, `rate-limited`) waits. After any other refusal it stays in the outbox as `failed`.
   * @param messageId made here when absent; to try a failed one again, give its id: it never doubles
   */
  sendMessage(text: string, messageId: string = this.#platform.newId()): Promise<Message> {
    this.#setOutgoing({ messageId, text, state: 'sending' });
    const sent = this.#lastSend.then(() => this.#deliver(messageId, text));
    this.#lastSend = sent.catch(() => {});
    return sent;
  }

  /** Takes a failed message out of the outbox. */
  discard(messageId: string): void {
    if (this.#outbox.get(messageId)?.state === 'failed') this.#removeOutgoing(messageId);
  }

  /** The caller has read everything that is here. */
  markRead(): void {
    this.#readSeq = this.#thread.appliedSeq;
    this.#acknowledgeSoon();
  }

  /**
   * Ends the visit: off the board, and no way back but a new check-in or a member of staff. It is told once: after a failure the caller
   * decides anew.
   */
  async leave(): Promise<void> {
    // A socket would keep it, and send it when the network is back: after the caller was told that it failed.
    if (this.#platform.page?.isOnline() === false) throw noAnswer('leave');
    try {
      await this.#connection.request('leave', {}, { repeat: false, patienceMs: leavePatienceMs });
    } catch (cause) {
      const error = toError(cause, 'leave');
      // The clinic was faster.
      if (error.code !== 'caller-ended') throw error;
    }
    this.#end('left');
  }

  /** Everything that the clinic keeps of this caller, for them to have; while the visit lasts. Connected or not. */
  export(): Promise<CallerExport> {
    return this.#api.exportCaller(this.#visit);
  }

  async #resume(link: Pick<Link, 'request'>): Promise<void> {
    let afterSeq: number | null = this.#thread.appliedSeq;
    while (afterSeq !== null) {
      const page: Results['resume'] = await link.request('resume', { afterSeq });
      this.#applyClinic(page.clinic);
      this.#applyCaller(page.caller);
      this.#applyMessages(page.messages);
      afterSeq = page.nextAfterSeq;
    }
  }

  #take(event: ServerEvent): void {
    switch (event.type) {
      case 'messagesAdded':
        this.#applyMessages(event.messages);
        break;
      case 'callerChanged':
        this.#applyCaller(event.caller);
        break;
      case 'clinicChanged':
        this.#applyClinic(event.clinic);
        break;
      case 'ended':
        this.#end(event.reason);
        break;
      default:
        // Events of a later version of the contract are none of ours.
        break;
    }
  }

  #applyMessages(messages: readonly Message[]): void {
    const applied = this.#thread.add(messages);
    if (applied.length > 0) this.#listeners.emit('messages', applied);
    this.#acknowledgeSoon();
    this.#watchForGap();
  }

  #applyCaller(caller: Caller): void {
    if (this.#caller !== undefined && caller.version <= this.#caller.version) return;
    this.#caller = caller;
    this.#acknowledged = {
      deliveredSeq: Math.max(this.#acknowledged.deliveredSeq, caller.deliveredSeq),
      readSeq: Math.max(this.#acknowledged.readSeq, caller.readSeq),
    };
    this.#watchForGap();
    this.#listeners.emit('caller', caller);
  }

  #applyClinic(clinic: Clinic): void {
    if (this.#clinic !== undefined && clinic.version <= this.#clinic.version) return;
    this.#clinic = clinic;
    this.#listeners.emit('clinic', clinic);
  }

  #watchForGap(): void {
    if (this.#cancelGapTimer || this.#ended || !this.#isBehind()) return;
    this.#cancelGapTimer = this.#platform.after(gapPatienceMs, () => {
      this.#cancelGapTimer = undefined;
      if (this.#isBehind()) this.#connection.refresh();
    });
  }

  #isBehind(): boolean {
    return this.#thread.hasGap || this.#thread.appliedSeq < (this.#caller?.messageCount ?? 0);
  }

  #acknowledgeSoon(): void {
    if (this.#cancelAcknowledge || this.#acknowledging || this.#ended || Object.keys(this.#newMarks()).length === 0) return;
    this.#cancelAcknowledge = this.#platform.after(acknowledgeAfterMs, () => {
      this.#cancelAcknowledge = undefined;
      void this.#acknowledge();
    });
  }

  #newMarks(): { deliveredSeq?: number; readSeq?: number } {
    const deliveredSeq = this.#thread.appliedSeq;
    return {
      ...(deliveredSeq > this.#acknowledged.deliveredSeq && { deliveredSeq }),
      ...(this.#readSeq > this.#acknowledged.readSeq && { readSeq: this.#readSeq }),
    };
  }

  async #acknowledge(): Promise<void> {
    const marks = this.#newMarks();
    if (Object.keys(marks).length === 0 || this.#connection.state !== 'open') return;
    this.#acknowledging = true;
    try {
      await this.#connection.request('acknowledge', marks, { repeat: false });
      this.#acknowledged = { ...this.#acknowledged, ...marks };
    } catch {
      // What stays unacknowledged comes again, by a resume or from the server, and is then acknowledged.
      return;
    } finally {
      this.#acknowledging = false;
    }
    this.#acknowledgeSoon();
  }

  async #deliver(messageId: string, text: string): Promise<Message> {
    try {
      const message = await this.#sendUntilAnswered(messageId, text);
      this.#removeOutgoing(messageId);
      this.#applyMessages([message]);
      return message;
    } catch (cause) {
      // Stored after all: its frame came where its answer did not.
      const stored = this.messages.find((message) => message.messageId === messageId);
      if (stored) {
        this.#removeOutgoing(messageId);
        return stored;
      }
      // The end of the visit cut it off: whether it was stored before is not known.
      const error = this.#ended ? noAnswer('sendMessage') : toError(cause, 'sendMessage');
      this.#setOutgoing({ messageId, text, state: 'failed', error });
      throw error;
    }
  }

  async #sendUntilAnswered(messageId: string, text: string): Promise<Message> {
    for (let failures = 0; ; failures += 1) {
      try {
        const { message } = await this.#connection.request('sendMessage', { messageId, text }, { patienceMs: Number.POSITIVE_INFINITY });
        return message;
      } catch (cause) {
        const error = toError(cause, 'sendMessage');
        if (error.code === 'rate-limited') await this.#pause((error.retryAfterSeconds ?? rateLimitedSeconds) * 1000);
        else if (error.code === 'unavailable') {
          await this.#pause(this.#platform.random() * Math.min(retryUnavailable.mostMs, retryUnavailable.firstMs * 2 ** failures));
        } else throw error;
      }
    }
  }

  /** Resolves after the time, or at once when the connection closes. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        cancel();
        this.#pauses.delete(finish);
        resolve();
      };
      const cancel = this.#platform.after(ms, finish);
      this.#pauses.add(finish);
    });
  }

  #setOutgoing(outgoing: Outgoing): void {
    this.#outbox.set(outgoing.messageId, outgoing);
    this.#listeners.emit('outbox', this.outbox);
  }

  #removeOutgoing(messageId: string): void {
    this.#outbox.delete(messageId);
    this.#listeners.emit('outbox', this.outbox);
  }

  #end(reason: EndReason | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connection.close(new WaitingAreaError('caller-ended', 'The visit is over'));
    this.#listeners.emit('ended', { reason });
  }

  #stateChanged(state: ConnectionState, error: WaitingAreaError | undefined): void {
    if (state === 'closed') {
      this.#cancelAcknowledge?.();
      this.#cancelAcknowledge = undefined;
      this.#cancelGapTimer?.();
      this.#cancelGapTimer = undefined;
      for (const finish of this.#pauses) finish();
    } else if (state === 'open') {
      this.#acknowledgeSoon();
    }
    this.#listeners.emit('state', { state, error });
    // The page has held this token for good: refused now, it means that the visit is over or erased.
    if (state === 'closed' && (error?.code === 'caller-ended' || error?.code === 'unauthenticated' || error?.code === 'not-found'))
      this.#end(error.details && 'reason' in error.details ? error.details.reason : undefined);
  }
}
