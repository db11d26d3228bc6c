import { useEffect, useState, useSyncExternalStore } from 'react';
import { useStaffSnapshot } from './staff-context.tsx';

/** A reconnect that takes no longer than this is nobody's business. */
const patienceMs = 1500;

/** Is what the page shows perhaps out of date, because the connection is lost? */
export const useIsCutOff = (): boolean => {
  const { state } = useStaffSnapshot('connection');
  const isLate = useIsLate(state === 'reconnecting');
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

/** True once something has been so for longer than the patience. */
const useIsLate = (isSo: boolean): boolean => {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!isSo) return;
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isSo]);
  return isSo && isLate;
};
