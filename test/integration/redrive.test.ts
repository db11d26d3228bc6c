import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type LocalStackProcess, startLocalStackProcess } from './local-stack.ts';
import { ClinicScenario } from './scenario/clinic.ts';
import { Control } from './scenario/control.ts';
import { tokenOf } from './scenario/endpoints.ts';
import { eventually } from './scenario/eventually.ts';
import { Tables } from './scenario/tables.ts';

const root = join(import.meta.dirname, '..', '..');
const canary = 'canary Doctor is late';
let stack: LocalStackProcess;
let directory: string;

beforeAll(async () => {
  stack = await startLocalStackProcess({ script: join(root, 'local', 'start.ts') });
  directory = mkdtempSync(join(tmpdir(), 'waiting-area-redrive-'));
});

afterAll(async () => {
  await stack.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Types `npm run redrive` and answers what it said. */
const redrive = async (endpoints: object): Promise<{ exitCode: number | null; said: string }> => {
  const file = join(directory, 'endpoints.json');
  writeFileSync(file, JSON.stringify(endpoints));
  const child = spawn('npm', ['run', '--silent', 'redrive', '--', '--endpoints', file], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exitCode, said };
};

it('a broadcast whose runs all died lies in the queue by its ids alone; redriven it reaches everyone once', async () => {
  const control = new Control(stack.endpoints);
  const clinic = await ClinicScenario.open({}, stack.endpoints);
  const dashboard = await clinic.dashboard();
  const sue = await clinic.arrives('Sue Canary', { phone: '+61400000001' });
  // Lambda runs a job three times.
  await control.killAfterWrite('broadcast', 3);
  const { broadcastId } = await dashboard.client.broadcast({ text: canary });
  const [letter] = await eventually(async () => {
    const letters = await control.deadLetters('BroadcastWorkerDeadLetters');
    expect(letters).toHaveLength(1);
    return letters;
  });
  expect(letter?.body).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload: { kind: 'broadcast', clinicId: clinic.clinicId, broadcastId },
  });
  const written = JSON.stringify(letter);
  for (const secret of [canary, 'Canary', '+61400000001', sue.visit.callerToken, await tokenOf(stack.endpoints, dashboard.member.userId)])
    expect(written).not.toContain(secret);

  const { exitCode, said } = await redrive(stack.endpoints);

  expect([exitCode, said]).toEqual([0, expect.stringContaining(`${clinic.clinicId} ${broadcastId}: handed to its function again`)]);
  await eventually(() =>
    expect(dashboard.client.broadcasts.get(broadcastId)).toMatchObject({
      state: 'finished',
      matched: 1,
      stored: 1,
      delivered: 1,
      failed: 0,
    }),
  );
  expect(sue.heard).toEqual([canary]);
  expect((await clinic.thread(sue)).map(({ text }) => text)).toEqual([canary]);
  expect(await control.deadLetters('DeadLetters')).toEqual([]);
  expect(await redrive(stack.endpoints)).toEqual({ exitCode: 0, said: 'No dead letters.\n' });
  clinic.close();
});

it('a broadcast that broke three times is a dead letter of ids and the name of what broke, without its message', async () => {
  const control = new Control(stack.endpoints);
  const tables = await Tables.open(stack.endpoints);
  const clinic = await ClinicScenario.open({}, stack.endpoints);
  const dashboard = await clinic.dashboard();
  const visit = await clinic.checkIn('Tom Canary', { phone: '+61400000002' });
  await control.throttle(tables.nameOf('Callers'), true);
  const { broadcastId } = await dashboard.client.broadcast({ text: canary });
  const [letter] = await eventually(async () => {
    const letters = await control.deadLetters('BroadcastWorkerDeadLetters');
    expect(letters).toHaveLength(1);
    return letters;
  }, 60_000);
  await control.clearFaults();
  expect(letter?.body).toMatchObject({
    requestPayload: { kind: 'broadcast', clinicId: clinic.clinicId, broadcastId },
    responsePayload: { errorType: 'HandlerFailed', errorMessage: 'ProvisionedThroughputExceededException' },
  });
  for (const secret of [canary, 'Canary', '+61400000002', visit.callerToken]) expect(JSON.stringify(letter)).not.toContain(secret);
  await redrive(stack.endpoints);
  await eventually(() => expect(dashboard.client.broadcasts.get(broadcastId)?.state).not.toBe('running'));
  clinic.close();
  tables.close();
});

it('changes of callers that dashboards could not be told of are dead letters of places in the stream alone', async () => {
  const control = new Control(stack.endpoints);
  const tables = await Tables.open(stack.endpoints);
  const clinic = await ClinicScenario.open({}, stack.endpoints);
  await control.throttle(tables.nameOf('Connections'), true);
  const { callerToken } = await clinic.checkIn('Una Canary', { phone: '+61400000003', details: { reason: 'a canary knee' } });
  const letters = await eventually(async () => {
    const found = await control.deadLetters('BoardUpdatesDeadLetters');
    expect(found).not.toEqual([]);
    return found;
  }, 120_000);
  await control.clearFaults();
  for (const { body } of letters) {
    expect(Object.keys(body as object).toSorted()).toEqual([
      'DDBStreamBatchInfo',
      'requestContext',
      'responseContext',
      'timestamp',
      'version',
    ]);
  }
  for (const secret of ['Una', 'anary', '+61400000003', callerToken]) expect(JSON.stringify(letters)).not.toContain(secret);
  clinic.close();
  tables.close();
}, 150_000);

it('a stack that is not there is said, with a non-zero exit code', async () => {
  const { exitCode, said } = await redrive({ control: 'http://127.0.0.1:9' });
  expect(exitCode).toBe(1);
  expect(said).toContain('npm run redrive -- [--endpoints FILE');
});
