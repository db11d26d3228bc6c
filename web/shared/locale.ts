/** Letters of the scripts that run from right to left, and characters that turn the direction. */
const turnsDirection = /[\p{Bidi_Control}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Values of a sentence, each set apart from the words around it where these run the other way: a name stays in its place, whatever it is made of
 * (https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates).
 */
export const isolated = (
  values: Readonly<Record<string, string | number>> | undefined,
  direction: 'ltr' | 'rtl',
): Record<string, string | number> | undefined => {
  const isolate = (value: string | number) =>
    typeof value === 'string' && (direction === 'rtl' || turnsDirection.test(value)) ? `\u2068${value}\u2069` : value;
  return values && Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isolate(value)]));
};

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
