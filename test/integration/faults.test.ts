import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broadcast } from '../../client/index.ts';
import { type LocalStackProcess, startLocalStackProcess } from './local-stack.ts';
import { ClinicScenario, type Dashboard, oneTo, type WaitingPage } from './scenario/clinic.ts';
import { Control } from './scenario/control.ts';
import { eventually } from './scenario/eventually.ts';
import { Tables } from './scenario/tables.ts';

/** Faults of tables, functions and events concern everyone: these tests have a stack of their own. */
let stack: LocalStackProcess;
let control: Control;
let tables: Tables;
let clinic: ClinicScenario;
let dashboard: Dashboard;
let pages: WaitingPage[];
let sue: WaitingPage;

beforeAll(async () => {
  stack = await startLocalStackProcess({
    script: join(import.meta.dirname, '..', '..', 'local', 'start.ts'),
    environment: { WAITING_AREA_CHECK_IN_PER_MINUTE: '100000' },
  });
  control = new Control(stack.endpoints);
  tables = await Tables.open(stack.endpoints);
});

beforeEach(async () => {
  clinic = await ClinicScenario.open({ guestMessages: true }, stack.endpoints);
  dashboard = await clinic.dashboard('clerk', { answersMessages: true });
  pages = await Promise.all(oneTo(5).map((number) => clinic.arrives(`Caller ${number}`)));
  sue = await clinic.arrives('Sue Smith');
  pages.push(sue);
  await eventually(() => {
    for (const page of pages) expect(dashboard.row(page).online).toBe(true);
  });
});

afterEach(async () => {
  await control.clearFaults();
  clinic.close();
});

afterAll(async () => {
  tables.close();
  await stack.stop();
});

const texts = async (who: { readonly callerId: string }) => (await clinic.thread(who)).map(({ text }) => text);

/** Everyone has it once, in the thread and on the page, and the outcome says exactly that. */
const expectExact = async ({ broadcastId, text, ...outcome }: Broadcast) => {
  expect(outcome).toMatchObject({ state: 'finished', matched: pages.length, stored: pages.length, offline: 0, failed: 0 });
  await eventually(() => {
    for (const { heard } of pages) expect(heard).toEqual([text]);
    expect(dashboard.client.broadcasts.get(broadcastId)).toMatchObject({ stored: pages.length, delivered: pages.length });
  });
  for (const page of pages) expect(await texts(page)).toEqual([text]);
  const outcomes = await clinic.outcomes(broadcastId);
  expect(outcomes.size).toBe(pages.length);
  for (const { callerId } of pages) expect(outcomes.get(callerId)).toEqual({ callerId, outcome: 'delivered', seq: 1 });
};

describe('a throttled table', () => {
  it('for a moment is met by trying again: nobody notices', async () => {
    await control.throttle(tables.nameOf('Callers'), 2);

    const { message, duplicate } = await dashboard.client.notify(sue.callerId, 'Doctor is late');

    expect([message.seq, duplicate]).toEqual([1, false]);
    await eventually(() => expect(sue.heard).toEqual(['Doctor is late']));
  });

  it('for longer answers `unavailable`: nothing is stored, and the same id goes through later', async () => {
    const socket = await clinic.staffSocket(dashboard.member);
    const notice = { callerId: sue.callerId, messageId: randomUUID(), text: 'Doctor is late' };
    await control.throttle(tables.nameOf('Callers'), true);

    await socket.refused('notify', notice, 'unavailable');

    await control.clearFaults();
    expect(await texts(sue)).toEqual([]);
    expect(await socket.ok('notify', notice)).toMatchObject({ message: { seq: 1 }, duplicate: false });
    await eventually(() => expect(sue.heard).toEqual(['Doctor is late']));
  });

  it('in the midst of a broadcast leaves its outcome exact', async () => {
    // More than one run can meet with its three attempts: Lambda runs the job again.
    await control.throttle(tables.nameOf('Callers'), 8);

    await expectExact(await dashboard.broadcast({ text: 'We run late today' }));
  });
});

