import { DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { hashOf } from '../../../functions/core/secrets.ts';
import { type AuditTable, createAuditTable } from '../../../functions/data/audit-table.ts';
import { type BroadcastsTable, createBroadcastsTable } from '../../../functions/data/broadcasts-table.ts';
import { type CallersTable, createCallersTable } from '../../../functions/data/callers-table.ts';
import { type ClinicsTable, createClinicsTable } from '../../../functions/data/clinics-table.ts';
import { type ConnectionsTable, createConnectionsTable } from '../../../functions/data/connections-table.ts';
import { createRateLimitsTable, type RateLimitsTable } from '../../../functions/data/rate-limits-table.ts';
import { createTicketsTable, type TicketsTable } from '../../../functions/data/tickets-table.ts';
import { aBroadcast } from '../../builders/a-broadcast.ts';
import { aCaller } from '../../builders/a-caller.ts';
import { aClinic, aMember } from '../../builders/a-clinic.ts';
import { beyond } from '../../builders/reach.ts';
import { morning } from '../../builders/times.ts';
import { mockDynamoDb } from './dynamodb-mock.ts';

const { client, dynamoDb } = mockDynamoDb();

beforeEach(() => {
  dynamoDb.reset();
  dynamoDb.onAnyCommand().resolves({});
  dynamoDb.on(DeleteCommand).resolves({ Attributes: { kind: 'staff', userId: 'clerk' } });
});

type Methods = { readonly [method: string]: (...args: never[]) => unknown };

/** One call of each method, for a clinic. A new method is an error of types until it stands here; those that have no clinic are named. */
type Calls<Table extends Methods, Without extends keyof Table = never> = {
  readonly [Method in Exclude<keyof Table, Without>]: (table: Table, clinicId: string) => unknown;
};

const entry = { i: 'm1', k: 'n', t: 'Hello', s: morning } as const;

const callers: Calls<CallersTable> = {
  create: (table, clinicId) => table.create(aCaller().with({ clinicId }).build()),
  find: (table, clinicId) => table.find({ clinicId, callerId: 'sue' }, morning),
  boardPage: (table, clinicId) => table.boardPage(clinicId, 'present', { after: 'p#1#sue' }),
  appendFromClinic: (table, clinicId) => table.appendFromClinic({ clinicId, callerId: 'sue' }, entry, { answers: true }),
  appendFromCaller: (table, clinicId) =>
    table.appendFromCaller({ clinicId, callerId: 'sue' }, entry, { connectionId: 'c1', clinicLetsCallersWrite: true, mostInMinute: 1 }),
  acknowledge: (table, clinicId) => table.acknowledge({ clinicId, callerId: 'sue' }, 'c1', { readSeq: 1 }, morning),
  markRead: (table, clinicId) => table.markRead({ clinicId, callerId: 'sue' }, { seq: 1, unreadCount: 0, messageCount: 1 }, 'clerk'),
  setStatus: (table, clinicId) => table.setStatus({ clinicId, callerId: 'sue' }, 'on-hold', morning, 'clerk'),
  end: (table, clinicId) => table.end({ clinicId, callerId: 'sue' }, { reason: 'left', nowMs: morning, expiresAtSeconds: 1 }),
  reopen: (table, clinicId) => table.reopen(aCaller().ended().with({ clinicId }).build(), morning, 'clerk'),
  setGuestMessages: (table, clinicId) => table.setGuestMessages({ clinicId, callerId: 'sue' }, true, 'clerk'),
  connect: (table, clinicId) => table.connect({ clinicId, callerId: 'sue' }, 'c1', morning, morning, 5),
  connectInsteadOf: (table, clinicId) => table.connectInsteadOf({ clinicId, callerId: 'sue' }, 'c0', 'c1', morning, morning),
  markSeen: (table, clinicId) => table.markSeen({ clinicId, callerId: 'sue' }, 'c1', morning),
  disconnect: (table, clinicId) => table.disconnect({ clinicId, callerId: 'sue' }, 'c1', morning),
  markAlerted: (table, clinicId) => table.markAlerted({ clinicId, callerId: 'sue' }, morning),
  erase: (table, clinicId) => table.erase({ clinicId, callerId: 'sue' }),
};

const clinics: Calls<ClinicsTable, 'membershipsOf' | 'activeClinics'> = {
  profile: (table, clinicId) => table.profile(clinicId),
  create: (table, clinicId) => table.create(aClinic({ clinicId }), aMember()),
  changeSettings: (table, clinicId) => table.changeSettings(clinicId, { name: 'New' }),
  member: (table, clinicId) => table.member(clinicId, 'clerk'),
  members: (table, clinicId) => table.members(clinicId),
  putMember: (table, clinicId) => table.putMember(clinicId, aMember({ role: 'administrator' }), aMember()),
  removeMember: (table, clinicId) => table.removeMember(clinicId, aMember({ role: 'administrator' })),
  putInvitation: (table, clinicId) =>
    table.putInvitation(clinicId, 'hash', { name: 'N', role: 'member', answersMessages: true, invitedBy: 'admin' }, 1),
  invitation: (table, clinicId) => table.invitation(clinicId, 'hash', morning),
  redeem: (table, clinicId) => table.redeem(clinicId, 'hash', aMember({ role: 'administrator' }), 'admin'),
  keepActive: (table, clinicId) => table.keepActive(clinicId, 1),
  letRest: (table, clinicId) => table.letRest(clinicId, 1),
};

const broadcasts: Calls<BroadcastsTable> = {
  create: (table, clinicId) => table.create(aBroadcast({ clinicId })),
  find: (table, clinicId) => table.find(clinicId, 'b1', morning),
  addOutcome: (table, clinicId) => table.addOutcome(aBroadcast({ clinicId }), 0, { stored: ['sue:1'] }),
  finish: (table, clinicId) => table.finish(clinicId, 'b1'),
  countFailedRun: (table, clinicId) => table.countFailedRun(aBroadcast({ clinicId }), 3),
};

const connections: Calls<ConnectionsTable> = {
  put: (table, clinicId) => table.put({ clinicId, connectionId: 'c1', userId: 'clerk' }, morning),
  remove: (table, clinicId) => table.remove(clinicId, 'c1'),
  ofClinic: (table, clinicId) => table.ofClinic(clinicId, morning),
};

const tickets: Calls<TicketsTable> = {
  put: (table, clinicId) => table.put(clinicId, 'hash', { kind: 'staff', userId: 'clerk' }, morning),
  consume: (table, clinicId) => table.consume(clinicId, 'hash', morning),
};

const audit: Calls<AuditTable> = {
  append: (table, clinicId) =>
    table.append(clinicId, 'doors', [
      {
        entryId: 'e1',
        at: morning,
        actor: { kind: 'member', id: 'clerk' },
        action: 'broadcast',
        outcome: 'ok',
        about: { broadcastId: 'b1' },
      },
    ]),
  ofDay: (table, clinicId) => table.ofDay(clinicId, '2026-11-23', 'visits', { limit: 10, nowMs: morning }),
};

const rateLimits: Calls<RateLimitsTable, 'countCheckIn'> = {
  countBroadcast: (table, clinicId) => table.countBroadcast(clinicId, 'clerk', 60, morning),
};

const methodsOf = <Table extends Methods>(name: string, table: Table, calls: Calls<Table, keyof Table>) =>
  Object.entries<(table: Table, clinicId: string) => unknown>(calls).map(
    ([method, call]) => [`${name}.${method}`, (clinicId: string) => call(table, clinicId)] as const,
  );

const methods = [
  ...methodsOf('callers', createCallersTable(client, 'CallersTable'), callers),
  ...methodsOf('clinics', createClinicsTable(client, 'ClinicsTable'), clinics),
  ...methodsOf('broadcasts', createBroadcastsTable(client, 'BroadcastsTable'), broadcasts),
  ...methodsOf('connections', createConnectionsTable(client, 'ConnectionsTable'), connections),
  ...methodsOf('tickets', createTicketsTable(client, 'TicketsTable'), tickets),
  ...methodsOf('audit', createAuditTable(client, 'AuditTable'), audit),
  ...methodsOf('rateLimits', createRateLimitsTable(client, 'RateLimitsTable'), rateLimits),
];

const sentCommands = () => dynamoDb.calls().map(({ args: [command] }) => command as unknown);

describe.each(methods)('%s', (_name, call) => {
  it('reaches no further than the clinic that it is called for', async () => {
    await call('south');
    expect(sentCommands()).not.toEqual([]);
    expect(sentCommands().flatMap((command) => beyond(command, new Set(['south'])))).toEqual([]);
    expect(sentCommands().flatMap((command) => beyond(command, new Set(['north'])))).not.toEqual([]);
  });
});

describe('what has no clinic', () => {
  it('is read by the user whose list it is, by the worker for all, or counts an address by its hash', async () => {
    const table = createClinicsTable(client, 'ClinicsTable');
    await table.membershipsOf('clerk');
    for await (const _ of table.activeClinics());
    await createRateLimitsTable(client, 'RateLimitsTable').countCheckIn(hashOf('192.0.2.1'), morning);
    expect(sentCommands()).toHaveLength(3);
    expect(sentCommands().flatMap((command) => beyond(command, new Set()))).toEqual([]);
  });
});

describe('an item of another clinic', () => {
  const table = createCallersTable(client, 'CallersTable');
  const answers = (...clinicIds: string[]) =>
    dynamoDb.on(QueryCommand).resolves({ Items: clinicIds.map((clinicId) => ({ clinicId, callerId: 'sue', userId: 'clerk' })) });

  it('is a fault where a query answers it, and is given to nobody', async () => {
    answers('south', 'north');
    await expect(table.boardPage('south', 'present', {})).rejects.toThrow('another key');
    await expect(createConnectionsTable(client, 'ConnectionsTable').ofClinic('south', morning)).rejects.toThrow('another key');
    await expect(createClinicsTable(client, 'ClinicsTable').members('south')).rejects.toThrow('another key');
    await expect(createClinicsTable(client, 'ClinicsTable').membershipsOf('admin')).rejects.toThrow('another key');
    await expect(createBroadcastsTable(client, 'BroadcastsTable').find('south', 'b1', morning)).rejects.toThrow('another key');
  });

  it('is none where all are of the clinic', async () => {
    answers('south', 'south');
    await expect(table.boardPage('south', 'present', {})).resolves.toMatchObject({ rows: [{ clinicId: 'south' }, { clinicId: 'south' }] });
  });
});

describe('what reaches beyond a clinic', () => {
  const TableName = 'Table';
  const south = { clinicId: 'south', item: 'profile' };
  const north = { clinicId: 'north', item: 'profile' };
  const query = { TableName, KeyConditionExpression: 'clinicId = :clinicId AND begins_with(#item, :member)' };

  it.each([
    ['a key', new GetCommand({ TableName, Key: north })],
    ['a key without a clinic', new GetCommand({ TableName, Key: { item: 'profile' } })],
    ['a put item', new PutCommand({ TableName, Item: north })],
    ['an update', new UpdateCommand({ TableName, Key: north })],
    ['a delete', new DeleteCommand({ TableName, Key: north })],
    [
      'a condition',
      new UpdateCommand({
        TableName,
        Key: south,
        ConditionExpression: 'clinicId = :clinicId',
        ExpressionAttributeValues: { ':clinicId': 'north' },
      }),
    ],
    [
      'a part of a transaction',
      new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: south } }, { Delete: { TableName, Key: north } }] }),
    ],
    [
      'a check in a transaction',
      new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName, Item: south } },
          { ConditionCheck: { TableName, Key: north, ConditionExpression: 'attribute_exists(clinicId)' } },
        ],
      }),
    ],
    ['a query', new QueryCommand({ ...query, ExpressionAttributeValues: { ':clinicId': 'north' } })],
    [
      'a query by something else',
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'userId = :userId',
        ExpressionAttributeValues: { ':userId': 'u', ':clinicId': 'south' },
      }),
    ],
    ['a start key', new QueryCommand({ ...query, ExpressionAttributeValues: { ':clinicId': 'south' }, ExclusiveStartKey: north })],
    [
      'an index read by something else',
      new QueryCommand({ TableName, IndexName: 'memberships', KeyConditionExpression: 'clinicId = :clinicId' }),
    ],
    ['a day of the audit log', new PutCommand({ TableName, Item: { chainId: 'north#2026-11-23#doors', seq: 1 } })],
    ['a clinic’s counter', new UpdateCommand({ TableName, Key: { window: 'north#broadcasts#1' } })],
    ['a counter with more in its key', new UpdateCommand({ TableName, Key: { window: `check-in#${hashOf('x')}#1`, item: 'profile' } })],
  ])('is found in %s', (_what, command) => {
    expect(beyond(command, new Set(['south']))).toHaveLength(1);
  });
});
