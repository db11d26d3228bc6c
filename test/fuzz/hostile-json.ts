import fc from 'fast-check';

/** JSON as text, because the worst of it no value can hold: keys given twice, 1e400, text that only looks like JSON. */

/** Names that objects have without anyone giving them, and names that something may take for its own. */
const inheritedKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'then',
  'toJSON',
  'length',
];

/** Text that breaks out of whatever it is put into: lines, headers, markup, expressions, paths, direction. */
const hostileTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\r\nSet-Cookie: a=b',
  '\n{"level":"ERROR","what":"forged"}',
  '\u001b[2J',
  '\u2028\u2029\u0085',
  '\u202e\u2066\u200f',
  '\ufeff\ufffe\uffff',
  '\ud800',
  '\udc00\ud800',
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '{{constructor.constructor("return process")()}}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template in a value must stay text
  '${process.env}',
  '#status :now',
  'attribute_exists(callerId)',
  "' OR 1=1 --",
  '../../etc/passwd',
  '%2e%2e%2f%0d%0a',
  'e\u0301'.repeat(600),
  '👩‍👩‍👧'.repeat(300),
  ...inheritedKeys,
];

/** Numbers at the edges of what JavaScript, DynamoDB (38 digits) and time can hold. */
const hostileNumbers = [
  '-0',
  '0',
  '-1',
  '0.5',
  '1e400',
  '-1e400',
  '1e-400',
  '9007199254740991',
  '9007199254740993',
  '8640000000000001',
  '1e126',
  '123456789012345678901234567890123456789012345',
  '1E+2',
  '01',
  'NaN',
  'Infinity',
  '0x10',
];

const notQuiteJson = [
  '',
  'nul',
  '[1,]',
  '{"a":1,}',
  "{'a':1}",
  '"\\u12"',
  '"\\x41"',
  '[1 2]',
  '/**/{}',
  'undefined',
  '"a',
  '{"a"',
  '\ufeff{}',
];

const deepest = 10_000;

const deep = fc
  .tuple(fc.integer({ min: 1, max: deepest }), fc.constantFrom('[', '{"a":', '[{"__proto__":', '{"filter":'), fc.boolean())
  .map(([depth, opening, isClosed]) => {
    const closing = [...opening].reverse().flatMap((each) => ({ '[': [']'], '{': ['}'] })[each] ?? []);
    return opening.repeat(depth) + (isClosed ? `0${closing.join('').repeat(depth)}` : '');
  });

const long = fc
  .tuple(fc.constantFrom('a', ' ', 'é', '𝄞', '\\u0000', '\\ud800', '\\n'), fc.integer({ min: 1, max: 40_000 }))
  .map(([unit, times]) => `"${unit.repeat(Math.ceil(times / unit.length))}"`);

const manyKeys = fc
  .integer({ min: 1, max: 5000 })
  .map((count) => `{${Array.from({ length: count }, (_, index) => `"k${index}":0`).join()}}`);

const manyItems = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.constantFrom('0', '"a"', '[]', '{}', 'null', '"waiting"'))
  .map(([count, item]) => `[${Array.from({ length: count }, () => item).join()}]`);

/** Any text, hostile ones more often than others. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', 'a', '\r', '\n', '<', '"', '\\', '\u202e'), maxLength: 20 }),
  },
);

/** The name of a field, as JSON text. */
export const hostileKey: fc.Arbitrary<string> = fc
  .oneof(fc.constantFrom(...inheritedKeys, 'action', 'requestId', 'clinicId', 'userId', 'callerId', 'role'), hostileText)
  .map((key) => JSON.stringify(key));

const quoted = hostileText.map((text) => JSON.stringify(text));

/** Small objects whose keys come twice, or belong to every object. */
const objects = fc
  .array(fc.tuple(hostileKey, fc.oneof(quoted, fc.constantFrom(...hostileNumbers, 'null', 'true', '{}', '[]'))), { maxLength: 5 })
  .map((entries) => `{${entries.map(([key, value]) => `${key}:${value}`).join()}}`);

/** The text of one value. Big ones are seldom, or they would take all the time. */
export const hostileValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 30, arbitrary: quoted },
  { weight: 12, arbitrary: fc.constantFrom(...hostileNumbers) },
  { weight: 8, arbitrary: fc.constantFrom('null', 'true', 'false', '[]', '{}', '[null]', '[[]]', '{"":""}') },
  { weight: 8, arbitrary: objects },
  { weight: 4, arbitrary: fc.constantFrom(...notQuiteJson) },
  { weight: 4, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: long },
  { weight: 1, arbitrary: manyKeys },
  { weight: 1, arbitrary: manyItems },
);

/** One deviation from a good object. */
type Edit =
  | { readonly kind: 'replace' | 'double'; readonly at: number; readonly value: string }
  | { readonly kind: 'add'; readonly key: string; readonly value: string }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'wrap'; readonly before: string; readonly after: string };

const at = fc.nat({ max: 7 });

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('replace'), at, value: hostileValue }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add'), key: hostileKey, value: hostileValue }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('double'), at, value: hostileValue }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), at }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(['[', ']'], ['{"__proto__":', '}'], [' \n\t', '\n'], ['', '{}'], ['\ufeff', ''])
      .map(([before = '', after = '']) => ({ kind: 'wrap' as const, before, after })),
  },
);

/** A good object whose deviations leave it good about once in three times. */
export const editedObject = (fields: fc.Arbitrary<Readonly<Record<string, unknown>>>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fields,
      fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.array(edit, { minLength: 1, maxLength: 3 }) }),
    )
    .map(([good, edits]) => edits.reduce(edited, textOf(good)).text());

interface Draft {
  readonly entries: readonly (readonly [key: string, value: string])[];
  readonly before: string;
  readonly after: string;
  text(): string;
}

const draft = (entries: Draft['entries'], before = '', after = ''): Draft => ({
  entries,
  before,
  after,
  text: () => `${before}{${entries.map(([key, value]) => `${key}:${value}`).join()}}${after}`,
});

const textOf = (good: Readonly<Record<string, unknown>>): Draft =>
  draft(Object.entries(good).map(([key, value]) => [JSON.stringify(key), JSON.stringify(value)] as const));

const edited = ({ entries, before, after }: Draft, change: Edit): Draft => {
  switch (change.kind) {
    case 'replace':
      return draft(
        entries.map((entry, index) => (index === change.at % entries.length ? [entry[0], change.value] : entry)),
        before,
        after,
      );
    case 'double': {
      const key = entries[change.at % Math.max(1, entries.length)]?.[0] ?? '"a"';
      return draft([...entries, [key, change.value]], before, after);
    }
    case 'add':
      return draft([...entries, [change.key, change.value]], before, after);
    case 'remove':
      return draft(
        entries.filter((_, index) => index !== change.at % entries.length),
        before,
        after,
      );
    case 'wrap':
      return draft(entries, change.before + before, after + change.after);
  }
};
