import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { projectRoot } from './project-root.ts';

const web = join(projectRoot, 'web');
/** Where the built pages lie. */
export const builtPages = join(web, 'dist');
/** In the built folder: the hash of what it was built from. `vite build` by hand removes it, and the next call builds again. */
const stamp = '.built-from';
const inputs = [web, ...['client', 'protocol', 'package-lock.json'].map((name) => join(projectRoot, name))];

/**
 * Builds `web/dist` if what it is made from has changed since.
 *
 * @throws with Vite's own words when the pages cannot be built; the folder is then as it was
 */
export function buildPages(): void {
  const hash = hashOfInputs();
  if (isBuiltFrom(hash)) return;
  const unfinished = join(projectRoot, '.local', `pages-${randomUUID()}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    runVite(join(unfinished, 'new'));
    writeFileSync(join(unfinished, 'new', stamp), hash);
    // By rename, so that a local stack which serves the folder meanwhile never serves half of it.
    if (existsSync(builtPages)) renameSync(builtPages, join(unfinished, 'old'));
    renameSync(join(unfinished, 'new'), builtPages);
  } catch (error) {
    if (!isBuiltFrom(hash)) throw error; // another process was quicker with the same
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function isBuiltFrom(hash: string): boolean {
  return existsSync(join(builtPages, stamp)) && readFileSync(join(builtPages, stamp), 'utf8') === hash;
}

function runVite(outDir: string): void {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
  try {
    execFileSync(process.execPath, [vite, 'build', web, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'warn'], {
      cwd: projectRoot,
      // Whoever builds them (a test runner sets another), pages are built for production: React's development build is four times the size.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: 'pipe',
      encoding: 'utf8',
    });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`The pages in web/ could not be built:\n${output}`, { cause: error });
  }
}

function hashOfInputs(): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of inputs.flatMap(filesOf).sort()) {
    hash.update(relative(projectRoot, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function filesOf(path: string): string[] {
  if (path === builtPages || path.endsWith('.md')) return [];
  return statSync(path).isFile() ? [path] : readdirSync(path).flatMap((name) => filesOf(join(path, name)));
}
