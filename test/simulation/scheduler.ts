import type { Dice } from './dice.ts';

/** How long a step takes, in virtual ms, both bounds included. */
export type Span = readonly [least: number, most: number];

interface Entry {
  at: number;
  readonly order: number;
  readonly label: string;
  run: (() => void) | undefined;
}

/** Of several steps that could come next, in the order in which they began: which one comes? */
export type Choose = (labels: readonly string[]) => number;

/**
 * Virtual time. Whatever takes time parks here and is resumed one at a time; after each, everything that needs no time runs to its end.
 * So the seed, and nothing else, decides how promises interleave.
 *
 * There are two kinds of waiting. A *timer* is due at its time. A *step* (a store call, a frame on its way) takes a time from its span, by
 * the dice. With `choose`, steps take no time: `choose` is asked for the next one, and timers run only when no step is left.
 */
export class Scheduler {
  readonly #dice: Dice;
  readonly #heap: Entry[] = [];
  #ready: Entry[] = [];
  #choose: Choose | undefined;
  #now = 0;
  #count = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Virtual ms since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** Events run so far. */
  steps = 0;

  /** From now on (or, with undefined, no longer) the order of steps is chosen rather than thrown. */
  set choose(choose: Choose | undefined) {
    this.#choose = choose;
    if (choose === undefined) {
      for (const entry of this.#ready) this.#push(entry);
      this.#ready = [];
    }
  }

  /** Runs something at a time from now; the answer cancels it. */
  after(ms: number, run: () => void, label = 'timer'): () => void {
    const entry: Entry = { at: this.#now + ms, order: this.#nextOrder(), label, run };
    this.#push(entry);
    return () => {
      entry.run = undefined;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve, 'sleep');
    });
  }

  /** Parks one step; resolves when it is over. */
  step(label: string, [least, most]: Span): Promise<void> {
    return new Promise((resolve) => {
      const entry: Entry = { at: this.#now, order: this.#nextOrder(), label, run: resolve };
      if (this.#choose) {
        this.#ready.push(entry);
      } else {
        entry.at += least + this.#dice.random() * (most - least);
        this.#push(entry);
      }
    });
  }

  /** Runs until this time, or until nothing is left that waits. */
  async runUntil(until: number): Promise<void> {
    await settled();
    for (;;) {
      const entry = this.#next(until);
      if (entry === undefined) break;
      this.steps += 1;
      entry.run?.();
      await settled();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Runs until the promise has settled. @throws what it throws, and where nothing is left that could settle it */
  async runUntilSettled<Result>(promise: Promise<Result>): Promise<Result> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    promise.then(over, over);
    await settled();
    while (!isOver) {
      const entry = this.#next(Number.POSITIVE_INFINITY);
      if (entry === undefined) throw new Error('nothing is left that could go on');
      this.steps += 1;
      entry.run?.();
      await settled();
    }
    return promise;
  }

  #next(until: number): Entry | undefined {
    if (this.#choose && this.#ready.length > 0) {
      const index = this.#ready.length === 1 ? 0 : this.#choose(this.#ready.map(({ label }) => label));
      return this.#ready.splice(index, 1)[0];
    }
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.at > until) return undefined;
      this.#pop();
      if (first.run === undefined) continue;
      this.#now = Math.max(this.#now, first.at);
      return first;
    }
  }

  #nextOrder(): number {
    this.#count += 1;
    return this.#count;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const left = heap[child];
      if (left === undefined) break;
      let smaller = left;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, left)) {
        child += 1;
        smaller = right;
      }
      if (!isBefore(smaller, last)) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
  }
}

const isBefore = (one: Entry, other: Entry): boolean => one.at < other.at || (one.at === other.at && one.order < other.order);

/** Every promise that can settle without time has settled: the queue of microtasks is empty before the next turn of the event loop. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
