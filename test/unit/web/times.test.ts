import { describe, expect, it } from '@jest/globals';
import { isolated, localeFor } from '../../../web/shared/locale.ts';
import { clockTime, minutesSince } from '../../../web/shared/times.ts';

describe('localeFor', () => {
  it.each([
    ['the region that the browser names for the page’s language', 'en', ['fr-CA', 'en-AU', 'en-US'], 'en-AU'],
    ['the language alone where no region is known', 'fr', ['en-GB'], 'fr'],
    ['no tag that is none', 'en', ['en-US@posix'], 'en'],
    ['the digits 0–9, whatever the region', 'ar', ['ar-EG'], 'ar-EG'],
  ])('is %s', (_, language, wanted, expected) => {
    expect(localeFor(language, wanted)).toBe(`${expected}-u-nu-latn`);
  });
});

describe('clockTime', () => {
  const at = (hour: number, day = 3) => new Date(2026, 10, day, hour, 5).toISOString();
  const now = new Date(2026, 10, 3, 23).getTime();

  it.each([
    ['en-GB', '16:05'],
    ['en-US', '4:05 PM'],
    ['fr-FR', '16:05'],
  ])('is the time of day as in %s', (locale, expected) => {
    // Which space stands there differs between releases of Unicode's data.
    expect(clockTime(at(16), locale, now).replace(/\s/gu, ' ')).toBe(expected);
  });

  it('names the day of another day', () => {
    expect(clockTime(at(16, 2), 'en-GB', now)).toBe('2 Nov, 16:05');
  });
});

describe('minutesSince', () => {
  it('counts whole minutes, and none before the time', () => {
    const time = '2026-11-03T10:00:00.000Z';
    const then = Date.parse(time);
    expect([119_999, 120_000, -5000].map((ms) => minutesSince(time, then + ms))).toEqual([1, 2, 0]);
  });
});

describe('isolated', () => {
  const apart = (value: string) => `\u2068${value}\u2069`;

  it.each([
    ['an Arabic name in a sentence from left to right', 'ltr', 'علي', apart('علي')],
    ['a name that would turn the direction', 'ltr', 'Sue\u202E', apart('Sue\u202E')],
    ['every name in a sentence from right to left', 'rtl', 'Sue (3)', apart('Sue (3)')],
    ['nothing where all runs one way', 'ltr', 'Zoë', 'Zoë'],
    ['no number', 'rtl', 3, 3],
  ] as const)('sets apart %s', (_, direction, value, expected) => {
    expect(isolated({ value }, direction)).toEqual({ value: expected });
  });
});
