import { type RefObject, useEffect, useSyncExternalStore } from 'react';
import { SoundOffIcon } from '../../shared/icons.tsx';
import type { Sound } from '../sound.ts';
import { useTranslation } from '../translation.ts';
import { useFocusHeir } from '../use-focus-heir.ts';

/** Shown while the browser blocks sound, as it does after each reload. Any other click or key on the page turns it on as well. */
export const SoundHint = ({ sound, heading }: { sound: Sound; heading: RefObject<HTMLElement | null> }) => {
  const { t } = useTranslation();
  const handOver = useFocusHeir(heading);
  const blocked = useSyncExternalStore(sound.subscribe, sound.state) === 'blocked';

  useEffect(() => {
    if (!blocked) return;
    const unlock = () => void sound.unlock();
    const unlockByKey = (event: KeyboardEvent) => {
      // Browsers do not take Escape for a wish to hear something.
      if (event.key !== 'Escape') unlock();
    };
    document.addEventListener('click', unlock);
    document.addEventListener('keydown', unlockByKey);
    return () => {
      document.removeEventListener('click', unlock);
      document.removeEventListener('keydown', unlockByKey);
    };
  }, [blocked, sound]);

  if (!blocked) return null;
  return (
    <button ref={handOver} type="button" className="sound-hint" onClick={() => void sound.unlock({ play: true })}>
      <SoundOffIcon />
      <span>{t('sound.hint')}</span>
    </button>
  );
};
