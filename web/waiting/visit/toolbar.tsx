import { useRef, useSyncExternalStore } from 'react';
import { LeaveIcon, SoundIcon, SoundOffIcon } from '../../shared/icons.tsx';
import type { Sound } from '../sound.ts';
import { useTranslation } from '../translation.ts';
import { LeaveDialog } from './leave-dialog.tsx';

interface ToolbarProps {
  readonly clinicName: string;
  readonly sound: Sound;
  readonly onLeave: () => Promise<void>;
}

/** The clinic's name, the sound switch, and the way out. */
export const Toolbar = ({ clinicName, sound, onLeave }: ToolbarProps) => {
  const { t } = useTranslation();
  // Blocked by the browser is off as well: the switch says what the person would hear.
  const on = useSyncExternalStore(sound.subscribe, sound.state) === 'ready';
  const dialog = useRef<HTMLDialogElement>(null);

  const toggle = () => {
    sound.mute(on);
    if (!on) void sound.unlock({ play: true });
  };

  return (
    <div className="toolbar">
      <p className="toolbar-clinic">
        <bdi>{clinicName}</bdi>
      </p>
      <button type="button" role="switch" aria-checked={on} className="toolbar-button" onClick={toggle}>
        {on ? <SoundIcon /> : <SoundOffIcon />}
        <span className="visually-hidden">{t('sound.label')}</span>
        <span className="toolbar-sound-word" aria-hidden="true">
          {on ? t('sound.on') : t('sound.off')}
        </span>
      </button>
      <button type="button" className="toolbar-button" onClick={() => dialog.current?.showModal()}>
        <LeaveIcon />
        <span>{t('leave.button')}</span>
      </button>
      <LeaveDialog dialog={dialog} onLeave={onLeave} />
    </div>
  );
};
