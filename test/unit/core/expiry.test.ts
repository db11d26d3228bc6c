import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { readBoard } from '../../../functions/core/board.ts';
import { findBroadcast, requestBroadcast } from '../../../functions/core/broadcasts.ts';
import { changeSettings, createClinic } from '../../../functions/core/clinics.ts';
import { acknowledge, markRead, notify, readThread, sendMessage } from '../../../functions/core/conversation.ts';
import { invite, redeemInvitation } from '../../../functions/core/members.ts';
import type { CallerSocket } from '../../../functions/core/ports.ts';
import { resume } from '../../../functions/core/presence.ts';
import { issueCallerTicket, redeemTicket } from '../../../functions/core/tickets.ts';
import { authenticateCaller, checkIn, erase, setGuestMessages, setStatus } from '../../../functions/core/visits.ts';
import { type AuditTable, createAuditTable } from '../../../functions/data/audit-table.ts';
import { type BroadcastsTable, createBroadcastsTable } from '../../../functions/data/broadcasts-table.ts';
import { type CallersTable, createCallersTable } from '../../../functions/data/callers-table.ts';
import { type ClinicsTable, createClinicsTable } from '../../../functions/data/clinics-table.ts';
import { type ConnectionsTable, createConnectionsTable } from '../../../functions/data/connections-table.ts';
import { createRateLimitsTable } from '../../../functions/data/rate-limits-table.ts';
import { createTicketsTable, type TicketsTable } from '../../../functions/data/tickets-table.ts';
import { anActor } from '../../builders/a-clinic.ts';
import { aPoster, aWorker, countedIds } from '../../builders/fakes.ts';
import { aClock, second } from '../../builders/times.ts';
import { Store } from '../../simulation/store/store.ts';
import { tableNames, tableShapes } from '../../simulation/store/tables.ts';

const days = 24 * 3600 * second;
const actor = anActor();

/** The real tables over a store that deletes nothing by itself, as DynamoDB may not for days (HowItWorks TTL). */
const aWorld = async () => {
  const clock = aClock();
  const store = new Store({ tables: tableShapes, now: clock.now });
  // The one method of the client that table modules use.
  const client = { send: async (command: unknown) => store.execute(command) } as unknown as DynamoDBDocumentClient;
  let secrets = 0;
  const ports = {
    callers: createCallersTable(client, tableNames.callers),
    clinics: createClinicsTable(client, tableNames.clinics),
    connections: createConnectionsTable(client, tableNames.connections),
    tickets: createTicketsTable(client, tableNames.tickets),
    broadcasts: createBroadcastsTable(client, tableNames.broadcasts),
    rateLimits: createRateLimitsTable(client, tableNames.rateLimits),
    audit: createAuditTable(client, tableNames.audit),
    reportFailure: (_what: string, error: unknown) => {
      throw error;
    },
    poster: aPoster(),
    startWorker: aWorker().startWorker,
    now: clock.now,
    newId: countedIds(),
    newSecret: () => {
      secrets += 1;
      return String(secrets).padEnd(43, 's');
    },
  };
  await createClinic(ports, 'operator', { clinicId: 'demo', name: 'Demo Clinic', administrator: { userId: 'admin', name: 'Ada Admin' } });
  await changeSettings(ports, 'demo', { guestMessages: true });
  const { callerId, callerToken } = await checkIn(ports, 'demo', '127.0.0.1', {
    name: 'Sue Smith',
    phone: '0400',
    details: { note: 'knee' },
  });
  const key = { clinicId: 'demo', callerId };
  const socket: CallerSocket = { ...key, connectionId: 'c1', connectedAt: clock.now() };
  await resume(ports, socket, { afterSeq: 0 });
  await sendMessage(ports, socket, { messageId: 'm1', text: 'My knee' });
  await requestBroadcast(ports, actor, { broadcastId: 'b1', text: 'We are late' });
  const { ticket } = await issueCallerTicket(ports, await authenticateCaller(ports, key, callerToken), 'wss://x');
  const { code } = await invite(ports, actor, { name: 'Cleo Clerk', role: 'member', answersMessages: false });
  await ports.connections.put({ clinicId: 'demo', connectionId: 'd1', userId: 'admin' }, clock.now());
  await setStatus(ports, actor, { callerId, status: 'ended' });
  return { clock, store, ports, key, callerId, callerToken, socket, ticket, code };
};
type World = Awaited<ReturnType<typeof aWorld>>;

const sends = (ticket: string) => `waiting-area.v1, ticket.${ticket}`;
const board = ({ ports }: World) => readBoard(ports, 'demo', { statuses: ['ended'], limit: 10, room: 100_000 });

