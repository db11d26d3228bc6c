import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoints } from '../../local/endpoints.ts';

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
}

/** A cold start bundles every function; CI machines are slow. */
const readyWithinMs = 90_000;

/** @throws with what the process printed, when it ends or is not ready in time */
export const startLocalStackProcess = async ({
  script,
  data = 'memory',
  environment = {},
}: LocalStackProcessOptions): Promise<LocalStackProcess> => {
  const directory = mkdtempSync(join(tmpdir(), 'waiting-area-test-'));
  const file = join(directory, 'endpoints.json');
  const child = spawn(process.execPath, [script, '--port', '0', '--data', data, '--endpoints', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    detached: true, // a group of its own, so that a test can end all of it at once
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-100_000);
    });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (!hasEnded() && child.pid !== undefined) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      process.kill(-child.pid, signal);
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  };
  for (const until = Date.now() + readyWithinMs; !existsSync(file); await delay(50)) {
    if (!hasEnded() && Date.now() < until) continue;
    await stop('SIGKILL');
    throw new Error(`The local stack did not start:\n${output}`);
  }
  // The file was written by endpoints.ts, whole.
  return { endpoints: JSON.parse(readFileSync(file, 'utf8')) as Endpoints, child, output: () => output, stop };
};
