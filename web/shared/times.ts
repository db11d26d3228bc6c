import type { Caller } from '../../protocol/objects.ts';

/** The hour and minute of an RFC 3339 time by the habits of a locale; of another day than `now` (ms), the day too. */
export const clockTime = (time: string, locale: string, now = Date.now()): string => {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(locale, {
    ...(!isToday && { day: 'numeric', month: 'short' }),
    hour: 'numeric',
    minute: '2-digit',
  }).format(date);
};

/** Whole minutes since an RFC 3339 time; a device whose clock is behind the server's sees 0. */
export const minutesSince = (time: string, now: number): number => Math.max(0, Math.floor((now - Date.parse(time)) / 60_000));

/** Since when (RFC 3339) the caller stands where they stand. Waiting counts from the arrival: neither a hold nor an undone end takes one's wait away. */
export const standingSince = ({ status, arrivedAt, statusSince }: Pick<Caller, 'status' | 'arrivedAt' | 'statusSince'>): string =>
  status === 'waiting' ? arrivedAt : statusSince;
