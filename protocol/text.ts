import * as z from 'zod/mini';
import { limits } from './limits.ts';

const control = /\p{Cc}/u;
const controlButNewline = /[^\P{Cc}\n]/u;

/** Length as the contract counts it: an emoji outside the basic plane is one. */
export const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

/** The first `most` code points of a text. */
export const truncate = (text: string, most: number): string => (text.length <= most ? text : [...text].slice(0, most).join(''));

export const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length;

const bounded = (least: number, most: number, forbidden: RegExp, what: string) =>
  z.pipe(
    z.string({ error: 'must be text' }).check(
      z.refine((text) => text.isWellFormed(), { error: 'is not valid Unicode (a lone surrogate)', abort: true }),
      z.normalize('NFC'),
      z.trim(),
    ),
    z.string().check(
      z.superRefine((text, context) => {
        const length = codePoints(text);
        if (length < least) context.addIssue({ code: 'custom', message: 'must not be empty', input: text });
        if (length > most) context.addIssue({ code: 'custom', message: `has ${length} characters; the limit is ${most}`, input: text });
        if (forbidden.test(text)) context.addIssue({ code: 'custom', message: `must not hold control characters${what}`, input: text });
      }),
    ),
  );

/** A message: 1–1000 code points after NFC and trimming; newlines are welcome, other control characters are not. */
export const messageText = bounded(1, limits.messageCodePoints, controlButNewline, ' other than newline');

/** One line of text with its own limit, in code points. */
export const line = (most: number, least = 1) => bounded(least, most, control, '');

/** Several lines of text with their own limit, in code points; may be empty. */
export const paragraph = (most: number) => bounded(0, most, controlButNewline, ' other than newline');

/** A BCP 47 language tag in its canonical spelling. */
export const languageTag = z.pipe(
  z
    .string({ error: 'must be a BCP 47 language tag' })
    .check(
      z.maxLength(limits.languageCharacters, { error: `is longer than ${limits.languageCharacters} characters`, abort: true }),
      z.refine(isLanguageTag, { error: 'is not a BCP 47 language tag', abort: true }),
    ),
  z.transform((tag: string) => Intl.getCanonicalLocales(tag)[0] ?? tag),
);

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
