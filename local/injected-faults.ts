/**
 * What the stack does wrongly when a test asks for it, behind the functions' backs; what concerns connections is in `gateway/connection.ts`.
 * Counts go down as the faults happen; `Infinity`: every time.
 */
export interface InjectedFaults {
  /** Requests of functions still to be refused as throttled, by table. */
  readonly throttledTables: Map<string, number>;
  /** By the function's short name: how many of its environments still die after a write that succeeded, before they learn of it. */
  readonly killedAfterWrite: Map<string, number>;
  /** Every event of Lambda's asynchronous queue is handled twice, side by side. */
  doubledAsynchronous: boolean;
  /** Every batch of a stream is handled twice, one after the other. */
  doubledStreams: boolean;
}

export const noFaults = (): InjectedFaults => ({
  throttledTables: new Map(),
  killedAfterWrite: new Map(),
  doubledAsynchronous: false,
  doubledStreams: false,
});

export const clearFaults = (faults: InjectedFaults): void => {
  faults.throttledTables.clear();
  faults.killedAfterWrite.clear();
  faults.doubledAsynchronous = false;
  faults.doubledStreams = false;
};

/** Does the fault happen now? Then one fewer is left. */
export const takeFault = (left: Map<string, number>, name: string): boolean => {
  const count = left.get(name) ?? 0;
  if (count <= 0) return false;
  if (count === 1) left.delete(name);
  else left.set(name, count - 1);
  return true;
};
