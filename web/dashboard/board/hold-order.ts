import type { Caller } from '../../../protocol/objects.ts';

/** The rows of the list, and which of them the filter no longer shows. */
export interface Rows {
  readonly callers: readonly Caller[];
  /** Kept in their place while the list is held, so that nothing moves under the pointer; they take no part in anything. Another set only where another row is gone: all rows are drawn again by it. */
  readonly gone: ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

export const freeRows = (shown: readonly Caller[]): Rows => ({ callers: shown, gone: none });

const sameIds = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean => one.size === other.size && one.isSubsetOf(other);

/** Every row stays where it was; new ones come at the end. */
export const heldRows = (before: Rows, shown: readonly Caller[], present: ReadonlyMap<string, Caller>): Rows => {
  const shownById = new Map(shown.map((caller) => [caller.callerId, caller]));
  const gone = new Set<string>();
  const callers = before.callers.map((last) => {
    const caller = shownById.get(last.callerId);
    if (caller) {
      shownById.delete(last.callerId);
      return caller;
    }
    gone.add(last.callerId);
    return present.get(last.callerId) ?? last;
  });
  return { callers: [...callers, ...shownById.values()], gone: sameIds(gone, before.gone) ? before.gone : gone };
};
