import { useEffect, useState } from 'react';
import type { Broadcast, Outcome as OutcomeOfOne, Recipient } from '../../../protocol/objects.ts';
import { type T, useTranslation } from '../i18n.ts';
import { useClinic, useStaff, useStaffSnapshot } from '../staff/staff-context.tsx';
import { DialogFrame } from '../ui/dialog-frame.tsx';
import { failureWords } from '../ui/failure-words.ts';
import { Outcome } from './outcome.tsx';

/** A broadcast recipient by recipient. */
export const RecipientsDialog = ({ broadcast: asOpened, onClose }: { broadcast: Broadcast; onClose(): void }) => {
  const { t } = useTranslation();
  const broadcast = useStaffSnapshot('broadcasts').find(({ broadcastId }) => broadcastId === asOpened.broadcastId) ?? asOpened;
  const callers = useStaffSnapshot('callers');
  const { recipients, failure } = useRecipients(broadcast);
  return (
    <DialogFrame title={t('outcome.recipients')} onClose={onClose}>
      <div className="dialog-body">
        <blockquote className="quoted" dir="auto">
          {broadcast.text}
        </blockquote>
        <Outcome broadcast={broadcast} />
        {failure !== undefined && (
          <p className="notice notice-failure" role="alert">
            {failureWords(t, failure)}
          </p>
        )}
        {recipients === undefined && failure === undefined && <p role="status">{t('loading')}</p>}
        <ul className="plain-list">
          {recipients?.map(({ callerId, outcome }) => (
            <li key={callerId} className="list-line">
              <span className="list-line-words">
                <span>
                  <bdi>{callers?.get(callerId)?.name ?? t('recipient.left')}</bdi>
                </span>
              </span>
              <span className={`mark mark-${outcome}`}>{outcomeWords(t, outcome)}</span>
            </li>
          ))}
        </ul>
      </div>
    </DialogFrame>
  );
};

const outcomeWords = (t: T, outcome: OutcomeOfOne): string => {
  switch (outcome) {
    case 'delivered':
      return t('receipt.delivered');
    case 'read':
      return t('receipt.read');
    case 'stored':
      return t('receipt.sent');
    case 'offline':
      return t('recipient.offline');
    case 'failed':
      return t('recipient.failed');
    default:
      return outcome satisfies never;
  }
};

/** Asked for again whenever the counts have changed. */
const useRecipients = ({ broadcastId, stored, delivered, read, offline, failed }: Broadcast) => {
  const staff = useStaff();
  const { clinicId } = useClinic();
  const [recipients, setRecipients] = useState<readonly Recipient[]>();
  const [failure, setFailure] = useState<unknown>();
  const counts = [stored, delivered, read, offline, failed].join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the counts tell that there is something new to ask for
  useEffect(() => {
    let isWanted = true;
    const readAll = async () => {
      const all: Recipient[] = [];
      let cursor: string | undefined;
      do {
        const page = await staff.api.recipients(clinicId, broadcastId, cursor);
        all.push(...page.recipients);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && isWanted);
      return all;
    };
    readAll().then(
      (all) => {
        if (!isWanted) return;
        setRecipients(all);
        setFailure(undefined);
      },
      (cause) => isWanted && setFailure(cause),
    );
    return () => {
      isWanted = false;
    };
  }, [staff, clinicId, broadcastId, counts]);
  return { recipients, failure };
};
