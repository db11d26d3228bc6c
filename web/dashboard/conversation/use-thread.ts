import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Message } from '../../../protocol/objects.ts';
import { useStaff } from '../staff/staff-context.tsx';

/** A conversation, complete and kept so while it is on the screen; undefined until it has come. */
export const useThread = (callerId: string) => {
  const staff = useStaff();
  const [isLoaded, setLoaded] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const load = useCallback(() => {
    setFailure(undefined);
    staff.openThread(callerId).then(() => setLoaded(true), setFailure);
  }, [staff, callerId]);
  useEffect(() => {
    load();
    return () => staff.closeThread(callerId);
  }, [staff, callerId, load]);

  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = [staff.on('messages', listener), staff.on('board', listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    [staff],
  );
  // The client adds to its list in place: a copy for each length tells React of the growth.
  const copy = useRef<readonly Message[]>([]);
  const messages = useSyncExternalStore(subscribe, () => {
    const current = staff.messages(callerId);
    if (current.length !== copy.current.length) copy.current = [...current];
    return copy.current;
  });
  return { messages: isLoaded ? messages : undefined, failure, load };
};
