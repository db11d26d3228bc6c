import { useSyncExternalStore } from 'react';
import { useIsLate } from '../ui/use-is-late.ts';
import { useStaffSnapshot } from './staff-context.tsx';

/** A reconnect that takes no longer than this is nobody's business. */
const patienceMs = 1500;

/** Is what the page shows perhaps out of date, because the connection is lost? */
export const useIsCutOff = (): boolean => {
  const { state } = useStaffSnapshot('connection');
  const isLate = useIsLate(state === 'reconnecting', patienceMs);
  const isOnline = useIsOnline();
  return isLate || !isOnline;
};

const subscribeToNetwork = (listener: () => void) => {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
};

/** What the browser knows of its network: it tells a pulled cable long before the socket notices. */
const useIsOnline = (): boolean => useSyncExternalStore(subscribeToNetwork, () => navigator.onLine);
