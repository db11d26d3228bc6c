import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Leak, LeakSearch } from './search.ts';
import type { Secret } from './secrets.ts';

const variable = 'CANARIES_FOLDER';
const givenVariable = 'CANARIES_NOT_SEARCHED';

/** Where one run of the tests keeps the secrets that it meets, beside what stacks wrote: for all its processes. */
export const openRunFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'waiting-area-canaries-'));
  mkdirSync(join(folder, 'secrets'));
  mkdirSync(join(folder, 'written'));
  process.env[variable] = folder;
  return folder;
};

/** The folder of the run that this process belongs to; absent where nobody searches. */
export const runFolder = (): string | undefined => process.env[variable];

/** The search is done: no other may look for the folder. */
export const closeRunFolder = (): void => {
  delete process.env[variable];
};

/** The run was given a stack that ran before it, whose logs are not the run's: it searches nothing, and says so. */
export const leaveOutSearch = (): void => {
  process.env[givenVariable] = 'the stack was given';
};

export const isSearchLeftOut = (): boolean => process.env[givenVariable] !== undefined;

const seen = new Set<string>();

/** Keeps secrets for the search. */
export const keepSecrets = (folder: string, secrets: readonly Secret[]): void => {
  const fresh = secrets.filter(({ value }) => !seen.has(value));
  if (fresh.length === 0) return;
  for (const { value } of fresh) seen.add(value);
  appendFileSync(join(folder, 'secrets', `${process.pid}.jsonl`), fresh.map((secret) => `${JSON.stringify(secret)}\n`).join(''));
};

/** Keeps an answer that refuses: nobody may learn of others by it. */
export const keepRefusal = (folder: string, answer: string): void =>
  appendFileSync(join(folder, 'written', `refusals-${process.pid}.jsonl`), `${answer.replaceAll('\n', ' ')}\n`);

export const secretsOf = (folder: string): Secret[] =>
  filesIn(join(folder, 'secrets')).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      // Only `keepSecrets` writes these files.
      .map((line) => JSON.parse(line) as Secret),
  );

/** Everything that was written anywhere, searched for every secret of the run. */
const leaksIn = (folder: string): Leak[] => {
  const search = new LeakSearch(secretsOf(folder));
  return filesIn(join(folder, 'written')).flatMap((file) => search.in(file.slice(folder.length + 1), readFileSync(file, 'utf8')));
};

/**
 * @param isWhole whether all tests of the run were run: some alone send no secret
 * @throws with the first leaks, and keeps the folder, where there is any; and where there was nothing to search, or nothing to search for
 */
export const expectNoLeaks = (folder: string, { isWhole }: { readonly isWhole: boolean }): void => {
  if (filesIn(join(folder, 'written')).length === 0) throw new Error(`no stack wrote anything into ${folder}: there was nothing to search`);
  if (isWhole && secretsOf(folder).length === 0) throw new Error(`no secret was kept in ${folder}: there was nothing to search for`);
  const leaks = leaksIn(folder);
  if (leaks.length > 0) {
    const shown = leaks
      .slice(0, 10)
      .map(
        ({ file, line, secret, written }) =>
          `${file}:${line} holds a ${secret.kind}, ${JSON.stringify(secret.value)}: ${written.slice(0, 500)}`,
      );
    throw new Error(`${leaks.length} lines hold what a person wrote, is called or has for a key (all in ${folder}):\n${shown.join('\n')}`);
  }
  rmSync(folder, { recursive: true, force: true });
};

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
