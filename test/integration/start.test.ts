import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'waiting-area-start-'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

// Which engine runs is each test's own matter, whatever engine the other tests run on.
const { WAITING_AREA_ENGINE, DYNAMODB_ENDPOINT, ...environmentOfTests } = process.env;

/** Types `npm start` and answers how it ended; it must not come to serve anything. */
const npmStart = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const endpoints = join(directory, 'endpoints.json');
  const child = spawn('npm', ['start', '--', '--endpoints', endpoints, ...args], {
    cwd: root,
    env: { ...environmentOfTests, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that a start that wrongly succeeds can be ended
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 50_000);
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  expect(existsSync(endpoints)).toBe(false);
  return { exitCode, said };
};

const failsWith = async (reason: RegExp, args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const { exitCode, said } = await npmStart(args, environment);
  expect(said).toMatch(reason);
  // A sentence to act upon, not a stack trace.
  expect(said).not.toMatch(/^\s+at .+:\d+:\d+/m);
  expect(exitCode).toBeGreaterThan(0);
};

describe('npm start ends with a reason and a non-zero exit code', () => {
  it('when a port is taken', async () => {
    // Below the ports that Linux hands out, so that the one before it is not another test's.
    const taken = 20_000 + randomInt(10_000);
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(taken, '127.0.0.1', resolve));
    // The HTTP API has the second of the ports.
    await failsWith(new RegExp(`HTTP API.*${taken}|${taken}.*HTTP API`), ['--port', String(taken - 1), '--data', 'memory']);
    server.close();
  }, 60_000);

  it('when the data folder cannot be written, not even by root', async () => {
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    await failsWith(/data folder .*a-file\/data is not writable/, ['--port', '0', '--data', join(file, 'data')]);
  }, 60_000);

  it('when the engine is not installed for this machine', async () => {
    const onAnotherMachine = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'arch', { value: 'riscv64' })")}`;
    await failsWith(/riscv64 is not installed.*npm ci/, ['--port', '0', '--data', 'memory'], {
      NODE_OPTIONS: `--import=${onAnotherMachine}`,
    });
  }, 60_000);

  it('when there is no Java for DynamoDB Local', async () => {
    await failsWith(/java was not found/, ['--port', '0', '--data', 'memory'], {
      WAITING_AREA_ENGINE: 'dynamodb-local',
      JAVA_HOME: join(directory, 'no-java-here'),
    });
  }, 60_000);

  it('when no engine answers at the address given', async () => {
    await failsWith(/No DynamoDB engine answers at DYNAMODB_ENDPOINT=http:\/\/127\.0\.0\.1:9/, ['--port', '0', '--data', 'memory'], {
      DYNAMODB_ENDPOINT: 'http://127.0.0.1:9',
    });
    await failsWith(/DYNAMODB_ENDPOINT is a URL/, ['--port', '0', '--data', 'memory'], { DYNAMODB_ENDPOINT: 'no engine' });
  }, 60_000);

  it('when an option is unknown', async () => {
    await failsWith(/--port N/, ['--prot', '0']);
  }, 60_000);
});
