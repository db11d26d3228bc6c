import type { Language } from '../shared/i18n.tsx';

/** The region's habits for the page's language (12 or 24 hours), where the browser names one. Some name what is no language tag (`en-US@posix`). */
const localeFor = (language: Language): string =>
  navigator.languages.find((tag) => tag.split('-')[0] === language && isLanguageTag(tag)) ?? language;

const isLanguageTag = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
};

/** The hour and minute of an RFC 3339 time; of another day than `now`, the day too. */
export const clockTime = (time: string, language: Language, now: number): string => {
  const date = new Date(time);
  const sameDay = date.toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(localeFor(language), {
    ...(!sameDay && { day: 'numeric', month: 'short' }),
    hour: 'numeric',
    minute: '2-digit',
  }).format(date);
};

/** Whole minutes since an RFC 3339 time; a device whose clock is behind the server's sees 0. */
export const minutesSince = (time: string, now: number): number => Math.max(0, Math.floor((now - Date.parse(time)) / 60_000));
