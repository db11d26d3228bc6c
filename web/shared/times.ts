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
