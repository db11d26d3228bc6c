import { useEffect, useState } from 'react';

/** True once something has been so for longer than the patience. */
export const useIsLate = (isSo: boolean, patienceMs: number): boolean => {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!isSo) return;
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isSo, patienceMs]);
  return isSo && isLate;
};
