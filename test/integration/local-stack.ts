import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoints } from '../../local/endpoints.ts';
import { collectDeadLetters, collectFiles, collectOutput, dataFolderOf } from '../canaries/collect.ts';
import { runFolder } from '../canaries/run-folder.ts';

/** A local stack as a process of its own, as `npm start` has it. */
export interface LocalStackProcess {
  readonly endpoints: Endpoints;
  readonly child: ChildProcess;
  /** What it has printed. */
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface LocalStackProcessOptions {
  /** The script that starts it; takes `--port`, `--data` and `--endpoints`. */
  readonly script: string;
  readonly data?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether what it writes is searched for secrets when the run is over. @default - where the run is one that searches */
  readonly isSearched?: boolean;
}

/** A cold start bundles every function; CI machines are slow. */
const readyWithinMs = 90_000;

/** @throws with what the process printed, when it ends or is not ready in time */
export const startLocalStackProcess = async ({
  script,
  data = 'memory',
  environment = {},
  isSearched = true,
}: LocalStackProcessOptions): Promise<LocalStackProcess> => {
  const directory = mkdtempSync(join(tmpdir(), 'waiting-area-test-'));
  const file = join(directory, 'endpoints.json');
  const child = spawn(process.execPath, [script, '--port', '0', '--data', data, '--endpoints', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Functions say all that they ever say.
    env: { ...process.env, POWERTOOLS_LOG_LEVEL: 'DEBUG', ...environment },
    detached: true, // a group of its own, so that a test can end all of it at once
  });
  const folder = isSearched ? runFolder() : undefined;
  const outputFile = join(directory, 'output.log');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-100_000);
      if (folder !== undefined) appendFileSync(outputFile, text);
    });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  let endpoints: Endpoints | undefined;
  let dataFolder: string | undefined;
  /** What is kept in memory goes with the process; a folder that stays is looked at when all of it is written. */
  const collectBefore = async (): Promise<void> => {
    if (folder === undefined || endpoints === undefined || dataFolder === undefined || data !== 'memory' || hasEnded()) return;
    await collectDeadLetters(folder, endpoints, basename(directory));
    collectFiles(folder, dataFolder);
  };
  const collectAfter = (): void => {
    if (folder === undefined || !existsSync(directory)) return;
    if (data !== 'memory' && dataFolder !== undefined) collectFiles(folder, dataFolder);
    if (existsSync(outputFile)) collectOutput(folder, basename(directory), readFileSync(outputFile, 'utf8'));
  };
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    await collectBefore();
    if (!hasEnded() && child.pid !== undefined) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      process.kill(-child.pid, signal);
      await ended;
    }
    collectAfter();
    rmSync(directory, { recursive: true, force: true });
  };
  for (const until = Date.now() + readyWithinMs; !existsSync(file); await delay(50)) {
    if (!hasEnded() && Date.now() < until) continue;
    await stop('SIGKILL');
    throw new Error(`The local stack did not start:\n${output}`);
  }
  // The file was written by endpoints.ts, whole.
  endpoints = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  if (folder !== undefined) dataFolder = await dataFolderOf(endpoints);
  return { endpoints, child, output: () => output, stop };
};
