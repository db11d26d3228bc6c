import type { Results } from '../protocol/frames.ts';
import { closedError, displacedError, isFinal, noAnswer, toError, type WaitingAreaError } from './errors.ts';
import type { Ticket } from './http.ts';
import { Link, type LinkEnd } from './link.ts';
import type { Platform } from './platform.ts';
import type { Action, ServerEvent } from './read-frame.ts';

const minuteMs = 60_000;
/** Subscribe and resume are repeated every 4–5 min: that heals whatever was missed, and finds a socket that died in silence. */
const refreshEveryMs = { least: 4 * minuteMs, spread: minuteMs };
/** API Gateway ends a socket after 2 h (DG/apigateway-execution-service-websocket-limits-table); the next one is open before that. */
const renewAfterMs = { least: 110 * minuteMs, spread: 5 * minuteMs };
/** Where the cause is here: nobody else dials at this moment. */
const backoff = { firstMs: 1000, mostMs: 30_000 };
/**
 * A socket that was taken away from outside may have gone with thousands of others: each dials at a random moment of this window, and
 * then at most once in as long a time. So 10,000 make 408 connects a second; API Gateway takes 500 an account
 * (DG/apigateway-execution-service-websocket-limits-table). The arithmetic: docs/decisions/0015-reconnects-are-spread.md
 */
export const reconnectWindowMs = 24_500;
/** A socket that lived so long was a good one: the next failure starts the backoff anew. */
const goodLifeMs = 10_000;
/** What breaks so soon after a wake was broken before: by sleep, or by the way between two networks. Longer than an answer is waited for. */
const wakingMs = 15_000;
/** Browsers run the timers of hidden pages once a minute; one that is later than this slept. */
const asleepMs = 2 * minuteMs;
/** A page that nobody sees dials, after so many failures in a row, at most once a minute. */
const unseen = { failures: 4, restMs: minuteMs };

export type ConnectionState = 'connecting' | 'open' | 'reconnecting' | 'closed';

/** What staff and callers each do with their connection. */
export interface Session {
  /** A new ticket for every socket. */
  ticket(): Promise<Ticket>;
  /** Registers a new socket by its first frames, and repeats them on an open one. */
  register(link: Pick<Link, 'request'>): Promise<void>;
  /** Repeat `register` once so soon after a socket opened; absent: at the usual time. */
  readonly registerAgainAfterMs?: number;
  /** Is it what this action is answered with? A server that answers with something else is given up, and dialled again later. */
  isResultOf<A extends Action>(action: A, result: unknown): result is Results[A];
  onEvent(event: ServerEvent): void;
  /** `error` says why a connection closed that nobody closed. */
  onState(state: ConnectionState, error: WaitingAreaError | undefined): void;
}

export interface RequestOptions {
  /** Send it again where the answer was lost. False for what is not the same when done twice. Default true. */
  readonly repeat?: boolean;
  /** How long to go on trying, in ms; `Infinity`: until there is an answer or the connection is closed. Default 30 s. */
  readonly patienceMs?: number;
}

/**
 * A connection that lasts: it opens sockets with tickets, reopens them with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), renews each before its 2 h are over (new socket
 * first), and carries requests over from one socket to the next. It dials at once for a person: when it is opened or woken, and for a
 * request that finds no socket.
 */
export class Connection {
  readonly #platform: Platform;
  readonly #session: Session;
  #state: ConnectionState = 'closed';
  #link: Link | undefined;
  #linkOpenedAt = 0;
  #closedBy: WaitingAreaError = closedError();
  /** Each open() is a new life; what an old one still has under way is thrown away. */
  #life = 0;
  #dialing = false;
  #failures = 0;
  /** The socket was taken away from outside, maybe together with all others: dials are spread over the window. */
  #spread = false;
  #wokenAt = Number.NEGATIVE_INFINITY;
  #refreshDueAt = 0;
  #registeringAgain: Link | undefined;
  readonly #waiting = new Set<{ resolve(link: Link): void; reject(error: WaitingAreaError): void }>();
  #cancelDial = nothing;
  #cancelRefresh = nothing;
  #cancelRenewal = nothing;
  #stopListening = nothing;

