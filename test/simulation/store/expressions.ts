/**
 * DynamoDB's condition, update and key expressions, as far as the table modules use them
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html). Each text is read once; grammar that is not known throws.
 */

export type Value = unknown;
export type Item = Readonly<Record<string, Value>>;
export type Names = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, Value>>;

interface Scope {
  readonly item: Item;
  readonly names: Names;
  readonly values: Values;
}

type Term = (scope: Scope) => Value;
type Test = (scope: Scope) => boolean;
type Path = (scope: Pick<Scope, 'names'>) => readonly string[];

/** What DynamoDB refuses as a request, whatever is stored. */
export class InvalidRequest extends Error {
  override readonly name = 'ValidationException';
}

/** Which placeholders an expression uses: DynamoDB refuses a request that brings others. */
export interface Placeholders {
  readonly used: ReadonlySet<string>;
}

export interface Condition extends Placeholders {
  holds(item: Item | undefined, names: Names, values: Values): boolean;
}

export interface Update extends Placeholders {
  /** The item as it is afterwards. It shares what did not change. */
  apply(item: Item, names: Names, values: Values): Item;
  /** @throws InvalidRequest where two of its paths overlap: refused before any item is looked at */
  require(names: Names): void;
  /** The top-level attributes that it writes. */
  touched(names: Names): string[];
}

const tokenPattern = /\s*(:\w+|#\w+|[A-Za-z_]\w*|<>|<=|>=|[=<>(),.+-])/y;

const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.trimEnd().length) {
    const from = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (!match?.[1]) throw new InvalidRequest(`cannot read "${text.slice(from)}" of "${text}"`);
    tokens.push(match[1]);
  }
  return tokens;
};

