import { useEffect, useRef, useState } from 'react';
import { Chime, type ChimeState } from '../../shared/chime.ts';

/** The page's sound. Browsers keep it back until the first click or key anywhere on the page, which unlocks it. */
export const useChime = (isMuted: boolean) => {
  const [state, setState] = useState<ChimeState>(isMuted ? 'muted' : 'blocked');
  const [chime] = useState(() => new Chime({ muted: isMuted, onState: setState }));
  useEffect(() => chime.mute(isMuted), [chime, isMuted]);
  const stopListening = useRef<() => void>(undefined);
  useEffect(() => {
    // Not `pointerup`: what a touch unlocks must not change the page before its click has landed.
    const events = ['click', 'keydown'] as const;
    const unlock = () =>
      void chime.unlock().then(() => {
        if (chime.state !== 'blocked') stopListening.current?.();
      });
    // Captured: the buttons keep their clicks to themselves.
    for (const event of events) document.addEventListener(event, unlock, { capture: true });
    stopListening.current = () => {
      for (const event of events) document.removeEventListener(event, unlock, { capture: true });
    };
    return stopListening.current;
  }, [chime]);
  return { chime, state };
};
