import { useEffect } from 'react';

/** Wakes the client when the page is looked at again or the network is back: sleeping phones and hidden tabs miss events and timers. */
export const useWake = (client: { wake(): void }): void => {
  useEffect(() => {
    const wake = () => {
      if (document.visibilityState === 'visible') client.wake();
    };
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
    };
  }, [client]);
};