/** What the service tells of an item of each table by each of the table's methods; a method that tells nobody anything says so. */
const ways = {
  callers: {
    find: ({ ports, callerId }) => readThread(ports, actor, { callerId }),
    boardPage: board,
    appendFromClinic: ({ ports, callerId }) => notify(ports, actor, { callerId, messageId: 'm2', text: 'Hello' }),
    appendFromCaller: ({ ports, socket }) => sendMessage(ports, socket, { messageId: 'm1', text: 'My knee' }),
    acknowledge: ({ ports, socket }) => acknowledge(ports, socket, { readSeq: 1 }),
    markRead: ({ ports, callerId }) => markRead(ports, actor, { callerId, seq: 1 }),
    setStatus: ({ ports, callerId }) => setStatus(ports, actor, { callerId, status: 'on-hold' }),
    end: ({ ports, callerId }) => setStatus(ports, actor, { callerId, status: 'ended' }),
    reopen: ({ ports, callerId }) => setStatus(ports, actor, { callerId, status: 'waiting' }),
    setGuestMessages: ({ ports, callerId }) => setGuestMessages(ports, actor, callerId, true),
    connect: ({ ports, socket }) => resume(ports, socket, { afterSeq: 0 }),
    erase: ({ ports, callerId }) => erase(ports, 'demo', callerId),
    create: 'tells of what it makes',
    connectInsteadOf: 'tells what connect tells',
    markSeen: 'tells nobody',
    disconnect: 'tells nobody',
    markAlerted: 'tells nobody',
  },
  broadcasts: {
    find: ({ ports }) => findBroadcast(ports, 'demo', 'b1'),
    create: 'tells of what it makes',
    addOutcome: 'tells the worker that has found the job',
    finish: 'tells nobody',
    countFailedRun: 'tells the worker that has found the job',
  },
  clinics: {
    invitation: ({ ports, code }) => redeemInvitation(ports, 'newcomer', code),
    redeem: ({ ports, code }) => redeemInvitation(ports, 'newcomer', code),
    putInvitation: 'tells nobody',
    profile: 'does not expire',
    create: 'does not expire',
    changeSettings: 'does not expire',
    member: 'does not expire',
    members: 'does not expire',
    membershipsOf: 'does not expire',
    putMember: 'does not expire',
    removeMember: 'does not expire',
    keepActive: 'tells nobody',
    letRest: 'tells nobody',
    activeClinics: 'tells the worker of ids',
  },
  tickets: { consume: ({ ports, ticket }) => redeemTicket(ports, sends(ticket)), put: 'tells nobody' },
  audit: { ofDay: 'is kept for six years: audit-table.test.ts', append: 'tells nobody' },
  connections: {
    ofClinic: ({ ports, clock }) => ports.connections.ofClinic('demo', clock.now()),
    put: 'tells nobody',
    remove: 'tells nobody',
  },
} satisfies {
  readonly callers: Record<keyof CallersTable, Way>;
  readonly broadcasts: Record<keyof BroadcastsTable, Way>;
  readonly clinics: Record<keyof ClinicsTable, Way>;
  readonly tickets: Record<keyof TicketsTable, Way>;
  readonly audit: Record<keyof AuditTable, Way>;
  readonly connections: Record<keyof ConnectionsTable, Way>;
};
type Way = string | ((world: World) => Promise<unknown>);

/** What is answered where it is not that there is nothing here: empty lists, and what a caller's own socket, opened before, is told. */
const otherAnswers: Readonly<Record<string, unknown>> = {
  'callers.boardPage': { callers: [], nextCursor: null },
  'callers.appendFromCaller': 'unauthenticated',
  'callers.acknowledge': 'caller-ended',
  'callers.connect': 'caller-ended',
  'tickets.consume': undefined,
  'connections.ofClinic': [],
};

const readers = Object.entries(ways).flatMap(([table, methods]) =>
  Object.entries<Way>(methods).flatMap(([method, way]) => (typeof way === 'function' ? [[`${table}.${method}`, way] as const] : [])),
);

describe('an item whose time is over, and which is not yet deleted', () => {
  let world: World;
  beforeEach(async () => {
    world = await aWorld();
  });

  it.each(readers)('is told of by nothing: %s', async (name, way) => {
    world.clock.advance(8 * days + second);
    await expect(way(world).catch((error) => error.code)).resolves.toEqual(name in otherAnswers ? otherAnswers[name] : 'not-found');
  });

  it('opens nothing, not by the token of its caller either', async () => {
    world.clock.advance(7 * days + second);
    const { ports, key, callerToken } = world;
    await expect(authenticateCaller(ports, key, callerToken)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('is still all there before: the visit for the clinic’s seven days', async () => {
    const { ports, key, callerToken, ticket, code } = world;
    await expect(redeemTicket(ports, sends(ticket))).resolves.toMatchObject({ kind: 'caller' });
    await expect(ports.connections.ofClinic('demo', ports.now())).resolves.toHaveLength(1);
    world.clock.advance(7 * days - second);
    await expect(board(world)).resolves.toMatchObject({ callers: [{ name: 'Sue Smith' }] });
    await expect(readThread(ports, actor, { callerId: key.callerId })).resolves.toMatchObject({ messages: [{ text: 'My knee' }] });
    await expect(authenticateCaller(ports, key, callerToken)).rejects.toMatchObject({ code: 'caller-ended' });
    await expect(findBroadcast(ports, 'demo', 'b1')).resolves.toMatchObject({ text: 'We are late' });
    await expect(redeemInvitation(ports, 'newcomer', code)).resolves.toMatchObject({ clinicId: 'demo' });
  });
});

describe('the clinic’s retention', () => {
  it('counts for visits that end after it was changed; those that ended before keep theirs', async () => {
    const { ports, clock, callerId } = await aWorld();
    await changeSettings(ports, 'demo', { retentionDays: 1 });
    const { callerId: later } = await checkIn(ports, 'demo', '127.0.0.1', { name: 'Tom Smith' });
    await setStatus(ports, actor, { callerId: later, status: 'ended' });
    clock.advance(2 * days);
    await expect(readThread(ports, actor, { callerId })).resolves.toMatchObject({ caller: { name: 'Sue Smith' } });
    await expect(readThread(ports, actor, { callerId: later })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('runs out at the same second for the reader and for the store that deletes', async () => {
    const { store, clock } = await aWorld();
    const [visit] = store.all(tableNames.callers);
    expect(visit?.expiresAtSeconds).toBe(Math.ceil(clock.now() / 1000) + 7 * 24 * 3600);
  });
});
