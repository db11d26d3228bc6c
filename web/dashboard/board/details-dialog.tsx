import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Caller } from '../../../protocol/objects.ts';
import { clockTime } from '../../shared/times.ts';
import { useTranslation } from '../i18n.ts';
import { useCaller, useStaffSnapshot } from '../staff/staff-context.tsx';
import { DialogFrame } from '../ui/dialog-frame.tsx';
import { TrashIcon } from '../ui/icons.tsx';
import { CallerFacts, Fact } from './caller-facts.tsx';
import { StatusMark } from './status.tsx';
import { useCallerActions } from './use-caller-actions.ts';

/** All that is known of one caller. */
export const DetailsDialog = ({ caller: asOpened, onClose }: { caller: Caller; onClose(): void }) => {
  const { t, locale } = useTranslation();
  const { caller, hasLeft } = useCaller(asOpened);
  const me = useStaffSnapshot('me');
  return (
    <DialogFrame kind={t('details')} title={caller.name} onClose={onClose}>
      <div className="dialog-body">
        {hasLeft ? <p className="notice">{t('conversation.left', { name: caller.name })}</p> : <StatusMark caller={caller} />}
        <CallerFacts caller={caller} />
        <dl className="facts">
          <Fact name={t('column.arrived')} value={clockTime(caller.arrivedAt, locale)} />
          {!hasLeft && <Fact name={t('connection')} value={caller.online ? t('online') : t('offlineWords')} />}
          <Fact name={t('messages')} value={t('messages.counts', { count: caller.messageCount, unread: caller.unreadCount })} />
          <Fact
            name={t('receipts')}
            value={t('receipts.counts', { delivered: caller.deliveredSeq, read: caller.readSeq, count: caller.messageCount })}
          />
        </dl>
        {me?.role === 'administrator' && <Erase caller={caller} onErased={onClose} />}
      </div>
    </DialogFrame>
  );
};

/** An administrator forgets a caller with all that was said, asked twice: nothing brings it back. */
const Erase = ({ caller, onErased }: { caller: Caller; onErased(): void }) => {
  const { t } = useTranslation();
  const { erase } = useCallerActions();
  const [isAsked, setAsked] = useState(false);
  const { name } = caller;
  if (!isAsked)
    return (
      <div className="dialog-foot">
        <Button className="button button-danger" onPress={() => setAsked(true)}>
          <TrashIcon />
          {t('erase')}
        </Button>
      </div>
    );
  return (
    <div className="erase">
      <p role="alert">{t('erase.what', { name })}</p>
      <div className="dialog-foot">
        <Button className="button" autoFocus onPress={() => setAsked(false)}>
          {t('cancel')}
        </Button>
        <Button className="button button-danger" onPress={() => void erase(caller).then((isErased) => isErased && onErased())}>
          {t('erase.confirm', { name })}
        </Button>
      </div>
    </div>
  );
};
