import { useEffect } from 'react';
import { globalPlatform } from '../../client/platform.ts';

/** Wakes the visit when the page is looked at again or the network is back: a client wakes itself, but one that has ended does not look whether the clinic has undone it. */
export const useWake = (session: { wake(): void }): void => {
  useEffect(() => globalPlatform.page?.onWake(() => session.wake()), [session]);
};
