import type { Secret } from './secrets.ts';

export interface Leak {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly secret: Secret;
  /** The line as it was written. */
  readonly written: string;
}

/** Secrets are found by their first characters: as many as the shortest has. */
const headLength = 6;
/** So much of a long text is enough: a log may have cut it off. */
const mostLength = 40;

/** What a secret may look like where it was written: as it is, inside JSON, inside a URL. */
const formsOf = ({ value }: Secret): string[] => {
  const start = value.slice(0, mostLength);
  return [...new Set([start, JSON.stringify(start).slice(1, -1), encodeURIComponent(start.toWellFormed())])];
};

const isWordCharacter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}_-]/u.test(character);

/** Finds secrets in texts, as many of both as a whole test run makes. */
export class LeakSearch {
  readonly #byHead = new Map<string, { readonly form: string; readonly secret: Secret }[]>();

  constructor(secrets: Iterable<Secret>) {
    const known = new Set<string>();
    for (const secret of secrets) {
      for (const form of formsOf(secret)) {
        if (form.length < headLength || known.has(form)) continue;
        known.add(form);
        const head = form.slice(0, headLength);
        const sameHead = this.#byHead.get(head);
        if (sameHead) sameHead.push({ form, secret });
        else this.#byHead.set(head, [{ form, secret }]);
      }
    }
  }

  /** Every line of a file that holds a secret, once. */
  in(file: string, content: string): Leak[] {
    const leaks: Leak[] = [];
    for (const [index, written] of content.split('\n').entries()) {
      const secret = this.#firstIn(written);
      if (secret) leaks.push({ file, line: index + 1, secret, written });
    }
    return leaks;
  }

  #firstIn(line: string): Secret | undefined {
    for (let at = 0; at + headLength <= line.length; at += 1) {
      for (const { form, secret } of this.#byHead.get(line.slice(at, at + headLength)) ?? []) {
        if (!line.startsWith(form, at)) continue;
        // A short word stands inside longer ones by chance.
        const isShort = form.length < 10;
        if (isShort && (isWordCharacter(line[at - 1]) || isWordCharacter(line[at + form.length]))) continue;
        return secret;
      }
    }
    return undefined;
  }
}
