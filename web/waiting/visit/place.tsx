import type { RefObject } from 'react';
import type { Caller, Status } from '../../../protocol/objects.ts';
import { CheckIcon, ClockIcon, PauseIcon, PersonIcon } from '../../shared/icons.tsx';
import { clockTime, minutesSince, standingSince } from '../../shared/times.ts';
import { useTranslation } from '../translation.ts';
import { statusWords } from './status-words.ts';

const icons = { waiting: ClockIcon, 'being-seen': PersonIcon, 'on-hold': PauseIcon, ended: CheckIcon } as const satisfies Record<
  Status,
  unknown
>;

interface PlaceProps {
  /** Undefined until the server has answered. */
  readonly caller: Caller | undefined;
  readonly now: number;
  readonly heading: RefObject<HTMLHeadingElement | null>;
}

/** Where I stand, in words; how long I have waited. */
export const Place = ({ caller, now, heading }: PlaceProps) => {
  const { t, locale } = useTranslation();
  const words = caller && statusWords(t, caller.status);
  const Icon = icons[caller?.status ?? 'waiting'];

  const sinceWhen = (caller: Caller): string => {
    const since = standingSince(caller);
    const minutes = minutesSince(since, now);
    const time = clockTime(since, locale, now);
    if (minutes < 60) return t('since.minutes', { time, minutes });
    return t('since.hours', { time, hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  };

  return (
    <div className={`place place-${caller?.status ?? 'unknown'}`}>
      <span className="place-icon">
        <Icon />
      </span>
      <div className="place-words">
        <div role="status">
          <h1 ref={heading} tabIndex={-1}>
            {words?.title ?? t('loading')}
          </h1>
          {words && <p className="place-help">{words.help}</p>}
        </div>
        {caller && <p className="place-since">{sinceWhen(caller)}</p>}
      </div>
    </div>
  );
};
