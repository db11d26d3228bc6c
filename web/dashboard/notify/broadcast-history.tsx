import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import type { Broadcast } from '../../../protocol/objects.ts';
import { clockTime } from '../../shared/times.ts';
import { useTranslation } from '../i18n.ts';
import { useShow } from '../screens.ts';
import { useStaffSnapshot } from '../staff/staff-context.tsx';
import { HistoryIcon } from '../ui/icons.tsx';
import { filterWords } from './filter-words.ts';
import { Outcome } from './outcome.tsx';

/** What was sent to the list since the dashboard was opened, by anyone in the clinic, and how each went. */
export const BroadcastHistory = () => {
  const { t } = useTranslation();
  const broadcasts = useStaffSnapshot('broadcasts');
  const show = useShow();
  const [isOpen, setOpen] = useState(false);
  const showRecipients = (broadcast: Broadcast) => {
    setOpen(false);
    show({ kind: 'recipients', broadcast });
  };
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className="button" aria-label={t('history.name', { count: broadcasts.length })}>
        <HistoryIcon />
        {t('history')}
        {broadcasts.length > 0 && <span className="chip-count">{broadcasts.length}</span>}
      </Button>
      <Popover className="popover popover-wide popover-dialog" placement="bottom end" aria-label={t('history.title')}>
        <h2 className="popover-title">{t('history.title')}</h2>
        {broadcasts.length === 0 ? (
          <p className="quiet">{t('history.none')}</p>
        ) : (
          <ul className="plain-list">
            {broadcasts.map((broadcast) => (
              <HistoryLine key={broadcast.broadcastId} broadcast={broadcast} onRecipients={() => showRecipients(broadcast)} />
            ))}
          </ul>
        )}
      </Popover>
    </DialogTrigger>
  );
};

const HistoryLine = ({ broadcast, onRecipients }: { broadcast: Broadcast; onRecipients(): void }) => {
  const { t, language, locale } = useTranslation();
  const me = useStaffSnapshot('me');
  const time = clockTime(broadcast.requestedAt, locale);
  const audience = broadcast.callerIds
    ? t('recipients', { count: broadcast.callerIds.length })
    : filterWords(t, language, broadcast.filter ?? {});
  return (
    <li className="history-line">
      <p className="history-text" dir="auto">
        {broadcast.text}
      </p>
      <p className="quiet">
        {broadcast.requestedBy === me?.userId ? t('history.byMe', { time }) : t('history.by', { time, user: broadcast.requestedBy })} ·{' '}
        <bdi>{audience}</bdi>
      </p>
      <Outcome broadcast={broadcast} />
      <Button className="button" onPress={onRecipients}>
        {t('outcome.recipients')}
      </Button>
    </li>
  );
};
