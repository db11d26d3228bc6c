import { Button } from 'react-aria-components/Button';
import { DialogTrigger } from 'react-aria-components/Dialog';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';
import type { ClinicMembership } from '../../client/index.ts';
import type { Language } from '../shared/i18n.tsx';
import { Alerts } from './alerts/alerts.tsx';
import { useTranslation } from './i18n.ts';
import { useShow } from './screens.ts';
import { useClinic, useStaffSnapshot } from './staff/staff-context.tsx';
import { ChevronIcon, NotifyIcon, PersonIcon, SettingsIcon } from './ui/icons.tsx';
import { LanguageChoice } from './ui/language-choice.tsx';
import { Tick } from './ui/tick.tsx';

interface HeaderProps {
  readonly clinics: readonly ClinicMembership[];
  onClinic(clinicId: string): void;
  onLanguage(language: Language): void;
  onSignOut(): void;
}

/** Which clinic this is, the alerts, the settings of administrators, and who is signed in. */
export const Header = ({ clinics, onClinic, onLanguage, onSignOut }: HeaderProps) => {
  const { t } = useTranslation();
  const show = useShow();
  const me = useStaffSnapshot('me');
  return (
    <header className="header">
      <span className="product-mark product-mark-small" aria-hidden="true">
        <NotifyIcon />
      </span>
      <ClinicName clinics={clinics} onClinic={onClinic} />
      <div className="header-actions">
        <Alerts />
        {me?.role === 'administrator' && (
          <Button className="button" aria-label={t('settings')} onPress={() => show({ kind: 'settings' })}>
            <SettingsIcon />
            <span className="wide-only">{t('settings')}</span>
          </Button>
        )}
        <DialogTrigger>
          <Button className="button" aria-label={t('account.name', { name: me?.name ?? '' })}>
            <PersonIcon />
            <bdi className="wide-only">{me?.name}</bdi>
          </Button>
          <Popover className="popover popover-dialog" placement="bottom end" aria-label={t('account')}>
            <p className="account">
              <span className="caller-name">
                <bdi>{me?.name}</bdi>
              </span>
              <span className="quiet">
                <bdi>{me?.userId}</bdi>
              </span>
              <span className="quiet">
                {me?.role === 'administrator' ? t('role.administrator') : t('role.member')}
                {me?.answersMessages && ` · ${t('members.answers')}`}
              </span>
            </p>
            <LanguageChoice onLanguage={onLanguage} />
            <Button className="button" onPress={onSignOut}>
              {t('signOut')}
            </Button>
          </Popover>
        </DialogTrigger>
      </div>
    </header>
  );
};

/** The clinic's name; a member of several changes between them here. */
const ClinicName = ({ clinics, onClinic }: Pick<HeaderProps, 'clinics' | 'onClinic'>) => {
  const { t } = useTranslation();
  const clinic = useClinic();
  if (clinics.length < 2)
    return (
      <p className="clinic-name">
        <bdi>{clinic.name}</bdi>
      </p>
    );
  return (
    <Select className="select" aria-label={t('clinic')} value={clinic.clinicId} onChange={(key) => key !== null && onClinic(String(key))}>
      <Button className="button button-select clinic-name">
        <SelectValue>
          <bdi>{clinic.name}</bdi>
        </SelectValue>
        <ChevronIcon />
      </Button>
      <Popover className="popover">
        <ListBox className="menu">
          {clinics.map(({ clinicId, name }) => (
            <ListBoxItem key={clinicId} id={clinicId} className="menu-item" textValue={name}>
              <Tick />
              <bdi>{name}</bdi>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
};
