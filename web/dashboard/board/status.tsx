import type { Caller } from '../../../protocol/objects.ts';
import { standingSince } from '../../shared/times.ts';
import { useTranslation } from '../i18n.ts';
import { useClinic } from '../staff/staff-context.tsx';
import { ClockIcon } from '../ui/icons.tsx';
import { useMinutesSince } from '../ui/use-now.ts';
import { statusWords } from './status-words.ts';

/** A caller's status in a word and a colour, and for how many minutes; waiting for longer than the clinic's threshold is darker. */
export const StatusMark = ({ caller }: { caller: Pick<Caller, 'status' | 'arrivedAt' | 'statusSince'> }) => {
  const { t } = useTranslation();
  const { waitingThresholdMinutes } = useClinic();
  const minutes = useMinutesSince(standingSince(caller));
  const isLong = caller.status === 'waiting' && minutes >= waitingThresholdMinutes;
  return (
    <span className={`status status-${caller.status}${isLong ? ' status-long' : ''}`}>
      <span className="status-word">{statusWords(t, caller.status)}</span>
      <span className="status-minutes">
        {isLong && <ClockIcon />}
        {t('minutes', { minutes })}
        {isLong && <span className="visually-hidden"> {t('waitingLong', { minutes: waitingThresholdMinutes })}</span>}
      </span>
    </span>
  );
};
