import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type CompiledMessage, compileMessage } from '@lingui/message-utils/compileMessage';

const web = join(import.meta.dirname, '..', '..', '..', 'web');
const languages = ['en', 'fr', 'ar'] as const;

type Catalogue = Readonly<Record<string, string>>;

const catalogueOf = (page: string, language: string): Catalogue =>
  JSON.parse(readFileSync(join(web, page, 'locales', `${language}.messages.json`), 'utf8'));

/** What a message needs of its caller, and which plural forms it has. */
interface Shape {
  readonly placeholders: Set<string>;
  readonly plurals: string[][];
}

const shapeOf = (message: string): Shape => {
  const shape: Shape = { placeholders: new Set(), plurals: [] };
  // A compiled message is text, or a list of texts and [placeholder, format?, forms?]; forms hold compiled messages.
  const visit = (compiled: CompiledMessage): void => {
    if (typeof compiled === 'string') return;
    for (const part of compiled) {
      if (typeof part === 'string') continue;
      const [name, format, forms] = part;
      shape.placeholders.add(name);
      if (typeof forms !== 'object' || forms === null) continue;
      const branches = Object.entries(forms).filter(([form]) => form !== 'offset');
      if (format === 'plural') shape.plurals.push(branches.map(([form]) => form));
      // Forms are compiled like any message.
      for (const [, branch] of branches) visit(branch as CompiledMessage);
    }
  };
  visit(compileMessage(message));
  return shape;
};

/** Numbers enough to meet every form but French *many*, which is for millions and which `other` says. */
const numbers = Array.from({ length: 201 }, (_, number) => number);

/**
 * The forms of a language that a plural lacks. One whose every number is said exactly (`=1`) is not lacking, and a lone `other` only
 * writes the number.
 */
const lackingForms = (language: string, forms: readonly string[]): string[] => {
  if (forms.join() === 'other') return [];
  const rules = new Intl.PluralRules(language);
  const needed = new Set(numbers.filter((number) => !forms.includes(String(number))).map((number) => rules.select(number)));
  return [...needed].filter((form) => !forms.includes(form));
};

/** One `t('id', { … })` of the code. */
interface Call {
  readonly id: string;
  readonly rest: string;
  readonly file: string;
}

const callsIn = (page: string): Call[] =>
  readdirSync(join(web, page), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => {
      const code = readFileSync(join(web, page, file), 'utf8');
      return [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map(({ 0: found, 1: id = '', index }) => {
        return { id, rest: restOfCall(code, index + found.length), file: join(page, file) };
      });
    });

/** The arguments after the first, up to the call's own closing bracket. */
const restOfCall = (code: string, from: number): string => {
  let depth = 1;
  for (let at = from; at < code.length; at += 1) {
    if ('({['.includes(code.charAt(at))) depth += 1;
    if (')}]'.includes(code.charAt(at))) depth -= 1;
    if (depth === 0) return code.slice(from, at);
  }
  return code.slice(from);
};

const missingFrom = (ids: Iterable<string>, catalogue: Catalogue): string[] => [...ids].filter((id) => !Object.hasOwn(catalogue, id));

describe.each(['waiting', 'dashboard'])('the messages of web/%s', (page) => {
  const english = catalogueOf(page, 'en');
  const calls = callsIn(page);

  it('hold every id that the code says', () => {
    const said = new Set(calls.map(({ id }) => id));
    expect(said.size).toBeGreaterThan(0);
    expect(missingFrom(said, english)).toEqual([]);
  });

  it('hold no id that no code says', () => {
    const said = Object.fromEntries(calls.map(({ id }) => [id, '']));
    expect(missingFrom(Object.keys(english), said)).toEqual([]);
  });

  it('are given every value that they name', () => {
    const wanting = calls.flatMap(({ id, rest, file }) =>
      [...shapeOf(english[id] ?? '').placeholders]
        .filter((name) => !new RegExp(`\\b${name}\\b`).test(rest))
        .map((name) => `${file}: ${id} {${name}}`),
    );
    expect(wanting).toEqual([]);
  });

  it.each(languages)('are the same ones in %s, in the same order', (language) => {
    expect(Object.keys(catalogueOf(page, language))).toEqual(Object.keys(english));
  });

  it.each(languages)('are said in %s: none is empty', (language) => {
    expect(Object.entries(catalogueOf(page, language)).filter(([, message]) => message.trim() === '')).toEqual([]);
  });

  it.each(languages)('name the same values in %s', (language) => {
    const catalogue = catalogueOf(page, language);
    const named = (messages: Catalogue) =>
      Object.fromEntries(Object.entries(messages).map(([id, message]) => [id, [...shapeOf(message).placeholders].sort()]));
    expect(named(catalogue)).toEqual(named(english));
  });

  it.each(languages)('have every plural form of %s', (language) => {
    const incomplete = Object.entries(catalogueOf(page, language)).flatMap(([id, message]) =>
      shapeOf(message).plurals.flatMap((forms) => lackingForms(language, forms).map((form) => `${id}: ${form}`)),
    );
    expect(incomplete).toEqual([]);
  });
});
