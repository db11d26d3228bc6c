/**
 * The region's habits for a language (12 or 24 hours), where the browser names a region. In 0–9 everywhere: phone numbers stand beside, and two
 * kinds of digits on one page mislead.
 */
export const localeFor = (language: string, wanted: readonly string[]): string => {
  for (const tag of [...wanted.filter((tag) => tag.split('-')[0] === language), language]) {
    try {
      return new Intl.Locale(tag, { numberingSystem: 'latn' }).toString();
    } catch {
      // Some browsers name what is no language tag (`en-US@posix`).
    }
  }
  return language;
};
