import { randomBytes } from 'node:crypto';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createBroadcastsTable } from '../../functions/data/broadcasts-table.ts';
import { createCallersTable } from '../../functions/data/callers-table.ts';
import { createClinicsTable } from '../../functions/data/clinics-table.ts';
import { createConnectionsTable } from '../../functions/data/connections-table.ts';
import { createRateLimitsTable } from '../../functions/data/rate-limits-table.ts';
import { createTicketsTable } from '../../functions/data/tickets-table.ts';
import type { ConversationEntry, Visit } from '../../functions/data/visit.ts';
import type { Member } from '../../protocol/objects.ts';
import { Dice } from '../simulation/dice.ts';
import { Store } from '../simulation/store/store.ts';
import { tableNames, tableShapes } from '../simulation/store/tables.ts';
import { eventually } from './scenario/eventually.ts';
import { createOwnTables } from './scenario/tables-of-own.ts';

/**
 * What makes the simulation believable: its model of DynamoDB and a real engine are given the same commands of the real table modules,
 * thousands of them by chance, and answer the same.
 */

const { engine, names: engineTables, close } = await createOwnTables('store-model');

afterAll(close);

const tablesOn = (client: DynamoDBDocumentClient, named: (table: keyof typeof tableNames) => string) => ({
  callers: createCallersTable(client, named('callers')),
  clinics: createClinicsTable(client, named('clinics')),
  connections: createConnectionsTable(client, named('connections')),
  tickets: createTicketsTable(client, named('tickets')),
  broadcasts: createBroadcastsTable(client, named('broadcasts')),
  rateLimits: createRateLimitsTable(client, named('rateLimits')),
});
type Tables = ReturnType<typeof tablesOn>;

const real = tablesOn(
  DynamoDBDocumentClient.from(engine, { marshallOptions: { removeUndefinedValues: true } }),
  (table) => engineTables[table],
);

const aModel = (): Tables => {
  const store = new Store({ tables: tableShapes, now: () => 0 });
  // The table modules send commands and nothing else.
  const client = { send: async (command: unknown) => store.execute(command) } as unknown as DynamoDBDocumentClient;
  return tablesOn(client, (table) => tableNames[table]);
};

const now = Date.now();

type Operation = readonly [name: string, run: (tables: Tables) => Promise<unknown>];