class Reader {
  readonly used = new Set<string>();
  readonly #tokens: string[];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  get next(): string | undefined {
    return this.#tokens[this.#at];
  }

  get isOver(): boolean {
    return this.#at === this.#tokens.length;
  }

  take(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new InvalidRequest(`"${this.#text}" ends too early`);
    this.#at += 1;
    return token;
  }

  /** Takes the token if it comes next; words without regard to case. */
  accept(token: string): boolean {
    if (this.next?.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }

  expect(token: string): void {
    if (!this.accept(token)) throw new InvalidRequest(`"${token}" expected instead of "${this.next}" in "${this.#text}"`);
  }

  path(): Path {
    const parts = [this.#name()];
    while (this.accept('.')) parts.push(this.#name());
    return ({ names }) =>
      parts.map((part) => {
        if (!part.startsWith('#')) return part;
        const name = names[part];
        if (name === undefined) throw new InvalidRequest(`${part} is not defined`);
        return name;
      });
  }

  #name(): string {
    const name = this.take();
    if (!/^[#A-Za-z_]/.test(name)) throw new InvalidRequest(`"${name}" is no attribute in "${this.#text}"`);
    if (name.startsWith('#')) this.used.add(name);
    return name;
  }

  value(): Term {
    const name = this.take();
    if (!name.startsWith(':')) throw new InvalidRequest(`"${name}" is no value in "${this.#text}"`);
    this.used.add(name);
    return ({ values }) => {
      const value = values[name];
      if (value === undefined) throw new InvalidRequest(`${name} is not defined`);
      return value;
    };
  }

  list<Part>(part: () => Part): Part[] {
    const parts = [part()];
    while (this.accept(',')) parts.push(part());
    return parts;
  }
}

const cached = <Compiled>(compile: (text: string) => Compiled) => {
  const known = new Map<string, Compiled>();
  return (text: string): Compiled => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const compiled = compile(text);
    known.set(text, compiled);
    return compiled;
  };
};

/** @throws InvalidRequest */
export const conditionOf = cached((text): Condition => {
  const reader = new Reader(text);
  const test = anyOf(reader);
  if (!reader.isOver) throw new InvalidRequest(`"${reader.next}" was not expected in "${text}"`);
  return { used: reader.used, holds: (item = {}, names, values) => test({ item, names, values }) };
});

const anyOf = (reader: Reader): Test => {
  const tests = [allOf(reader)];
  while (reader.accept('OR')) tests.push(allOf(reader));
  return (scope) => tests.some((test) => test(scope));
};

const allOf = (reader: Reader): Test => {
  const tests = [notOf(reader)];
  while (reader.accept('AND')) tests.push(notOf(reader));
  return (scope) => tests.every((test) => test(scope));
};

const notOf = (reader: Reader): Test => {
  if (!reader.accept('NOT')) return oneTest(reader);
  const test = notOf(reader);
  return (scope) => !test(scope);
};

const oneTest = (reader: Reader): Test => {
  if (reader.accept('(')) {
    const test = anyOf(reader);
    reader.expect(')');
    return test;
  }
  if (reader.accept('ATTRIBUTE_EXISTS')) return onPath(reader, (value) => value !== undefined);
  if (reader.accept('ATTRIBUTE_NOT_EXISTS')) return onPath(reader, (value) => value === undefined);
  if (reader.accept('CONTAINS')) return onPathAndOperand(reader, doesContain);
  if (reader.accept('BEGINS_WITH')) {
    return onPathAndOperand(reader, (text, start) => typeof text === 'string' && typeof start === 'string' && text.startsWith(start));
  }
  const left = operand(reader);
  if (reader.accept('IN')) {
    reader.expect('(');
    const candidates = reader.list(() => operand(reader));
    reader.expect(')');
    return (scope) => candidates.some((candidate) => isSame(left(scope), candidate(scope)));
  }
  const comparator = reader.take();
  const right = operand(reader);
  const compare = comparators[comparator];
  if (!compare) throw new InvalidRequest(`"${comparator}" is not known`);
  return (scope) => compare(left(scope), right(scope));
};

/** Nothing is true of a missing attribute but that it differs. */
const comparators: Readonly<Record<string, (left: Value, right: Value) => boolean>> = {
  '=': (left, right) => left !== undefined && isSame(left, right),
  '<>': (left, right) => !isSame(left, right),
  '<': (left, right) => isOrdered(left, right, (order) => order < 0),
  '<=': (left, right) => isOrdered(left, right, (order) => order <= 0),
  '>': (left, right) => isOrdered(left, right, (order) => order > 0),
  '>=': (left, right) => isOrdered(left, right, (order) => order >= 0),
};

const isOrdered = (left: Value, right: Value, judge: (order: number) => boolean): boolean => {
  if (typeof left === 'number' && typeof right === 'number') return judge(left - right);
  if (typeof left === 'string' && typeof right === 'string') return judge(left < right ? -1 : Number(left > right));
  return false;
};

const onPath = (reader: Reader, judge: (value: Value) => boolean): Test => {
  reader.expect('(');
  const path = reader.path();
  reader.expect(')');
  return (scope) => judge(valueAt(scope.item, path(scope)));
};

const onPathAndOperand = (reader: Reader, judge: (value: Value, given: Value) => boolean): Test => {
  reader.expect('(');
  const path = reader.path();
  reader.expect(',');
  const given = operand(reader);
  reader.expect(')');
  return (scope) => judge(valueAt(scope.item, path(scope)), given(scope));
};

const doesContain = (held: Value, wanted: Value): boolean => {
  if (held instanceof Set) return held.has(wanted);
  if (Array.isArray(held)) return held.some((one) => isSame(one, wanted));
  return typeof held === 'string' && typeof wanted === 'string' && held.includes(wanted);
};

const operand = (reader: Reader): Term => {
  if (reader.next?.startsWith(':')) return reader.value();
  if (reader.accept('SIZE')) {
    reader.expect('(');
    const path = reader.path();
    reader.expect(')');
    return (scope) => sizeOf(valueAt(scope.item, path(scope)));
  }
  const path = reader.path();
  return (scope) => valueAt(scope.item, path(scope));
};

const sizeOf = (value: Value): number | undefined => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Set) return value.size;
  return isMap(value) ? Object.keys(value).length : undefined;
};

interface Change {
  readonly path: Path;
  /** Absent: it is removed. */
  readonly term?: Term;
}