  constructor(platform: Platform, session: Session) {
    this.#platform = platform;
    this.#session = session;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects, and stays connected until `close`. Resolves with the first registered socket. @throws WaitingAreaError where it can never be. */
  async open(): Promise<void> {
    if (this.#state === 'closed') {
      this.#life += 1;
      this.#failures = 0;
      this.#spread = false;
      this.#dialing = false;
      this.#stopListening = this.#platform.page?.onWake(() => this.wake()) ?? nothing;
      this.#setState('connecting');
      void this.#dial();
    }
    await this.#openLink(Number.POSITIVE_INFINITY);
  }

  /** Ends it. Requests without an answer fail with `closed`, or with the error that made it close. */
  close(error?: WaitingAreaError): void {
    if (this.#state === 'closed') return;
    this.#life += 1;
    this.#stopListening();
    this.#cancelDial();
    this.#cancelLinkTimers();
    const link = this.#link;
    this.#link = undefined;
    this.#closedBy = error ?? closedError();
    this.#setState('closed', error);
    for (const waiting of this.#waiting) waiting.reject(this.#closedBy);
    this.#waiting.clear();
    link?.close();
  }

  /**
   * Sends a frame on the open socket, or on the next one, and answers with its result.
   * @throws WaitingAreaError the server's error; `no-answer` when patience is over; `closed`
   */
  async request<A extends Action>(action: A, fields: object, options: RequestOptions = {}): Promise<Results[A]> {
    const { repeat = true, patienceMs = 30_000 } = options;
    const until = this.#platform.now() + patienceMs;
    let registered = true;
    // Only one that finds no socket: those that were lost with their socket may be thousands at this moment.
    if (!this.#link) this.#dialNow();
    for (;;) {
      const link = await this.#openLink(until - this.#platform.now());
      try {
        if (!registered) await this.#session.register(link);
        return await link.request(action, fields);
      } catch (cause) {
        const error = toError(cause, action);
        if (error.code === 'forbidden' && registered) {
          // A socket that was silent for long (a sleeping phone) may have been struck off: it registers again, once.
          registered = false;
          continue;
        }
        if (error.code !== 'no-answer') throw error;
        // The socket closed under it because the whole connection did.
        if (this.#state === 'closed') throw this.#closedBy;
        if (!repeat || this.#platform.now() >= until) throw error;
      }
    }
  }

  /** Registers the open socket again soon: something may have been missed. */
  refresh(): void {
    if (this.#link) void this.#registerAgain(this.#link);
  }

  /**
   * The page is looked at again, or the network is back: an open socket is tried at once, and a lost one is dialled without further waiting.
   * Where the platform has a page, it calls this by itself.
   */
  wake(): void {
    this.#wokenAt = this.#platform.now();
    this.#failures = 0;
    if (this.#link) this.refresh();
    else this.#dialNow();
  }

  #openLink(patienceMs: number): Promise<Link> {
    if (this.#link) return Promise.resolve(this.#link);
    if (this.#state === 'closed') return Promise.reject(this.#closedBy);
    return new Promise((resolve, reject) => {
      const cancelTimer = Number.isFinite(patienceMs)
        ? this.#platform.after(Math.max(0, patienceMs), () => {
            this.#waiting.delete(waiting);
            reject(noAnswer('a request: there was no connection'));
          })
        : nothing;
      const waiting = {
        resolve: (link: Link) => {
          cancelTimer();
          resolve(link);
        },
        reject: (error: WaitingAreaError) => {
          cancelTimer();
          reject(error);
        },
      };
      this.#waiting.add(waiting);
    });
  }

  /** Tries once to have a new registered socket, beside the present one if there is one. */
  async #dial(): Promise<void> {
    if (this.#dialing || this.#state === 'closed') return;
    if (this.#platform.page?.isOnline() === false) {
      // The network's return wakes; should nobody tell of it, it is noticed within a minute.
      this.#dialAfter(minuteMs);
      return;
    }
    this.#dialing = true;
    const life = this.#life;
    let link: Link | undefined;
    try {
      const ticket = await this.#session.ticket();
      if (life !== this.#life) return;
      link = await Link.open(this.#platform, ticket, {
        isResultOf: this.#session.isResultOf,
        onEvent: (event) => {
          if (life !== this.#life) return;
          // The close that follows is this connection's alone, and whoever looks at the page has a new role, or none.
          if (event.type === 'membershipChanged') this.#wokenAt = this.#platform.now();
          else if (event.type !== 'displaced') this.#session.onEvent(event);
          // During a renewal it is this connection's own next socket that the old one gives way to.
          else if (link === this.#link && !this.#dialing) this.close(displacedError());
        },
        onClose: (end) => {
          if (life === this.#life && link !== undefined && link === this.#link) this.#lost(end);
        },
      });
      // Closed meanwhile: even registering would tell the server of a page that is gone.
      if (life !== this.#life) return link.close();
      await this.#session.register(link);
      if (life !== this.#life) return link.close();
      if (link.ended) throw noAnswer('the first frame');
    } catch (cause) {
      link?.close();
      if (life === this.#life) this.#dialFailed(toError(cause, 'connecting'));
      return;
    }
    this.#dialing = false;
    this.#adopt(link);
  }

  #dialFailed(error: WaitingAreaError): void {
    this.#dialing = false;
    if (isFinal(error)) {
      this.close(error);
      return;
    }
    this.#dialAfter(Math.max(this.#pauseAfterFailure(), (error.retryAfterSeconds ?? 0) * 1000));
  }

  /** ms until the next dial, after a socket was lost or a dial failed. */
  #pauseAfterFailure(): number {
    const chance = this.#platform.random();
    const before = this.#failures;
    this.#failures += 1;
    if (before >= unseen.failures && this.#platform.page?.isVisible() === false) return unseen.restMs + chance * reconnectWindowMs;
    if (!this.#spread) return chance * Math.min(backoff.mostMs, backoff.firstMs * 2 ** before);
    return chance * reconnectWindowMs + (before === 0 ? 0 : reconnectWindowMs);
  }

  /** Somebody waits for it. */
  #dialNow(): void {
    this.#spread = false;
    this.#cancelDial();
    void this.#dial();
  }

  #dialAfter(ms: number): void {
    this.#cancelDial();
    this.#cancelDial = this.#platform.after(ms, () => void this.#dial());
  }

  #adopt(link: Link): void {
    const previous = this.#link;
    this.#link = link;
    this.#linkOpenedAt = this.#platform.now();
    this.#spread = false;
    this.#cancelDial();
    this.#cancelLinkTimers();
    this.#refreshAfter(this.#session.registerAgainAfterMs ?? this.#between(refreshEveryMs));
    this.#cancelRenewal = this.#platform.after(this.#between(renewAfterMs), () => void this.#dial());
    this.#setState('open');
    for (const waiting of this.#waiting) waiting.resolve(link);
    this.#waiting.clear();
    previous?.retire();
  }

  #lost(end: LinkEnd): void {
    const now = this.#platform.now();
    const isOurs = end === 'given-up' || now - this.#wokenAt < wakingMs || this.#isLate(now) || this.#platform.page?.isOnline() === false;
    this.#link = undefined;
    this.#cancelLinkTimers();
    if (now - this.#linkOpenedAt >= goodLifeMs) this.#failures = 0;
    this.#spread = !isOurs;
    this.#setState('reconnecting');
    // Who heard of it may have closed the connection.
    if (this.#dialing || this.#state !== 'reconnecting') return;
    this.#dialAfter(this.#pauseAfterFailure());
  }

  /** Timers stood still: the device slept, and wakes at a moment of its own. */
  #isLate(now: number): boolean {
    return now - this.#refreshDueAt > asleepMs;
  }

  #refreshAfter(ms: number): void {
    this.#refreshDueAt = this.#platform.now() + ms;
    this.#cancelRefresh = this.#platform.after(ms, () => {
      const slept = this.#isLate(this.#platform.now());
      this.#refreshAfter(this.#between(refreshEveryMs));
      if (slept) this.wake();
      else this.refresh();
    });
  }

  async #registerAgain(link: Link): Promise<void> {
    // Reasons to do so may come together, as when a page is looked at and the network is back.
    if (this.#registeringAgain === link) return;
    this.#registeringAgain = link;
    const life = this.#life;
    try {
      await this.#session.register(link);
    } catch (cause) {
      const error = toError(cause, 'registering again');
      // Anything else (busy, broken) is tried again next time; a dead socket has closed itself.
      if (life === this.#life && isFinal(error)) this.close(error);
    } finally {
      if (this.#registeringAgain === link) this.#registeringAgain = undefined;
    }
  }

  #cancelLinkTimers(): void {
    this.#cancelRefresh();
    this.#cancelRenewal();
  }

  #between(range: { least: number; spread: number }): number {
    return range.least + this.#platform.random() * range.spread;
  }

  #setState(state: ConnectionState, error?: WaitingAreaError): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#session.onState(state, error);
  }
}

const nothing = () => {};