describe('a function that dies after its write, before it answers', () => {
  it('has stored the notification: sent again with the same id it is a duplicate, and the caller hears it once', async () => {
    const socket = await clinic.staffSocket(dashboard.member);
    const notice = { callerId: sue.callerId, messageId: randomUUID(), text: 'Doctor is late' };
    await control.killAfterWrite('staff-socket', 1);
    const broken = socket.next('the gateway to give up', ({ type }) => type === undefined);
    socket.send(JSON.stringify({ action: 'notify', requestId: randomUUID(), ...notice }));
    expect(await broken).toMatchObject({ message: 'Internal server error' });
    expect(sue.heard).toEqual([]);

    expect(await socket.ok('notify', notice)).toMatchObject({ message: { seq: 1, text: 'Doctor is late' }, duplicate: true });

    expect(await texts(sue)).toEqual(['Doctor is late']);
    await eventually(() => expect(sue.heard).toEqual(['Doctor is late']));
    await eventually(() => expect(dashboard.row(sue)).toMatchObject({ messageCount: 1, deliveredSeq: 1 }));
  });

  it("has stored the caller's message: the page sends it again by itself, and it stands once in the thread", async () => {
    await control.killAfterWrite('caller-socket', 1);

    await sue.client.sendMessage('Is it my turn?');

    expect(sue.client.outbox).toEqual([]);
    expect(await texts(sue)).toEqual(['Is it my turn?']);
    await eventually(() => expect(dashboard.heard).toEqual(['Is it my turn?']));
  });

  it('twice in one broadcast is met by the third run: the outcome is exact', async () => {
    await control.killAfterWrite('broadcast', 2);

    await expectExact(await dashboard.broadcast({ text: 'We run late today' }));
  });

  it('while it counts receipts counts none twice, and the board heals', async () => {
    await control.killAfterWrite('board-updates', 2);

    await expectExact(await dashboard.broadcast({ text: 'We run late today' }));

    await eventually(() => {
      for (const page of pages) expect(dashboard.row(page)).toMatchObject({ messageCount: 1, deliveredSeq: 1 });
    });
  });
});

describe('events that come twice', () => {
  it('run a broadcast twice side by side: everyone has it once, and the outcome is exact', async () => {
    await control.double({ asynchronous: 'doubled' });

    await expectExact(await dashboard.broadcast({ text: 'We run late today' }));
  });

  it('tell the board twice: it shows everything once, and receipts are counted once', async () => {
    await control.double({ streams: 'doubled' });

    await sue.client.sendMessage('Is it my turn?');
    await dashboard.client.notify(sue.callerId, 'You are next');
    const { broadcastId } = await dashboard.broadcast({ text: 'We run late today' });

    await eventually(() => {
      expect(dashboard.client.broadcasts.get(broadcastId)).toMatchObject({ stored: 6, delivered: 6, offline: 0 });
      expect(dashboard.row(sue)).toMatchObject({ messageCount: 3, lastMessageFrom: 'clinic', deliveredSeq: 3 });
    });
    // Its own notification it has from the answer already, before the board is told.
    expect([...dashboard.heard].sort()).toEqual(['Is it my turn?', 'You are next']);
    expect(sue.heard).toEqual(['Is it my turn?', 'You are next', 'We run late today']);
  });
});

describe('half a minute in which every post is refused with 429', () => {
  const perCaller = 20;

  it('delays messages and loses none: all are delivered afterwards, once and in order', async () => {
    const before = await attempts();
    await control.faultEverywhere({ posts: 'throttled' });
    for (const number of oneTo(perCaller))
      await Promise.all(pages.map(({ callerId }) => dashboard.client.notify(callerId, `message ${number}`)));
    expect(pages.flatMap(({ heard }) => heard)).toEqual([]);

    await control.clearFaults();
    for (const { visit } of pages) await tables.change(visit, ['lastMessageAt'], Date.now() - 31_000);
    await control.runSchedules();

    await eventually(() => {
      for (const page of pages) {
        expect(page.heard).toEqual(oneTo(perCaller).map((number) => `message ${number}`));
        expect(dashboard.row(page)).toMatchObject({ messageCount: perCaller, deliveredSeq: perCaller });
      }
    });
    // Who refused is left alone for longer and longer, and the repair posts all that a caller has missed at once.
    expect(((await attempts()) - before) / (pages.length * perCaller)).toBeLessThanOrEqual(1.3);
  });

  const attempts = async () => (await Promise.all(pages.map((page) => control.postAttemptsTo(page)))).reduce((sum, each) => sum + each, 0);
});
