import { type RefObject, useEffect, useRef } from 'react';

/** Is this component still on the page? For work that may end after it has gone. */
export const useIsShown = (): RefObject<boolean> => {
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  return isShown;
};
