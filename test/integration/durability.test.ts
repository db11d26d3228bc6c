import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Message } from '../../client/index.ts';
import { killEngine } from './kill-engine.ts';
import { type LocalStackProcess, startLocalStackProcess } from './local-stack.ts';
import { ClinicScenario, type Dashboard, oneTo, type WaitingPage } from './scenario/clinic.ts';
import { eventually } from './scenario/eventually.ts';

/** Thirty together where a killed engine is back at once, as dynoxide is; DynamoDB Local takes seconds each time. A killed stack takes some too. */
const rounds = process.env.WAITING_AREA_ENGINE === 'dynamodb-local' ? { engine: 4, stack: 2 } : { engine: 24, stack: 6 };
/** The fault comes somewhere in this time after all eight have begun to write. */
const faultWithinMs = 400;
const script = join(import.meta.dirname, '..', '..', 'local', 'start.ts');
const data = mkdtempSync(join(tmpdir(), 'waiting-area-durability-'));
let stack: LocalStackProcess;

const start = () =>
  startLocalStackProcess({
    script,
    data,
    environment: { WAITING_AREA_CALLER_MESSAGES_PER_MINUTE: '100000', WAITING_AREA_CHECK_IN_PER_MINUTE: '100000' },
  });

beforeEach(async () => {
  stack = await start();
});

afterEach(() => stack.stop());

afterAll(() => rmSync(data, { recursive: true, force: true }));

/** Someone who writes into one thread, a message after the other, and keeps what was answered, in that order. */
interface Writer {
  readonly callerId: string;
  readonly answered: readonly Message[];
  /** Settles when the last message was answered or given up. */
  stop(): Promise<void>;
}

const writer = (callerId: string, name: string, write: (text: string) => Promise<Message>): Writer => {
  const answered: Message[] = [];
  let writes = true;
  const writing = (async () => {
    for (let number = 1; writes; number += 1) {
      const message = await write(`${name} ${number}`).catch(() => undefined);
      if (message) answered.push(message);
      // A refusal comes at once; without this pause a client whose stack is gone would let nobody else run.
      else await delay(5);
    }
  })();
  return {
    callerId,
    answered,
    stop: () => {
      writes = false;
      return writing;
    },
  };
};

const openDashboards = (clinic: ClinicScenario) => Promise.all(oneTo(4).map(() => clinic.dashboard()));
const openPages = (clinic: ClinicScenario) => Promise.all(oneTo(4).map((number) => clinic.arrives(`Caller ${number}`)));

/** Four callers and four members: eight clients, two to a thread. */
const writeAtOnce = async (pages: readonly WaitingPage[], dashboards: readonly Dashboard[]): Promise<Writer[]> => {
  const ofCallers = pages.map(({ callerId, client }) => writer(callerId, 'caller', (text) => client.sendMessage(text)));
  const ofMembers = dashboards.map(({ client }, index) => {
    const { callerId = '' } = pages[index] ?? {};
    return writer(callerId, 'clinic', async (text) => (await client.notify(callerId, text)).message);
  });
  const writers = [...ofCallers, ...ofMembers];
  await everyoneIsAnswered(writers);
  return writers;
};

/** Each writer has had one more answer than now. */
const everyoneIsAnswered = async (writers: readonly Writer[]): Promise<void> => {
  const before = writers.map(({ answered }) => answered.length);
  await eventually(() => {
    for (const [index, { answered }] of writers.entries()) expect(answered.length).toBeGreaterThan(before[index] ?? 0);
  }, 60_000);
};

/** What was answered is in the thread at its place, once, and each writer's messages are in the order in which they were written. */
const expectNothingLost = async (clinic: ClinicScenario, pages: readonly WaitingPage[], writers: readonly Writer[]) => {
  for (const { callerId, visit } of pages) {
    const stored = await clinic.thread({ callerId });
    expect(stored.map(({ seq }) => seq)).toEqual(oneTo(stored.length));
    expect(new Set(stored.map(({ messageId }) => messageId)).size).toBe(stored.length);
    for (const { answered } of writers.filter((each) => each.callerId === callerId)) {
      for (const { seq, messageId, text } of answered) expect(stored[seq - 1]).toMatchObject({ messageId, text });
      const places = answered.map(({ seq }) => seq);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
    }
    const page = await clinic.page(visit);
    expect(page.client.messages.map(({ messageId }) => messageId)).toEqual(stored.map(({ messageId }) => messageId));
  }
};

it(`every message that was answered is there, once and at its place, though the engine was killed ${rounds.engine} times`, async () => {
  const clinic = await ClinicScenario.open({ guestMessages: true }, stack.endpoints);
  const dashboards = await openDashboards(clinic);
  for (const _ of oneTo(rounds.engine)) {
    const pages = await openPages(clinic);
    const writers = await writeAtOnce(pages, dashboards);
    await delay(Math.random() * faultWithinMs);
    killEngine(stack.endpoints);
    await everyoneIsAnswered(writers);
    await Promise.all(writers.map((each) => each.stop()));
    await expectNothingLost(clinic, pages, writers);
    for (const { client } of pages) client.close();
  }
  clinic.close();
});

it(`every message that was answered is there, once and at its place, though the whole stack was killed ${rounds.stack} times`, async () => {
  for (const _ of oneTo(rounds.stack)) {
    const clinic = await ClinicScenario.open({ guestMessages: true }, stack.endpoints);
    const pages = await openPages(clinic);
    const writers = await writeAtOnce(pages, await openDashboards(clinic));
    await delay(Math.random() * faultWithinMs);
    await stack.stop('SIGKILL');
    clinic.close();
    await Promise.all(writers.map((each) => each.stop()));
    stack = await start();
    const again = clinic.on(stack.endpoints);
    await expectNothingLost(again, pages, writers);
    again.close();
  }
});
