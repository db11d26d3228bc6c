import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalStackError, systemCodeOf } from './errors.ts';

/** What the local stack gives to the app as context. Ports differ from run to run, so the app is synthesized with these names, which `template.ts` replaces. */
export const placeholders = {
  issuer: 'https://issuer.invalid',
  /** `localhost` instead of the address; the address is that of the distribution. */
  webByName: 'https://web-by-name.invalid',
} as const;

export interface AppSource {
  /** The module that exports `createApp({ context, outdir })`. */
  readonly appModule: string;
  /** Files and folders whose content decides what the app synthesizes to. */
  readonly inputs: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  /** Where syntheses are kept, one folder for each content. */
  readonly cacheDirectory: string;
}

const keepUnusedMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Synthesizes the app, bundles included, and answers the folder of the cloud assembly. The same content is synthesized once.
 * @throws LocalStackError with the app's own words when synthesis fails.
 */
export const synthesize = async (source: AppSource): Promise<string> => {
  const outdir = join(source.cacheDirectory, await hashOf(source));
  if (await exists(join(outdir, 'manifest.json'))) {
    await utimes(outdir, new Date(), new Date());
    return outdir;
  }
  await mkdir(source.cacheDirectory, { recursive: true });
  await removeUnused(source.cacheDirectory);
  const unfinished = join(source.cacheDirectory, `unfinished-${randomUUID()}`);
  try {
    await runSynthesis(source, unfinished);
    await removeArchives(unfinished);
    await publish(unfinished, outdir);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return outdir;
};

/** Bundles are folders. Archives are layers of the functions that the CDK runs at deployment, tens of megabytes in every synthesis. */
const removeArchives = async (assembly: string): Promise<void> => {
  for (const name of await readdir(assembly)) if (name.endsWith('.zip')) await rm(join(assembly, name));
};

/** By rename, so that nobody meets half an assembly; where a synthesis of the same content was quicker, its outcome stays. */
const publish = async (unfinished: string, outdir: string): Promise<void> => {
  try {
    await rename(unfinished, outdir);
  } catch (error) {
    if (systemCodeOf(error) === 'EXDEV') await cp(unfinished, outdir, { recursive: true });
    else if (!(await exists(join(outdir, 'manifest.json')))) throw error;
  }
};

const runSynthesis = async (source: AppSource, outdir: string): Promise<void> => {
  const script = fileURLToPath(new URL('synthesize-app.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script, source.appModule, outdir, JSON.stringify(source.context)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  const exitCode = await promise;
  if (exitCode !== 0) throw new LocalStackError(`The CDK app in ${source.appModule} could not be synthesized:\n${output.trim()}`);
};

const hashOf = async (source: AppSource): Promise<string> => {
  const hash = createHash('sha256').update(JSON.stringify([source.appModule, source.context, placeholders, process.version]));
  for (const input of source.inputs) {
    for (const file of await filesOf(input))
      hash
        .update(relative(input, file))
        .update('\0')
        .update(await readFile(file))
        .update('\0');
  }
  return hash.digest('hex').slice(0, 24);
};

const filesOf = async (path: string): Promise<string[]> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return [];
  if (found.isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
};

const removeUnused = async (directory: string): Promise<void> => {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > keepUnusedMs) await rm(path, { recursive: true, force: true });
  }
};

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
