import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { requireMember } from '../../functions/core/admit.ts';
import { readBoard, subscribe } from '../../functions/core/board.ts';
import { requestBroadcast } from '../../functions/core/broadcasts.ts';
import { acknowledge, markRead, notify, sendMessage } from '../../functions/core/conversation.ts';
import type { StaffActor } from '../../functions/core/ports.ts';
import { disconnect, resume } from '../../functions/core/presence.ts';
import { runBroadcast } from '../../functions/core/run-broadcast.ts';
import { issueCallerTicket, redeemTicket } from '../../functions/core/tickets.ts';
import { checkIn, setStatus } from '../../functions/core/visits.ts';
import { createMeteredPorts, type Spent } from './metered-ports.ts';

/** The work that one operation costs, counted by the engine's own ReturnConsumedCapacity: what DynamoDB would bill. */
const { ports, spentBy, close } = await createMeteredPorts();

afterAll(close);

let clinicId: string;
const clerk = 'clerk';
const asClerk = (): Promise<StaffActor> => requireMember(ports, { operation: 'socket notify', clinicId, userId: clerk });

beforeEach(async () => {
  clinicId = ports.newId();
  await ports.clinics.create(
    {
      clinicId,
      name: 'Capacity Clinic',
      languages: ['en'],
      entryFields: [],
      guestMessages: true,
      expectationText: 'We read messages within 5 minutes.',
      waitingThresholdMinutes: 30,
      unansweredAfterMinutes: 5,
      retentionDays: 7,
    },
    { userId: clerk, name: 'Clerk', role: 'administrator', answersMessages: true },
  );
});

const arrive = async (name = 'Sue Smith') => {
  const { callerId } = await checkIn(
    ports,
    clinicId,
    '192.0.2.1',
    { name, phone: '+61400000001', language: 'en', details: { doctor: 'Dr Lee' } },
    1e9,
  );
  const socket = { clinicId, callerId, connectionId: ports.newId(), connectedAt: ports.now() };
  return { callerId, socket };
};

const arriveAndResume = async () => {
  const arrived = await arrive();
  await resume(ports, arrived.socket, { afterSeq: 0 });
  return arrived;
};

const chat = async (callerId: string, messages: number, characters: number) => {
  const actor = await asClerk();
  for (let i = 0; i < messages; i += 1) await notify(ports, actor, { callerId, messageId: ports.newId(), text: 'x'.repeat(characters) });
};

const costs = (calls: number, writeUnits: number, readUnits: number): Spent => ({ calls, writeUnits, readUnits });

describe('an operation on a short thread', () => {
  it('notify one: the member is read, the message is one update', async () => {
    const { callerId } = await arrive();
    const spent = await spentBy(async () => notify(ports, await asClerk(), { callerId, messageId: 'm1', text: 'Doctor is late' }));
    expect(spent).toEqual(costs(2, 2, 1));
  });

  it("a caller's message: the clinic is read, the message is one update", async () => {
    const { socket } = await arriveAndResume();
    const spent = await spentBy(() => sendMessage(ports, socket, { messageId: 'm1', text: 'Thank you' }));
    expect(spent).toEqual(costs(2, 2, 1));
  });

  it('acknowledge: one update and no read', async () => {
    const { callerId, socket } = await arriveAndResume();
    await chat(callerId, 1, 20);
    expect(await spentBy(() => acknowledge(ports, socket, { deliveredSeq: 1, readSeq: 1 }))).toEqual(costs(1, 2, 0));
  });

  it('mark read: the member is read, the rest is one update', async () => {
    const { callerId, socket } = await arriveAndResume();
    await sendMessage(ports, socket, { messageId: 'm1', text: 'Thank you' });
    const spent = await spentBy(async () => markRead(ports, await asClerk(), { callerId, seq: 1 }));
    expect(spent).toEqual(costs(2, 2, 1));
  });

  it('status change: the member is read, the rest is one update', async () => {
    const { callerId } = await arrive();
    const spent = await spentBy(async () => setStatus(ports, await asClerk(), { callerId, status: 'being-seen' }));
    expect(spent).toEqual(costs(2, 2, 1));
  });
});

