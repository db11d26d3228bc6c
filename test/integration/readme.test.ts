import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WaitingAreaClient } from '../../client/index.ts';
import { endpointsOfTests, tokenOf } from './scenario/endpoints.ts';

const root = join(import.meta.dirname, '..', '..');
const endpoints = endpointsOfTests();
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'waiting-area-readme-'));
  mkdirSync(join(directory, '.local'));
  writeFileSync(join(directory, '.local', 'endpoints.json'), JSON.stringify(endpoints));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = async (command: string, args: readonly string[], cwd: string) => {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exitCode, said };
};

const demoApi = () =>
  new WaitingAreaClient({ url: endpoints.http }).staff({ clinicId: 'demo', token: () => tokenOf(endpoints, 'admin@demo.example') }).api;

const present = async () => {
  const { callers, nextCursor } = await demoApi().callers('demo', { limit: 1000 });
  expect(nextCursor).toBeNull();
  return callers.map(({ callerId }) => callerId);
};

/** Whoever came meanwhile leaves again, and the settings are as they were. */
const leavingNoTrace = async (act: () => Promise<void>) => {
  const before = new Set(await present());
  const { guestMessages } = await demoApi().settings('demo');
  try {
    await act();
  } finally {
    for (const callerId of await present()) if (!before.has(callerId)) await demoApi().changeCaller('demo', callerId, { status: 'ended' });
    await demoApi().changeSettings('demo', { guestMessages });
  }
};

describe('what the README tells to type', () => {
  it('main-job.mjs: the caller hears the notification, the clinic hears of the caller', async () => {
    const [, code = ''] = /main-job\.mjs[\s\S]*?```js\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
    expect(code).not.toBe('');
    const file = `main-job-${randomUUID()}.mjs`;
    writeFileSync(join(directory, file), code);

    await leavingNoTrace(async () => {
      const { exitCode, said } = await run(process.execPath, [file], directory);

      expect({ exitCode, said }).toMatchObject({ exitCode: 0, said: expect.stringMatching(/Sue hears {\s+type: 'messagesAdded'/) });
      expect(said).toMatch(/Sue hears {\s+type: 'ok'/);
      expect(said).toMatch(/The clinic hears {\s+type: 'ok'/);
      expect(said).not.toMatch(/type: 'error'/);
    });
  }, 60_000);

  it('npm run demo plays a morning and ends well', async () => {
    const file = join(directory, '.local', 'endpoints.json');

    await leavingNoTrace(async () => {
      const { exitCode, said } = await run('npm', ['run', 'demo', '--', '--seconds', '5', '--endpoints', file], root);

      expect({ exitCode, said }).toMatchObject({ exitCode: 0 });
      expect(said).toMatch(/The morning is over\.\s+(\d+) callers arrived, \d+ were called in, \1 have left/);
      expect(said).toMatch(/to everyone present: .+\s+finished: \d+ matched/);
      expect(said).not.toMatch(/Error|undefined|NaN/);
    });
  }, 60_000);
});
