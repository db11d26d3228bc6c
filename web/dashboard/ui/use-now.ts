import { useSyncExternalStore } from 'react';
import { minutesSince } from '../../shared/times.ts';

const everyMs = 10_000;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

const tick = () => {
  for (const listener of listeners) listener();
};

// One clock for all rows: it runs while any of them looks at it, and at once when the page is seen again.
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  if (timer === undefined) {
    timer = setInterval(tick, everyMs);
    document.addEventListener('visibilitychange', tick);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    document.removeEventListener('visibilitychange', tick);
  };
};

/** Whole minutes since a moment, never negative; the component renders again when they grow. */
export const useMinutesSince = (time: string): number => useSyncExternalStore(subscribe, () => minutesSince(time, Date.now()));

const subscribeToVisibility = (listener: () => void) => {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
};

/** Is this page seen now? */
export const useIsVisible = (): boolean => useSyncExternalStore(subscribeToVisibility, () => document.visibilityState === 'visible');
