import type { Caller } from '../../../protocol/objects.ts';
import { clockTime } from '../../shared/times.ts';
import { useTranslation } from '../i18n.ts';
import { useCaller } from '../staff/staff-context.tsx';
import { DialogFrame } from '../ui/dialog-frame.tsx';
import { CallerFacts, Fact } from './caller-facts.tsx';
import { StatusMark } from './status.tsx';

/** All that is known of one caller. */
export const DetailsDialog = ({ caller: asOpened, onClose }: { caller: Caller; onClose(): void }) => {
  const { t, locale } = useTranslation();
  const { caller, hasLeft } = useCaller(asOpened);
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
      </div>
    </DialogFrame>
  );
};
