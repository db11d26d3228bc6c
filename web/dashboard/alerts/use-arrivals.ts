import { useEffect, useRef } from 'react';
import type { Caller } from '../../../protocol/objects.ts';

/** Calls `onArrival` with those who have come since the board was first here; who comes back from `ended` does not arrive again. */
export const useArrivals = (callers: ReadonlyMap<string, Caller> | undefined, onArrival: (arrived: readonly Caller[]) => void): void => {
  const known = useRef<Set<string>>(undefined);
  useEffect(() => {
    if (!callers) return;
    if (known.current === undefined) {
      known.current = new Set(callers.keys());
      return;
    }
    const seen = known.current;
    const arrived = [...callers.values()].filter(({ callerId }) => !seen.has(callerId));
    for (const { callerId } of arrived) seen.add(callerId);
    if (arrived.length > 0) onArrival(arrived);
  }, [callers, onArrival]);
};