/** Any operation on a few ids, so that they meet. */
const operations = (dice: Dice, clinicId: string): readonly (() => Operation)[] => {
  const key = () => ({ clinicId, callerId: dice.pick(['sue', 'tom']) });
  const socket = () => dice.pick(['s1', 's2', 's3', 's4']);
  const small = () => dice.between(0, 4);
  const time = () => now + dice.between(0, 120_000);
  const entry = (k: 'n' | 'b' | 'm'): ConversationEntry => ({
    i: `m${dice.between(1, 12)}`,
    k,
    t: dice.pick(['Hello', 'Bonjour — ça va ?', '😀']),
    s: time(),
  });
  const member = (): Member => ({
    userId: dice.pick(['ada', 'cleo']),
    name: 'Someone',
    role: dice.pick(['administrator', 'member']),
    answersMessages: dice.chance(0.5),
  });
  const job = () => ({ clinicId, broadcastId: dice.pick(['b1', 'b2']), expiresAtSeconds: Math.ceil(now / 1000) + 3600 });
  const ids = () => ['sue', 'tom'].filter(() => dice.chance(0.6));
  const visit = (): Omit<Visit, 'boardKey'> => ({
    ...key(),
    name: 'Someone',
    details: { doctor: 'Dr Lee' },
    status: 'waiting',
    statusSince: now,
    arrivedAt: now,
    tokenHash: dice.pick(['one', 'other']),
    messages: [],
    messageCount: 0,
    conversationBytes: 0,
    unreadCount: 0,
    staffReadSeq: 0,
    deliveredSeq: 0,
    readSeq: 0,
    connections: {},
    deadlines: {},
    sentInMinute: {},
    version: 1,
  });
  const op =
    <Given extends unknown[] | []>(name: string, run: (tables: Tables, ...given: Given) => Promise<unknown>, given: () => Given) =>
    (): Operation => {
      const arguments_ = given();
      return [`${name} ${JSON.stringify(arguments_)}`, (tables) => run(tables, ...arguments_)];
    };
  return [
    op(
      'create',
      ({ callers }, given) => callers.create(given),
      () => [visit()],
    ),
    op(
      'find',
      ({ callers }, given) => callers.find(given, now),
      () => [key()],
    ),
    op(
      'appendFromClinic',
      ({ callers }, given, what, options) => callers.appendFromClinic(given, what, options),
      () => [key(), entry('n'), dice.pick([{ answers: true }, { answers: false, onlyStatuses: ['waiting', 'on-hold'] as const }])],
    ),
    op(
      'appendFromCaller',
      ({ callers }, given, what, options) => callers.appendFromCaller(given, what, options),
      () => [key(), entry('m'), { connectionId: socket(), clinicLetsCallersWrite: dice.chance(0.7), mostInMinute: 2 }],
    ),
    op(
      'acknowledge',
      ({ callers }, given, connectionId, marks) => callers.acknowledge(given, connectionId, marks, now),
      () => [key(), socket(), dice.pick([{ deliveredSeq: small() }, { readSeq: small() }, { deliveredSeq: small(), readSeq: small() }])],
    ),
    op(
      'markRead',
      ({ callers }, given, mark) => callers.markRead(given, mark, 'clerk'),
      () => [key(), { seq: small(), unreadCount: small(), messageCount: small() }],
    ),
    op(
      'setStatus',
      ({ callers }, given, status, at) => callers.setStatus(given, status, at, 'clerk'),
      () => [key(), dice.pick(['waiting', 'being-seen', 'on-hold'] as const), time()],
    ),
    op(
      'end',
      ({ callers }, given, change) => callers.end(given, change),
      () => [
        key(),
        {
          reason: 'left' as const,
          nowMs: time(),
          expiresAtSeconds: Math.ceil(now / 1000) + 3600,
          ...(dice.chance(0.5) && { connectionId: socket() }),
        },
      ],
    ),
    op(
      'reopen',
      async ({ callers }, given, at) => {
        const ended = await callers.find(given, now);
        return ended && callers.reopen(ended, at, 'clerk');
      },
      () => [key(), time()],
    ),
    op(
      'setGuestMessages',
      ({ callers }, given, allowed) => callers.setGuestMessages(given, allowed, 'clerk'),
      () => [key(), dice.pick([true, false, null])],
    ),
    op(
      'connect',
      ({ callers }, given, connectionId, at) => callers.connect(given, connectionId, at, at, 2),
      () => [key(), socket(), time()],
    ),
    op(
      'connectInsteadOf',
      ({ callers }, given, oldest, connectionId, at) => callers.connectInsteadOf(given, oldest, connectionId, at, at),
      () => [key(), socket(), socket(), time()],
    ),
    op(
      'markSeen',
      ({ callers }, given, connectionId, at) => callers.markSeen(given, connectionId, at),
      () => [key(), socket(), time()],
    ),
    op(
      'disconnect',
      ({ callers }, given, connectionId, at) => callers.disconnect(given, connectionId, at),
      () => [key(), socket(), time()],
    ),
    op(
      'markAlerted',
      async ({ callers }, given) => {
        const found = await callers.find(given, now);
        return found?.unansweredSince !== undefined && callers.markAlerted(given, found.unansweredSince);
      },
      () => [key()],
    ),
    op(
      'erase',
      ({ callers }, given) => callers.erase(given),
      () => [key()],
    ),
    op(
      'clinics.create',
      ({ clinics }, first) =>
        clinics.create(
          {
            clinicId,
            name: 'Demo',
            languages: ['en'],
            entryFields: [],
            guestMessages: true,
            expectationText: '',
            waitingThresholdMinutes: 30,
            unansweredAfterMinutes: 5,
            retentionDays: 7,
          },
          first,
        ),
      () => [member()],
    ),
    op(
      'profile',
      ({ clinics }) => clinics.profile(clinicId),
      () => [],
    ),
    op(
      'members',
      ({ clinics }) => clinics.members(clinicId),
      () => [],
    ),
    op(
      'changeSettings',
      ({ clinics }, change) => clinics.changeSettings(clinicId, change),
      () => [dice.pick([{ guestMessages: dice.chance(0.5) }, { languages: ['fr'], name: 'Autre' }])],
    ),
    op(
      'putMember',
      async ({ clinics }, given) => clinics.putMember(clinicId, given, await clinics.member(clinicId, given.userId)),
      () => [member()],
    ),
    op(
      'removeMember',
      async ({ clinics }, userId) => {
        const found = await clinics.member(clinicId, userId);
        return found && clinics.removeMember(clinicId, found);
      },
      () => [member().userId],
    ),
    op(
      'putInvitation',
      ({ clinics }, hash, invitedBy) =>
        clinics.putInvitation(clinicId, hash, { name: 'Someone', role: 'administrator', answersMessages: true, invitedBy }, 1),
      () => [dice.pick(['i1', 'i2']), member().userId],
    ),
    op(
      'redeem',
      ({ clinics }, hash, given, invitedBy) => clinics.redeem(clinicId, hash, given, invitedBy),
      () => [dice.pick(['i1', 'i2']), member(), member().userId],
    ),
    op(
      'keepActive',
      ({ clinics }, until) => clinics.keepActive(clinicId, until),
      () => [dice.between(1, 4)],
    ),
    op(
      'letRest',
      ({ clinics }, asRead) => clinics.letRest(clinicId, asRead),
      () => [dice.between(1, 4)],
    ),
    op(
      'connections.put',
      ({ connections }, connectionId) => connections.put({ clinicId, connectionId, userId: 'ada' }, now),
      () => [socket()],
    ),
    op(
      'connections.remove',
      ({ connections }, connectionId) => connections.remove(clinicId, connectionId),
      () => [socket()],
    ),
    op(
      'connections.ofClinic',
      ({ connections }) => connections.ofClinic(clinicId, now),
      () => [],
    ),
    op(
      'tickets.put',
      ({ tickets }, hash, expiresAtMs) => tickets.put(clinicId, hash, { kind: 'staff', userId: 'ada' }, expiresAtMs),
      () => [socket(), now + dice.between(-1, 1) * 1000],
    ),
    op(
      'tickets.consume',
      ({ tickets }, hash) => tickets.consume(clinicId, hash, now),
      () => [socket()],
    ),
    op(
      'broadcasts.create',
      ({ broadcasts }, given) =>
        broadcasts.create({ ...given, text: 'Late', requestedBy: 'ada', senderName: 'Ada', requestedAt: now, state: 'running' }),
      () => [job()],
    ),
    op(
      'addOutcome',
      ({ broadcasts }, given, shard, outcome) => broadcasts.addOutcome(given, shard, outcome),
      () => [job(), dice.between(0, 1), { stored: ids(), offline: ids(), read: ids() }],
    ),
    op(
      'finish',
      ({ broadcasts }, { broadcastId }) => broadcasts.finish(clinicId, broadcastId),
      () => [job()],
    ),
    op(
      'countFailedRun',
      async ({ broadcasts }, { broadcastId }) => {
        const record = await broadcasts.find(clinicId, broadcastId, now);
        return record && broadcasts.countFailedRun(record.job, 3);
      },
      () => [job()],
    ),
    op(
      'broadcasts.find',
      ({ broadcasts }, { broadcastId }) => broadcasts.find(clinicId, broadcastId, now),
      () => [job()],
    ),
    op(
      'countCheckIn',
      ({ rateLimits }, hash) => rateLimits.countCheckIn(`${clinicId}-${hash}`, now),
      () => [socket()],
    ),
  ];
};

