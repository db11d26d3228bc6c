/** Licences, by SPDX identifier, that ask for no more than their notice: what is deployed has no other. */
const allowed: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
]);

/** A package that is only developed with, under a licence that is not on the list. */
interface Exception {
  readonly names: readonly string[];
  readonly licence: string;
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [
  {
    names: ['@axe-core/playwright', 'axe-core'],
    licence: 'MPL-2.0',
    reason: 'Copyleft by file, and we change none of its files; it runs in browser tests and is deployed nowhere.',
  },
  {
    names: ['lightningcss', 'lightningcss-linux-x64-gnu'],
    licence: 'MPL-2.0',
    reason: 'Copyleft by file, and we change none of its files; it writes style sheets when the pages are built and is no part of them.',
  },
  {
    names: ['caniuse-lite'],
    licence: 'CC-BY-4.0',
    reason: 'A table of what browsers can do, which the tests’ compiler reads; nothing is made from it.',
  },
];

export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; absent where the package says none. */
  readonly licence: string | undefined;
  readonly ships: boolean;
}

/** Whether a package may be used for what it is used for. */
export const mayBeUsed = ({ name, licence, ships }: Licensed): boolean =>
  licence !== undefined &&
  (isAllowed(licence) || (!ships && exceptions.some((each) => each.names.includes(name) && each.licence === licence)));

/** Whether an SPDX expression leaves a choice that is allowed: of `A OR B` one, of `A AND B` both. What cannot be read is not allowed. */
export const isAllowed = (expression: string): boolean => {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let isReadable = true;
  const either = (): boolean => {
    let holds = both();
    while (words[0] === 'OR') {
      words.shift();
      holds = both() || holds;
    }
    return holds;
  };
  const both = (): boolean => {
    let holds = one();
    while (words[0] === 'AND') {
      words.shift();
      holds = one() && holds;
    }
    return holds;
  };
  const one = (): boolean => {
    const word = words.shift();
    if (word !== '(') {
      isReadable &&= word !== undefined && word !== ')' && word !== 'OR' && word !== 'AND';
      return word !== undefined && allowed.has(word);
    }
    const holds = either();
    isReadable &&= words.shift() === ')';
    return holds;
  };
  return either() && isReadable && words.length === 0;
};