describe('a thread of 60 messages of 100 characters', () => {
  it('costs at most 13 units and the index for one more from the clinic', async () => {
    const { callerId } = await arrive();
    await chat(callerId, 60, 100);
    const spent = await spentBy(async () => notify(ports, await asClerk(), { callerId, messageId: 'last', text: 'x'.repeat(100) }));
    expect(spent.calls).toBe(2);
    expect(spent.writeUnits).toBeLessThanOrEqual(14);
    expect(spent.readUnits).toBe(1);
  });

  it('costs at most 13 units and the index for one more from the caller', async () => {
    const { callerId, socket } = await arriveAndResume();
    await chat(callerId, 60, 100);
    const spent = await spentBy(() => sendMessage(ports, socket, { messageId: 'last', text: 'x'.repeat(100) }));
    expect(spent.calls).toBe(2);
    expect(spent.writeUnits).toBeLessThanOrEqual(14);
    expect(spent.readUnits).toBe(1);
  });
});

describe("a caller's socket", () => {
  it('costs one unit for the use of its ticket, then one update and the clinic for the first resume', async () => {
    const { callerId, socket } = await arrive();
    const visit = await ports.callers.find({ clinicId, callerId }, ports.now());
    if (!visit) throw new Error('no visit');
    const { ticket } = await issueCallerTicket(ports, visit, 'wss://clinic.example');
    expect(await spentBy(() => redeemTicket(ports, `waiting-area.v1, ticket.${ticket}`))).toEqual(costs(1, 1, 0));
    expect(await spentBy(() => resume(ports, socket, { afterSeq: 0 }))).toEqual(costs(2, 2, 1));
  });

  it('writes nothing when it resumes again', async () => {
    const { socket } = await arriveAndResume();
    const older = { ...socket, connectedAt: ports.now() - 60_000 };
    expect(await spentBy(() => resume(ports, older, { afterSeq: 0 }))).toEqual(costs(2, 0, 2));
  });

  it('costs one update when it closes', async () => {
    const { socket } = await arriveAndResume();
    expect(await spentBy(() => disconnect(ports, { kind: 'caller', ...socket }))).toEqual(costs(1, 2, 0));
  });
});

describe('a board of 100 callers', () => {
  it('is one query, the member and the clinic, and at most 8 read units', async () => {
    for (let i = 0; i < 100; i += 1) await arrive(`Caller ${i}`);
    const spent = await spentBy(async () => {
      await Promise.all([asClerk(), ports.clinics.profile(clinicId)]);
      const { callers } = await readBoard(ports, clinicId, { limit: 100, room: 1e6 });
      expect(callers).toHaveLength(100);
    });
    expect(spent).toMatchObject({ calls: 3, writeUnits: 0 });
    expect(spent.readUnits).toBeLessThanOrEqual(8);
  });

  it('costs a dashboard one write for its own record', async () => {
    await arrive();
    const spent = await spentBy(() => subscribe(ports, { clinicId, userId: clerk, connectionId: ports.newId() }, {}));
    expect(spent.calls).toBe(5);
    expect(spent.writeUnits).toBe(1);
  });
});

describe('a broadcast to 100 callers with short threads', () => {
  it('is one query and an update each, within 2n + 10 write units and 0.08n + 5 read units', async () => {
    for (let i = 0; i < 100; i += 1) await arrive(`Caller ${i}`);
    const broadcastId = ports.newId();
    const requested = await spentBy(async () => requestBroadcast(ports, await asClerk(), { broadcastId, text: 'We run late today.' }));
    // At a standing clock no progress falls due, however slow the machine is.
    const startedAt = ports.now();
    const ran = await spentBy(() => runBroadcast({ ...ports, now: () => startedAt }, clinicId, broadcastId));
    // The clinic, the rate, the job, and the member before them.
    expect(requested.calls).toBe(4);
    expect(ran.calls).toBeLessThanOrEqual(100 + 1 + 6);
    expect(requested.writeUnits + ran.writeUnits).toBeLessThanOrEqual(2 * 100 + 10);
    expect(requested.readUnits + ran.readUnits).toBeLessThanOrEqual(0.08 * 100 + 5);
  });
});
