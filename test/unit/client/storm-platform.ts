import type { Platform, PlatformSocket, PlatformSocketHandlers } from '../../../client/platform.ts';

/** Numbers 0 ≤ x < 1 that follow from the seed (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** The most moments that any window of so many ms holds. @param moments in order */
export const fullestWindow = (moments: ArrayLike<number>, windowMs = 1000): number => {
  let first = 0;
  let most = 0;
  for (let last = 0; last < moments.length; last += 1) {
    const at = moments[last] ?? 0;
    while (at - (moments[first] ?? at) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
};

/** Everything has happened that needs no time. */
const allIsSaid = () => new Promise((resolve) => setImmediate(resolve));

/** Time is cut into slices, so that ten thousand clients' timers are quick to find. */
const sliceMs = 20;

/**
 * A world of ten thousand clients: one clock, chance from a seed, and a server that opens each socket after 20 to 220 ms and answers every
 * frame. Records when sockets were dialled.
 */
export class StormPlatform implements Platform {
  /** When each socket was asked for, ms. */
  readonly dials: number[] = [];
  /** The sockets that stand open; those that are taken away hear of it by `onClose`. */
  readonly open = new Set<PlatformSocketHandlers>();
  /** Frames by the message they carry, as often as the server had them. */
  readonly received = new Map<string, number>();
  /** The server answers `notify`. */
  answersNotify = true;
  /** Sockets open; where not, they fail after as long. */
  accepts = true;
  readonly #random: () => number;
  readonly #slices = new Map<number, Set<{ at: number; run: () => void }>>();
  #clock = 0;
  /** The slice that runs, or ran last. */
  #slice = 0;
  #ids = 0;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  fetch(): Promise<Response> {
    return Promise.reject(new Error('tickets are given by the test'));
  }

  openSocket(_url: string, _protocols: string[], handlers: PlatformSocketHandlers): PlatformSocket {
    this.dials.push(this.#clock);
    const close = () => {
      if (this.open.delete(handlers)) handlers.onClose();
    };
    this.after(20 + 200 * this.#random(), () => {
      if (!this.accepts) return handlers.onClose();
      this.open.add(handlers);
      handlers.onOpen();
    });
    return { send: (text) => this.#answer(handlers, text), close };
  }

  #answer(handlers: PlatformSocketHandlers, text: string): void {
    const { action, requestId, messageId } = JSON.parse(text) as { action: string; requestId: string; messageId?: string };
    if (messageId !== undefined) this.received.set(messageId, (this.received.get(messageId) ?? 0) + 1);
    if (action === 'notify' && !this.answersNotify) return;
    this.after(20, () => {
      if (this.open.has(handlers)) handlers.onText(JSON.stringify({ type: 'ok', requestId, result: { messageId } }));
    });
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#clock + ms, run };
    // What is due at once belongs to the slice that is still to come.
    const key = Math.max(Math.ceil(timer.at / sliceMs), this.#slice + 1);
    const slice = this.#slices.get(key) ?? new Set();
    this.#slices.set(key, slice.add(timer));
    return () => slice.delete(timer);
  }

  now(): number {
    return this.#clock;
  }

  random(): number {
    return this.#random();
  }

  newId(): string {
    this.#ids += 1;
    return `id${this.#ids}`;
  }

  /** Lets time pass, slice by slice; in each the timers run in order. */
  async pass(ms: number): Promise<void> {
    const until = Math.floor((this.#clock + ms) / sliceMs);
    await allIsSaid();
    for (let key = this.#slice + 1; key <= until; key += 1) {
      this.#slice = key;
      const due = [...(this.#slices.get(key) ?? [])].sort((a, b) => a.at - b.at);
      for (const timer of due) {
        // A timer before it may have cancelled it.
        if (!this.#slices.get(key)?.delete(timer)) continue;
        this.#clock = Math.max(this.#clock, timer.at);
        timer.run();
      }
      this.#slices.delete(key);
      this.#clock = key * sliceMs;
      if (due.length > 0) await allIsSaid();
    }
  }
}
