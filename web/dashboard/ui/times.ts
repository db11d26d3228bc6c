/** A time of day by the language's habit; with the date where it was not today. */
export const clockTime = (language: string, time: string, today = new Date()): string => {
  const date = new Date(time);
  const isToday = date.toDateString() === today.toDateString();
  return new Intl.DateTimeFormat(language, isToday ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' }).format(date);
};
