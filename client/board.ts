import type { Caller } from '../protocol/objects.ts';

/** One run through all pages of `subscribe`. */
export interface Listing {
  /** Takes in one page of it. */
  add(callers: readonly Caller[]): void;
  /** After the last page: who was not listed, and did not change meanwhile, leaves the board. */
  finish(): void;
  /** Instead of `finish`, when a page failed. */
  abandon(): void;
}

/**
 * The callers present, put together from frames that may come twice, late or not at all. Only a higher `version` changes a
 * caller; a full listing heals what was missed.
 */
export class Board {
  readonly #callers = new Map<string, Caller>();
  /** The last version known of those who left: an older frame that comes late does not bring them back. */
  readonly #left = new Map<string, number>();
  /** Of each listing under way: who changed since it began. */
  readonly #changedDuring = new Set<Set<string>>();

  get callers(): ReadonlyMap<string, Caller> {
    return this.#callers;
  }

  /** Takes in callers as they now are; answers whether anything is new. */
  apply(callers: readonly Caller[]): boolean {
    let changed = false;
    for (const caller of callers) {
      const { callerId, version } = caller;
      if (version <= (this.#callers.get(callerId)?.version ?? this.#left.get(callerId) ?? -1)) continue;
      changed = true;
      for (const ids of this.#changedDuring) ids.add(callerId);
      if (caller.status === 'ended') {
        this.#callers.delete(callerId);
        this.#left.set(callerId, version);
      } else {
        this.#callers.set(callerId, caller);
        this.#left.delete(callerId);
      }
    }
    return changed;
  }

  /** Takes callers off the board; answers whether any was on it. */
  remove(callerIds: readonly string[]): boolean {
    let changed = false;
    for (const callerId of callerIds) {
      for (const ids of this.#changedDuring) ids.add(callerId);
      const caller = this.#callers.get(callerId);
      if (caller === undefined) continue;
      changed = true;
      this.#callers.delete(callerId);
      this.#left.set(callerId, caller.version);
    }
    return changed;
  }

  /** Begins a listing; call it before the first page is asked for. */
  beginListing(): Listing {
    const changed = new Set<string>();
    const listed = new Set<string>();
    const leftBefore = [...this.#left.keys()];
    this.#changedDuring.add(changed);
    return {
      add: (callers) => {
        const changedBefore = new Set(changed);
        this.apply(callers);
        for (const { callerId } of callers) {
          listed.add(callerId);
          // A page is no change of its own.
          if (!changedBefore.has(callerId)) changed.delete(callerId);
        }
      },
      finish: () => {
        this.#changedDuring.delete(changed);
        for (const callerId of this.#callers.keys()) {
          // Without a trace in #left: should the listing have been behind, the next one brings the caller back.
          if (!listed.has(callerId) && !changed.has(callerId)) this.#callers.delete(callerId);
        }
        // What is older than a whole listing no longer comes late.
        for (const callerId of leftBefore) if (!changed.has(callerId)) this.#left.delete(callerId);
      },
      abandon: () => this.#changedDuring.delete(changed),
    };
  }
}
