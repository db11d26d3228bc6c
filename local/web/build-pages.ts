import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtPages } from '../../lib/build-pages.ts';
import type { BuiltPages } from './serve-pages.ts';

/** Builds `web/dist` beside whatever else starts. A page that cannot be built is no reason to do without the APIs. */
export const buildPages = async (): Promise<BuiltPages> => {
  const script = fileURLToPath(new URL('build-pages-now.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  const exitCode = await promise;
  return { directory: builtPages, failure: exitCode === 0 ? undefined : output.trim() };
};