/** @throws InvalidRequest */
export const updateOf = cached((text): Update => {
  const reader = new Reader(text);
  const changes: Change[] = [];
  while (!reader.isOver) {
    if (reader.accept('SET')) changes.push(...reader.list(() => setChange(reader)));
    else if (reader.accept('REMOVE')) changes.push(...reader.list(() => ({ path: reader.path() })));
    else if (reader.accept('ADD')) changes.push(...reader.list(() => addChange(reader)));
    else throw new InvalidRequest(`"${reader.next}" was not expected in "${text}"`);
  }
  return {
    used: reader.used,
    require: (names) => refuseOverlaps(changes.map(({ path }) => path({ names }))),
    touched: (names) => changes.map(({ path }) => path({ names })[0] ?? ''),
    apply(item, names, values) {
      const scope = { item, names, values };
      // Each side of a change sees the item as it was before all of them.
      const written = changes.map(({ path, term }) => ({ path: path(scope), value: term?.(scope), isRemoved: term === undefined }));
      return written.reduce((next, { path, value, isRemoved }) => withChange(next, path, value, isRemoved), item);
    },
  };
});

const setChange = (reader: Reader): Change => {
  const path = reader.path();
  reader.expect('=');
  const left = setOperand(reader);
  if (reader.next !== '+' && reader.next !== '-') return { path, term: left };
  const sign = reader.take() === '+' ? 1 : -1;
  const right = setOperand(reader);
  return { path, term: (scope) => numberIn(left(scope)) + sign * numberIn(right(scope)) };
};

const setOperand = (reader: Reader): Term => {
  if (reader.accept('LIST_APPEND')) {
    const [first, second] = twoOperands(reader);
    return (scope) => [...listIn(first(scope)), ...listIn(second(scope))];
  }
  if (reader.accept('IF_NOT_EXISTS')) {
    reader.expect('(');
    const path = reader.path();
    reader.expect(',');
    const otherwise = setOperand(reader);
    reader.expect(')');
    return (scope) => valueAt(scope.item, path(scope)) ?? otherwise(scope);
  }
  if (reader.next?.startsWith(':')) return reader.value();
  const path = reader.path();
  return (scope) => {
    const value = valueAt(scope.item, path(scope));
    if (value === undefined) throw new InvalidRequest('The provided expression refers to an attribute that does not exist in the item');
    return value;
  };
};

const twoOperands = (reader: Reader): [Term, Term] => {
  reader.expect('(');
  const first = setOperand(reader);
  reader.expect(',');
  const second = setOperand(reader);
  reader.expect(')');
  return [first, second];
};

const addChange = (reader: Reader): Change => {
  const path = reader.path();
  const given = reader.value();
  return {
    path,
    term: (scope) => {
      const [before, more] = [valueAt(scope.item, path(scope)), given(scope)];
      if (more instanceof Set && (before === undefined || before instanceof Set)) return new Set([...(before ?? []), ...more]);
      if (typeof more === 'number') return (before === undefined ? 0 : numberIn(before)) + more;
      throw new InvalidRequest('ADD takes a number or a set of the same type');
    },
  };
};

const numberIn = (value: Value): number => {
  if (typeof value !== 'number') throw new InvalidRequest('An operand in the update expression has an incorrect data type');
  return value;
};

const listIn = (value: Value): readonly Value[] => {
  if (!Array.isArray(value)) throw new InvalidRequest('An operand in the update expression has an incorrect data type');
  return value;
};

const isMap = (value: Value): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Set);

const valueAt = (item: Item, path: readonly string[]): Value => {
  let value: Value = item;
  for (const name of path) value = isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
};

const withChange = (map: Item, [name = '', ...rest]: readonly string[], value: Value, isRemoved: boolean): Item => {
  if (rest.length > 0) {
    const inner = map[name];
    if (!isMap(inner)) throw new InvalidRequest('The document path provided in the update expression is invalid for update');
    return { ...map, [name]: withChange(inner, rest, value, isRemoved) };
  }
  if (!isRemoved) return { ...map, [name]: value };
  const { [name]: _, ...others } = map;
  return others;
};

const refuseOverlaps = (paths: readonly (readonly string[])[]): void => {
  for (const [index, path] of paths.entries()) {
    for (const other of paths.slice(index + 1)) {
      if (path.every((name, depth) => depth >= other.length || name === other[depth]))
        throw new InvalidRequest('Two document paths overlap with each other');
    }
  }
};

/** DynamoDB's equality: by type and content. */
export const isSame = (left: Value, right: Value): boolean => {
  if (left === right) return true;
  if (left instanceof Set && right instanceof Set) return left.size === right.size && [...left].every((one) => right.has(one));
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((one, index) => isSame(one, right[index]));
  if (!isMap(left) || !isMap(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => isSame(left[name], right[name]));
};
