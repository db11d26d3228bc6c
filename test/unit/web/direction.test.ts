import { describe, expect, it } from '@jest/globals';
import { directionOf } from '../../../web/shared/direction.ts';

describe('The writing direction of a language', () => {
  it.each(['ar', 'AR-eg', 'he', 'fa', 'ur', 'ps', 'sd', 'ug', 'yi', 'dv', 'prs', 'ckb', 'ckb-IQ', 'haz', 'nqo', 'syr'])(
    'is from right to left in %s',
    (language) => expect(directionOf(language)).toBe('rtl'),
  );

  it.each(['pa-Arab', 'ku-Arab', 'ku-arab-IQ', 'und-Hebr', 'und-Thaa', 'aii-Syrc', 'bm-Nkoo', 'ff-Adlm'])(
    'is from right to left in %s, by its script',
    (language) => expect(directionOf(language)).toBe('rtl'),
  );

  it.each(['en', 'fr-CA', 'pa', 'ku', 'sw', 'arn', 'zh-Hant'])('is from left to right in %s', (language) =>
    expect(directionOf(language)).toBe('ltr'),
  );

  it.each(['ur-Latn', 'sd-Deva', 'yi-Latn'])('is from left to right in %s, by its script', (language) =>
    expect(directionOf(language)).toBe('ltr'),
  );

  it('is from left to right in what is no language tag', () => expect(directionOf('en_US@posix')).toBe('ltr'));
});
