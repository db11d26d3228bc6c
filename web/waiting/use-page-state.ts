import { useEffect, useState, useSyncExternalStore } from 'react';

const subscribeTo = (target: EventTarget, events: readonly string[]) => (listener: () => void) => {
  for (const event of events) target.addEventListener(event, listener);
  return () => {
    for (const event of events) target.removeEventListener(event, listener);
  };
};

const onVisibility = subscribeTo(document, ['visibilitychange']);
const onNetwork = subscribeTo(window, ['online', 'offline']);

/** Is the page before someone's eyes? */
export const usePageVisible = (): boolean => useSyncExternalStore(onVisibility, () => document.visibilityState === 'visible');

/** False where the device itself knows of no network. */
export const useNetwork = (): boolean => useSyncExternalStore(onNetwork, () => navigator.onLine);

/** The time in ms, fresh at least as often as given while the page is visible. */
export const useNow = (everyMs: number): number => {
  const visible = usePageVisible();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!visible) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [visible, everyMs]);
  return now;
};
