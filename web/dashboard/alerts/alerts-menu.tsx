import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import type { ChimeState } from '../../shared/chime.ts';
import { useTranslation } from '../i18n.ts';
import { BellIcon, SoundOffIcon } from '../ui/icons.tsx';
import { SwitchLine } from '../ui/switch-line.tsx';
import type { AlertPreferences } from './preferences.ts';

interface AlertsMenuProps {
  readonly preferences: AlertPreferences;
  readonly chimeState: ChimeState;
  onChange(preferences: AlertPreferences): void;
  onUnlock(): void;
}

/** What this browser alerts to, and how; and a hint while the browser still keeps back the sound. */
export const AlertsMenu = ({ preferences, chimeState, onChange, onUnlock }: AlertsMenuProps) => {
  const { t } = useTranslation();
  return (
    <>
      {chimeState === 'blocked' && (
        <Button className="button button-hint" onPress={onUnlock}>
          <SoundOffIcon />
          {t('sound.blocked')}
        </Button>
      )}
      <DialogTrigger>
        <Button className="button" aria-label={chimeState === 'muted' ? t('alerts.nameMuted') : t('alerts')}>
          {chimeState === 'muted' ? <SoundOffIcon /> : <BellIcon />}
          <span className="wide-only">{t('alerts')}</span>
        </Button>
        <Popover className="popover popover-wide popover-dialog" placement="bottom end" aria-label={t('alerts.title')}>
          <h2 className="popover-title">{t('alerts.title')}</h2>
          <SwitchLine
            label={t('alerts.arrivals')}
            isSelected={preferences.arrivals}
            onChange={(arrivals) => onChange({ ...preferences, arrivals })}
          />
          <SwitchLine
            label={t('alerts.messages')}
            hint={t('alerts.messagesHint')}
            isSelected={preferences.messages}
            onChange={(messages) => onChange({ ...preferences, messages })}
          />
          <SwitchLine label={t('alerts.sound')} isSelected={preferences.sound} onChange={(sound) => onChange({ ...preferences, sound })} />
          <DesktopChoice preferences={preferences} onChange={onChange} />
          <p className="quiet popover-note">{t('alerts.thisBrowser')}</p>
        </Popover>
      </DialogTrigger>
    </>
  );
};

const DesktopChoice = ({ preferences, onChange }: Pick<AlertsMenuProps, 'preferences' | 'onChange'>) => {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(() => ('Notification' in globalThis ? Notification.permission : 'denied'));
  const ask = async () => {
    const answer = await Notification.requestPermission();
    setPermission(answer);
    if (answer === 'granted') onChange({ ...preferences, desktop: true });
  };
  if (permission === 'denied') return <p className="quiet">{t('alerts.desktopDenied')}</p>;
  if (permission === 'default')
    return (
      <Button className="button" onPress={() => void ask()}>
        <BellIcon />
        {t('alerts.desktopAsk')}
      </Button>
    );
  return (
    <SwitchLine
      label={t('alerts.desktop')}
      isSelected={preferences.desktop}
      onChange={(desktop) => onChange({ ...preferences, desktop })}
    />
  );
};