/** A result, or the name of what was thrown. */
const comeOut = async (run: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await run();
  } catch (error) {
    return `threw ${error instanceof Error ? error.name : String(error)}`;
  }
};

describe('the model of DynamoDB', () => {
  it.each(Array.from({ length: 12 }, (_, index) => index + 1))('answers 150 commands as the engine does, seed %i', async (seed) => {
    const dice = new Dice(seed);
    const clinicId = `model-${randomBytes(6).toString('hex')}`;
    const model = aModel();
    const any = operations(dice, clinicId);
    for (let count = 0; count < 150; count += 1) {
      const [name, run] = dice.pick(any)();
      const [expected, answered] = [await comeOut(() => run(real)), await comeOut(() => run(model))];
      expect([name, answered]).toEqual([name, expected]);
    }
  });

  it('shows the board by its index as the engine does, page by page', async () => {
    const clinicId = `model-${randomBytes(6).toString('hex')}`;
    const dice = new Dice(99);
    const model = aModel();
    const any = operations(dice, clinicId).slice(0, 16);
    for (let count = 0; count < 120; count += 1) {
      const [, run] = dice.pick(any)();
      for (const tables of [real, model]) await comeOut(() => run(tables));
      if (count % 10 !== 0) continue;
      for (const part of ['present', 'ended'] as const) {
        const pages = async ({ callers }: Tables) => {
          const first = await callers.boardPage(clinicId, part, { limit: 1 });
          return [first, await callers.boardPage(clinicId, part, { after: first.next })];
        };
        const shown = await pages(model);
        // Engines may be late with an index, as DynamoDB is.
        await eventually(async () => expect(shown).toEqual(await pages(real)));
      }
    }
  });
});
