import type { ConnectionState, StaffClient, WaitingAreaError } from '../../../client/index.ts';
import type { Broadcast, Caller, Clinic, Member } from '../../../protocol/objects.ts';

/** What the dashboard shows of its clinic; each part is a new object only when it changed. */
export interface StaffSnapshot {
  /** Everyone present; undefined until the whole board has come once. */
  readonly callers: ReadonlyMap<string, Caller> | undefined;
  readonly clinic: Clinic | undefined;
  readonly me: Member | undefined;
  /** Newest first. */
  readonly broadcasts: readonly Broadcast[];
  readonly connection: { readonly state: ConnectionState; readonly error: WaitingAreaError | undefined };
}

/** A client as a store for `useSyncExternalStore`. */
export interface StaffStore {
  readonly staff: StaffClient;
  subscribe(listener: () => void): () => void;
  snapshot(): StaffSnapshot;
}

export const createStaffStore = (staff: StaffClient): StaffStore => {
  const listeners = new Set<() => void>();
  let isLoaded = false;
  let snapshot: StaffSnapshot = {
    callers: undefined,
    clinic: undefined,
    me: undefined,
    broadcasts: [],
    connection: { state: staff.state, error: undefined },
  };
  const change = (part: Partial<StaffSnapshot>) => {
    snapshot = { ...snapshot, ...part };
    for (const listener of listeners) listener();
  };
  const takeBoard = () => change({ ...(isLoaded && { callers: new Map(staff.callers) }), me: staff.me });
  staff.on('board', takeBoard);
  staff.on('clinic', (clinic) => change({ clinic }));
  staff.on('broadcast', () => change({ broadcasts: [...staff.broadcasts.values()].sort(byTime) }));
  staff.on('state', ({ state, error }) => {
    // The connection is open when the whole board has come.
    isLoaded ||= state === 'open';
    change({ connection: { state, error } });
    if (state === 'open') takeBoard();
  });
  return {
    staff,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => snapshot,
  };
};

const byTime = (one: Broadcast, other: Broadcast) => other.requestedAt.localeCompare(one.requestedAt);
