import { Button } from 'react-aria-components/Button';
import { Header } from 'react-aria-components/Header';
import { Menu, MenuItem, MenuSection, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Separator } from 'react-aria-components/Separator';
import { Text } from 'react-aria-components/Text';
import type { Caller } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { useShow } from '../screens.ts';
import { useClinic } from '../staff/staff-context.tsx';
import { MoreIcon, NotifyIcon, PersonIcon } from '../ui/icons.tsx';
import { Tick } from '../ui/tick.tsx';
import { Badge, badgeWords } from './badge.tsx';
import { presentStatuses, statusWords } from './status-words.ts';
import { useCallerActions } from './use-caller-actions.ts';

/** The three dots of a row: their badge, and all that can be done with this caller. */
export const RowMenu = ({ caller, isDisabled }: { caller: Caller; isDisabled: boolean }) => {
  const { t } = useTranslation();
  const words = badgeWords(t, caller);
  const menuName = t('menu.name', { name: caller.name });
  return (
    <MenuTrigger>
      <Button
        // The arrow keys lead here from the row, Tab does not: a hundred rows are one stop.
        excludeFromTabOrder
        className="button button-icon menu-button"
        isDisabled={isDisabled}
        aria-label={words ? `${menuName}: ${words}` : menuName}
      >
        <MoreIcon />
        <Badge caller={caller} />
      </Button>
      <Popover className="popover popover-sheet" placement="bottom end">
        {/* Heard as the menu's own name. */}
        <p className="popover-sheet-title" aria-hidden="true">
          <bdi>{caller.name}</bdi>
        </p>
        <MenuOfCaller caller={caller} />
      </Popover>
    </MenuTrigger>
  );
};

const MenuOfCaller = ({ caller }: { caller: Caller }) => {
  const { t } = useTranslation();
  const show = useShow();
  const clinic = useClinic();
  const { setStatus, allowReplies } = useCallerActions();
  const words = badgeWords(t, caller);
  const replies = [
    { value: null, label: clinic.guestMessages ? t('replies.clinicOn') : t('replies.clinicOff') },
    { value: true, label: t('replies.on') },
    { value: false, label: t('replies.off') },
  ];
  return (
    <Menu className="menu" aria-label={t('menu.name', { name: caller.name })}>
      <MenuItem className="menu-item" textValue={t('notify')} onAction={() => show({ kind: 'conversation', caller })}>
        <NotifyIcon />
        <Text slot="label">
          {t('notify')}
          {words && <span className="visually-hidden"> {words}</span>}
        </Text>
        <Badge caller={caller} />
      </MenuItem>
      <MenuItem className="menu-item" onAction={() => show({ kind: 'details', caller })}>
        <PersonIcon />
        <Text slot="label">{t('details')}</Text>
      </MenuItem>
      <Separator className="menu-separator" />
      <MenuSection className="menu-section" selectionMode="single" disallowEmptySelection selectedKeys={[caller.status]}>
        <Header className="menu-header">{t('status')}</Header>
        {presentStatuses.map((status) => (
          <MenuItem key={status} id={status} className="menu-item" onAction={() => void setStatus(caller, status)}>
            <Tick />
            <Text slot="label">{statusWords(t, status)}</Text>
          </MenuItem>
        ))}
      </MenuSection>
      <Separator className="menu-separator" />
      <MenuSection
        className="menu-section"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[`replies-${String(caller.guestMessages)}`]}
      >
        <Header className="menu-header">{t('replies')}</Header>
        {replies.map(({ value, label }) => (
          <MenuItem
            key={String(value)}
            id={`replies-${String(value)}`}
            className="menu-item"
            onAction={() => void allowReplies(caller, value)}
          >
            <Tick />
            <Text slot="label">{label}</Text>
          </MenuItem>
        ))}
      </MenuSection>
      <Separator className="menu-separator" />
      <MenuItem className="menu-item menu-item-danger" onAction={() => void setStatus(caller, 'ended')}>
        <Text slot="label">{t('endVisit')}</Text>
      </MenuItem>
    </Menu>
  );
};
