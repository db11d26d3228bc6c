import { useEffect } from 'react';
import { globalPlatform } from '../../client/platform.ts';

/** Wakes what the page shows when it is looked at again or the network is back: sleeping phones and hidden tabs miss events and timers. */
export const useWake = (session: { wake(): void }): void => {
  useEffect(() => globalPlatform.page?.onWake(() => session.wake()), [session]);
};
