import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { codePoints, languageTag, line, messageText, paragraph, truncate, utf8Bytes } from '../../../protocol/text.ts';

const accepts = (schema: z.ZodMiniType, given: unknown) => z.safeParse(schema, given).success;

describe('a message’s text', () => {
  it('is trimmed and composed (NFC)', () => {
    expect(z.parse(messageText, '  Zoe\u0308 \n')).toBe('Zo\u00eb');
  });

  it('has at least one character after trimming', () => {
    expect(accepts(messageText, 'x')).toBe(true);
    expect(accepts(messageText, ' \n ')).toBe(false);
  });

  it('has at most 1000 code points, an emoji counting as one', () => {
    expect(accepts(messageText, '👩'.repeat(1000))).toBe(true);
    expect(accepts(messageText, '👩'.repeat(1001))).toBe(false);
  });

  it('is counted after composing', () => {
    expect(accepts(messageText, 'e\u0301'.repeat(1000))).toBe(true);
  });

  it('may hold newlines, and no other control character', () => {
    expect(accepts(messageText, 'one\ntwo')).toBe(true);
    for (const control of ['\0', '\t', '\r', '\u001b', '\u007f', '\u0085']) expect(accepts(messageText, `a${control}b`)).toBe(false);
  });

  it('keeps what looks like markup, and joiners of scripts and emoji', () => {
    for (const text of ['<b>x</b>', '👨‍👩‍👧', 'می‌خواهم', '\u202bعربي\u202c']) expect(z.parse(messageText, text)).toBe(text);
  });

  it('is Unicode: half a surrogate pair is refused', () => {
    expect(accepts(messageText, 'a\ud800')).toBe(false);
  });

  it('is text', () => {
    for (const given of [1, null, undefined, {}, ['x']]) expect(accepts(messageText, given)).toBe(false);
  });

  it('is accepted as it was stored: checking it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (given) => {
        const first = z.safeParse(messageText, given);
        if (first.success) expect(z.parse(messageText, first.data)).toBe(first.data);
      }),
    );
  });
});

describe('a line', () => {
  it('holds no newline and keeps its limit', () => {
    expect(accepts(line(3), 'abc')).toBe(true);
    expect(accepts(line(3), 'abcd')).toBe(false);
    expect(accepts(line(3), 'a\nb')).toBe(false);
  });

  it('may be empty only where it says so', () => {
    expect(accepts(line(3, 0), '')).toBe(true);
    expect(accepts(line(3), '')).toBe(false);
  });
});

describe('a paragraph', () => {
  it('may be empty and have several lines', () => {
    expect(accepts(paragraph(5), '')).toBe(true);
    expect(accepts(paragraph(5), 'a\nb')).toBe(true);
    expect(accepts(paragraph(5), 'abcdef')).toBe(false);
  });
});

describe('a language', () => {
  it('is a BCP 47 tag, written as it should be', () => {
    expect(z.parse(languageTag, 'zh-hant-tw')).toBe('zh-Hant-TW');
    expect(z.parse(languageTag, 'AR')).toBe('ar');
  });

  it('is nothing else', () => {
    for (const given of ['', 'french!', 'e', 'en_US', `en-${'x'.repeat(40)}`, 7, null]) expect(accepts(languageTag, given)).toBe(false);
  });
});

describe('measures', () => {
  it('count code points and bytes', () => {
    expect(codePoints('a👩é')).toBe(3);
    expect(utf8Bytes('a👩é')).toBe(7);
  });

  it('cut at code points, never within one', () => {
    expect(truncate('👩👩👩', 2)).toBe('👩👩');
    expect(truncate('abc', 3)).toBe('abc');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, most) => codePoints(truncate(text, most)) <= most));
  });
});
