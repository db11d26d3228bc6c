import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createCallersTable, isBoardKey, minuteOf } from '../../../functions/data/callers-table.ts';
import { type ConversationEntry, entryBytes } from '../../../functions/data/visit.ts';
import { aCaller, notified } from '../../builders/a-caller.ts';
import { morning } from '../../builders/times.ts';
import { clausesOf, conditionRefused, expectNamesAndValuesToBeUsed, inputsOf, mockDynamoDb, throttled } from './dynamodb-mock.ts';

const { client, dynamoDb } = mockDynamoDb();
const callers = createCallersTable(client, 'CallersTable');
const key = { clinicId: 'demo', callerId: 'sue' };
const nowSeconds = Math.floor(morning / 1000);
const fromClinic: ConversationEntry = { i: 'm1', k: 'n', t: 'Please come in', s: morning, n: 'Ada Admin' };
const fromCaller: ConversationEntry = { i: 'm2', k: 'm', t: 'On my way', s: morning };
const fromSocket = { connectionId: 'c1', clinicLetsCallersWrite: true, mostInMinute: 20 };

beforeEach(() => {
  dynamoDb.reset();
  dynamoDb.onAnyCommand().resolves({});
});

const lastUpdate = () => {
  const input = inputsOf(dynamoDb).at(-1) ?? {};
  // Every update repeats its clinic: the values are shown without it.
  const { ':clinicId': clinicId, ...values } = (input.ExpressionAttributeValues ?? {}) as Record<string, unknown>;
  return { input, ...clausesOf(input), clinicId, values, names: input.ExpressionAttributeNames };
};

const updates: [string, () => Promise<unknown>][] = [
  ['appendFromClinic', () => callers.appendFromClinic(key, fromClinic, { answers: true })],
  [
    'appendFromClinic to some statuses',
    () => callers.appendFromClinic(key, fromClinic, { answers: false, onlyStatuses: ['waiting', 'on-hold'] }),
  ],
  ['appendFromCaller where the clinic lets callers write', () => callers.appendFromCaller(key, fromCaller, fromSocket)],
  ['appendFromCaller where it does not', () => callers.appendFromCaller(key, fromCaller, { ...fromSocket, clinicLetsCallersWrite: false })],
  ['acknowledge both marks', () => callers.acknowledge(key, 'c1', { deliveredSeq: 4, readSeq: 3 }, morning)],
  ['acknowledge one mark', () => callers.acknowledge(key, 'c1', { deliveredSeq: 4 }, morning)],
  ['markRead', () => callers.markRead(key, { seq: 4, unreadCount: 0, messageCount: 4 }, 'clerk')],
  ['setStatus', () => callers.setStatus(key, 'being-seen', morning, 'clerk')],
  ['end by staff', () => callers.end(key, { reason: 'ended-by-staff', nowMs: morning, expiresAtSeconds: 99 })],
  ['end by the caller', () => callers.end(key, { reason: 'left', nowMs: morning, expiresAtSeconds: 99, connectionId: 'c1' })],
  [
    'end of one who is offline',
    () => callers.end(key, { reason: 'offline', nowMs: morning, expiresAtSeconds: 99, whileOffline: { since: 7 } }),
  ],
  [
    'end of one who never connected',
    () => callers.end(key, { reason: 'offline', nowMs: morning, expiresAtSeconds: 99, whileOffline: { since: undefined } }),
  ],
  ['reopen', () => callers.reopen(aCaller().ended().build(), morning, 'clerk')],
  ['setGuestMessages', () => callers.setGuestMessages(key, true, 'clerk')],
  ['setGuestMessages as the clinic', () => callers.setGuestMessages(key, null, 'clerk')],
  ['connect', () => callers.connect(key, 'c1', morning - 1000, morning, 5)],
  ['connectInsteadOf', () => callers.connectInsteadOf(key, 'c0', 'c1', morning - 1000, morning)],
  ['markSeen', () => callers.markSeen(key, 'c1', morning)],
  ['disconnect', () => callers.disconnect(key, 'c1', morning)],
  ['markAlerted', () => callers.markAlerted(key, morning)],
];

describe.each(updates)('%s', (_name, write) => {
  it('is one update of that visit alone, which repeats its clinic and never creates it, and asks for the image it leaves or is refused by', async () => {
    await write();
    expect(inputsOf(dynamoDb)).toHaveLength(1);
    const { input, condition, clinicId } = lastUpdate();
    expect(dynamoDb.commandCalls(UpdateCommand)).toHaveLength(1);
    expect(input).toMatchObject({
      TableName: 'CallersTable',
      Key: key,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    expect(condition).toContain('clinicId = :clinicId');
    expect(clinicId).toBe('demo');
    expectNamesAndValuesToBeUsed(input);
  });

  it('answers with the new image', async () => {
    const after = aCaller().with({ version: 2 }).build();
    dynamoDb.on(UpdateCommand).resolves({ Attributes: { ...after } });
    await expect(write()).resolves.toEqual({ outcome: 'done', image: after });
  });

  it('refused, answers with the image that refused it', async () => {
    const before = aCaller().withMessages(notified('Hello')).build();
    dynamoDb.on(UpdateCommand).rejects(conditionRefused(before));
    await expect(write()).resolves.toEqual({ outcome: 'refused', image: before });
  });

  it('refused without an image, answers that there is no such visit', async () => {
    dynamoDb.on(UpdateCommand).rejects(conditionRefused());
    await expect(write()).resolves.toEqual({ outcome: 'refused', image: undefined });
  });

  it('still throws what is no refusal', async () => {
    dynamoDb.on(UpdateCommand).rejects(throttled());
    await expect(write()).rejects.toThrow('Rate exceeded');
  });
});

describe('appendFromClinic', () => {
  const size = entryBytes(fromClinic);

  it('appends at the end and keeps all counts in the same update', async () => {
    await callers.appendFromClinic(key, fromClinic, { answers: false });
    const { set, add, remove, values, names } = lastUpdate();
    expect(set).toEqual([
      'messages = list_append(messages, :entries)',
      'messageCount = messageCount + :one',
      'conversationBytes = conversationBytes + :size',
      'lastMessageFrom = :from',
      'lastMessageAt = :now',
      'lastMessagePreview = :preview',
      'version = version + :one',
    ]);
    expect(add).toEqual(['messageIds :messageIds']);
    expect(remove).toEqual([]);
    expect(values).toEqual({
      ':entries': [fromClinic],
      ':messageIds': new Set(['m1']),
      ':messageId': 'm1',
      ':one': 1,
      ':size': size,
      ':from': 'clinic',
      ':now': morning,
      ':preview': 'Please come in',
      ':ended': 'ended',
      ':mostMessages': 300,
      ':mostBytes': 100 * 1024 - size,
    });
    expect(names).toEqual({ '#status': 'status' });
  });

  it('is refused by a visit that ended, holds the id, or is full', async () => {
    await callers.appendFromClinic(key, fromClinic, { answers: false });
    expect(lastUpdate().condition).toEqual([
      'clinicId = :clinicId',
      '#status <> :ended',
      'NOT contains(messageIds, :messageId)',
      'messageCount < :mostMessages',
      'conversationBytes <= :mostBytes',
    ]);
  });

  it('answers the caller only as an individual notification', async () => {
    await callers.appendFromClinic(key, fromClinic, { answers: true });
    expect(lastUpdate().remove).toEqual(['unansweredSince', 'deadlines.alertedFor']);
  });

  it('repeats the statuses of a filter as a condition', async () => {
    await callers.appendFromClinic(key, fromClinic, { answers: false, onlyStatuses: ['waiting', 'on-hold'] });
    const { condition, values } = lastUpdate();
    expect(condition).toContain('#status IN (:status0, :status1)');
    expect(values).toMatchObject({ ':status0': 'waiting', ':status1': 'on-hold' });
  });

  it('leaves a share of the conversation to people', async () => {
    await callers.appendFromClinic(key, fromClinic, { answers: false, shareOfConversation: 0.5 });
    expect(lastUpdate().values).toMatchObject({ ':mostMessages': 150, ':mostBytes': 50 * 1024 - size });
  });

  it('previews the first 80 code points', async () => {
    await callers.appendFromClinic(key, { ...fromClinic, t: '😀'.repeat(90) }, { answers: false });
    expect(lastUpdate().values).toMatchObject({ ':preview': '😀'.repeat(80) });
  });
});

describe('appendFromCaller', () => {
  it('counts what no member has read, the first unanswered one, the rate and the sign of life', async () => {
    await callers.appendFromCaller(key, fromCaller, fromSocket);
    const { set, add, remove, values, names } = lastUpdate();
    expect(set.slice(7)).toEqual([
      'unreadCount = unreadCount + :one',
      'unansweredSince = if_not_exists(unansweredSince, :now)',
      'sentInMinute.#minute = if_not_exists(sentInMinute.#minute, :zero) + :one',
      'connections.#connection.seen = :seen',
    ]);
    expect(set.slice(0, 7)).toContain('version = version + :one');
    expect(add).toEqual(['messageIds :messageIds']);
    expect(remove).toEqual([]);
    expect(values).toMatchObject({
      ':entries': [fromCaller],
      ':from': 'caller',
      ':zero': 0,
      ':true': true,
      ':mostInMinute': 20,
      ':seen': nowSeconds,
    });
    expect(names).toEqual({ '#status': 'status', '#connection': 'c1', '#minute': minuteOf(morning) });
  });

  it.each([
    [true, '(attribute_not_exists(guestMessages) OR guestMessages = :true)'],
    [false, 'guestMessages = :true'],
  ])(
    'where the clinic lets callers write (%s) asks for the switch of the caller accordingly',
    async (clinicLetsCallersWrite, itsSwitch) => {
      await callers.appendFromCaller(key, fromCaller, { ...fromSocket, clinicLetsCallersWrite });
      expect(lastUpdate().condition).toEqual([
        'clinicId = :clinicId',
        '#status <> :ended',
        'attribute_exists(connections.#connection)',
        'NOT contains(messageIds, :messageId)',
        'messageCount < :mostMessages',
        'conversationBytes <= :mostBytes',
        itsSwitch,
        '(attribute_not_exists(sentInMinute.#minute) OR sentInMinute.#minute < :mostInMinute)',
      ]);
    },
  );
});

describe('acknowledge', () => {
  it('moves both marks forward together, from a live socket, up to the last message', async () => {
    await callers.acknowledge(key, 'c1', { deliveredSeq: 4, readSeq: 3 }, morning);
    const { set, condition, values, names } = lastUpdate();
    expect(set).toEqual([
      'deliveredSeq = :deliveredSeq',
      'readSeq = :readSeq',
      'connections.#connection.seen = :seen',
      'version = version + :one',
    ]);
    expect(condition).toEqual([
      'clinicId = :clinicId',
      '#status <> :ended',
      'attribute_exists(connections.#connection)',
      'messageCount >= :highest',
      'deliveredSeq <= :deliveredSeq',
      'readSeq <= :readSeq',
      '(deliveredSeq < :deliveredSeq OR readSeq < :readSeq)',
    ]);
    expect(values).toEqual({ ':deliveredSeq': 4, ':readSeq': 3, ':highest': 4, ':seen': nowSeconds, ':one': 1, ':ended': 'ended' });
    expect(names).toEqual({ '#status': 'status', '#connection': 'c1' });
  });

  it('leaves a mark alone that is not given', async () => {
    await callers.acknowledge(key, 'c1', { readSeq: 3 }, morning);
    const { set, condition, values } = lastUpdate();
    expect(set).not.toContain('deliveredSeq = :deliveredSeq');
    expect(condition.slice(-2)).toEqual(['readSeq <= :readSeq', '(readSeq < :readSeq)']);
    expect(values).toMatchObject({ ':readSeq': 3, ':highest': 3 });
  });
});

describe('markRead', () => {
  it('sets what remains unread, true of exactly that many messages, and only forward', async () => {
    await callers.markRead(key, { seq: 4, unreadCount: 2, messageCount: 6 }, 'clerk');
    const { set, condition, values } = lastUpdate();
    expect(set).toEqual(['staffReadSeq = :seq', 'unreadCount = :unread', 'version = version + :one', 'changedBy = :by']);
    expect(condition).toEqual(['clinicId = :clinicId', 'messageCount = :messageCount', 'staffReadSeq < :seq']);
    expect(values).toEqual({ ':seq': 4, ':unread': 2, ':messageCount': 6, ':one': 1, ':by': 'clerk' });
  });
});

describe('setStatus', () => {
  it('moves a caller who is present and not there already', async () => {
    await callers.setStatus(key, 'being-seen', morning, 'clerk');
    const { set, condition, values } = lastUpdate();
    expect(set).toEqual(['#status = :status', 'statusSince = :now', 'version = version + :one', 'changedBy = :by']);
    expect(condition).toEqual(['clinicId = :clinicId', '#status <> :ended', '#status <> :status']);
    expect(values).toEqual({ ':status': 'being-seen', ':now': morning, ':one': 1, ':ended': 'ended', ':by': 'clerk' });
  });
});

describe('end', () => {
  it('takes the caller off the board, sets the sockets aside and lets retention run', async () => {
    await callers.end(key, { reason: 'ended-by-staff', nowMs: morning, expiresAtSeconds: 99 });
    const { set, condition, values, names } = lastUpdate();
    expect(set).toEqual([
      '#status = :ended',
      'statusSince = :now',
      'boardKey = :boardKey',
      'endReason = :reason',
      'closing = connections',
      'connections = :none',
      'expiresAtSeconds = :expires',
      'version = version + :one',
    ]);
    expect(condition).toEqual(['clinicId = :clinicId', '#status <> :ended']);
    expect(values).toEqual({
      ':ended': 'ended',
      ':now': morning,
      ':boardKey': `e#${morning}#sue`,
      ':reason': 'ended-by-staff',
      ':none': {},
      ':expires': 99,
      ':one': 1,
    });
    expect(names).toEqual({ '#status': 'status' });
  });

  it('by the caller, comes from a live socket and remembers which', async () => {
    await callers.end(key, { reason: 'left', nowMs: morning, expiresAtSeconds: 99, connectionId: 'c1' });
    const { set, condition, values } = lastUpdate();
    expect(set).toContain('leftFrom = :leftFrom');
    expect(condition).toContain('attribute_exists(connections.#connection)');
    expect(values).toMatchObject({ ':leftFrom': 'c1', ':reason': 'left' });
  });
});

describe('end of a caller who is offline', () => {
  const endOffline = (since: number | undefined) =>
    callers.end(key, { reason: 'offline', nowMs: morning, expiresAtSeconds: 99, whileOffline: { since } });

  it('is refused by a socket that is open, and by one that came and went since', async () => {
    await endOffline(7);
    const { condition, values } = lastUpdate();
    expect(condition).toEqual([
      'clinicId = :clinicId',
      '#status <> :ended',
      'size(connections) = :zero',
      'deadlines.disconnectedAt = :offlineSince',
    ]);
    expect(values).toMatchObject({ ':zero': 0, ':offlineSince': 7, ':reason': 'offline' });
  });

  it('who never connected is refused by any socket that ever was', async () => {
    await endOffline(undefined);
    expect(lastUpdate().condition.slice(2)).toEqual(['size(connections) = :zero', 'attribute_not_exists(deadlines.disconnectedAt)']);
  });
});

describe('reopen', () => {
  it('brings the ended caller, as read, back to the old place, offline from now on, and forgets the end', async () => {
    const ended = aCaller().ended().with({ version: 7 }).build();
    await callers.reopen(ended, morning, 'clerk');
    const { set, remove, condition, values } = lastUpdate();
    expect(set).toEqual([
      '#status = :waiting',
      'statusSince = :now',
      'boardKey = :boardKey',
      'deadlines.disconnectedAt = :now',
      'version = version + :one',
      'changedBy = :by',
    ]);
    expect(remove).toEqual(['expiresAtSeconds', 'closing', 'endReason', 'leftFrom']);
    expect(condition).toEqual(['clinicId = :clinicId', '#status = :ended', 'version = :version']);
    expect(values).toMatchObject({ ':waiting': 'waiting', ':boardKey': `p#${ended.arrivedAt}#sue`, ':version': 7 });
  });
});

describe('setGuestMessages', () => {
  it.each([true, false])('sets the switch of one present caller to %s', async (allowed) => {
    await callers.setGuestMessages(key, allowed, 'clerk');
    const { set, remove, condition, values } = lastUpdate();
    expect(set).toEqual(['version = version + :one', 'changedBy = :by', 'guestMessages = :allowed']);
    expect(remove).toEqual([]);
    expect(condition).toEqual(['clinicId = :clinicId', '#status <> :ended']);
    expect(values).toEqual({ ':allowed': allowed, ':one': 1, ':ended': 'ended', ':by': 'clerk' });
  });

  it('takes the switch away, so that the clinic decides', async () => {
    await callers.setGuestMessages(key, null, 'clerk');
    expect(lastUpdate()).toMatchObject({ set: ['version = version + :one', 'changedBy = :by'], remove: ['guestMessages'] });
  });
});

describe('sockets', () => {
  it('are registered while fewer than the most are open', async () => {
    await callers.connect(key, 'c1', morning - 1000, morning, 5);
    const { set, condition, values, names } = lastUpdate();
    expect(set).toEqual(['connections.#connection = :connection', 'version = version + :one']);
    expect(condition).toEqual(['clinicId = :clinicId', '#status <> :ended', 'size(connections) < :mostSockets']);
    expect(values).toEqual({ ':connection': { at: morning - 1000, seen: nowSeconds }, ':mostSockets': 5, ':one': 1, ':ended': 'ended' });
    expect(names).toEqual({ '#status': 'status', '#connection': 'c1' });
  });

  it('take the place of the oldest in one update, if it is still there', async () => {
    await callers.connectInsteadOf(key, 'c0', 'c1', morning - 1000, morning);
    const { set, remove, condition, names } = lastUpdate();
    expect(set).toEqual(['connections.#connection = :connection', 'version = version + :one']);
    expect(remove).toEqual(['connections.#oldest']);
    expect(condition).toEqual(['clinicId = :clinicId', '#status <> :ended', 'attribute_exists(connections.#oldest)']);
    expect(names).toEqual({ '#status': 'status', '#connection': 'c1', '#oldest': 'c0' });
  });

  it('are marked as seen without a new version, as nobody sees the difference', async () => {
    await callers.markSeen(key, 'c1', morning);
    const { set, condition, values } = lastUpdate();
    expect(set).toEqual(['connections.#connection.seen = :seen']);
    expect(condition).toEqual(['clinicId = :clinicId', 'attribute_exists(connections.#connection)']);
    expect(values).toEqual({ ':seen': nowSeconds });
  });

  it('are forgotten by their very id, if they are still there, and it is kept when', async () => {
    await callers.disconnect(key, 'c1', morning);
    const { set, remove, condition, names, values } = lastUpdate();
    expect(set).toEqual(['deadlines.disconnectedAt = :now', 'version = version + :one']);
    expect(values).toEqual({ ':now': morning, ':one': 1 });
    expect(remove).toEqual(['connections.#connection']);
    expect(condition).toEqual(['clinicId = :clinicId', 'attribute_exists(connections.#connection)']);
    expect(names).toEqual({ '#connection': 'c1' });
  });
});

describe('markAlerted', () => {
  it('holds only while that very message stands unanswered', async () => {
    await callers.markAlerted(key, morning);
    const { set, condition, values } = lastUpdate();
    expect(set).toEqual(['deadlines.alertedFor = :since']);
    expect(condition).toEqual(['clinicId = :clinicId', 'unansweredSince = :since']);
    expect(values).toEqual({ ':since': morning });
  });
});

describe('create', () => {
  it('stores the visit at its place on the board, unless the id exists', async () => {
    const { boardKey: _given, ...visit } = aCaller().build();
    const stored = await callers.create(visit);
    expect(stored).toEqual({ ...visit, boardKey: `p#${visit.arrivedAt}#sue` });
    expect(dynamoDb.commandCalls(PutCommand)).toHaveLength(1);
    expect(inputsOf(dynamoDb)).toEqual([
      {
        TableName: 'CallersTable',
        Item: stored,
        ConditionExpression: 'attribute_not_exists(callerId)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    ]);
  });

  it('is done where the SDK sent it again after a lost answer, and it met itself', async () => {
    const visit = aCaller().build();
    dynamoDb.on(PutCommand).rejects(conditionRefused(visit));
    await expect(callers.create(visit)).resolves.toMatchObject({ callerId: 'sue', tokenHash: visit.tokenHash });
  });

  it("throws where the id is another visit's, which no random id is", async () => {
    const visit = aCaller().build();
    dynamoDb.on(PutCommand).rejects(conditionRefused({ ...visit, tokenHash: 'another' }));
    await expect(callers.create(visit)).rejects.toThrow('taken');
  });
});

describe('find', () => {
  it('reads the whole visit consistently', async () => {
    const visit = aCaller().withMessages(notified('Hello')).build();
    dynamoDb.on(GetCommand).resolves({ Item: { ...visit } });
    await expect(callers.find(key, morning)).resolves.toEqual(visit);
    expect(inputsOf(dynamoDb)).toEqual([{ TableName: 'CallersTable', Key: key, ConsistentRead: true }]);
  });

  it('finds nothing where there is nothing', async () => {
    await expect(callers.find(key, morning)).resolves.toBeUndefined();
  });

  it('finds a visit that ended until its retention is over, and not from that second on', async () => {
    const ended = aCaller().ended().with({ expiresAtSeconds: nowSeconds }).build();
    dynamoDb.on(GetCommand).resolves({ Item: { ...ended } });
    await expect(callers.find(key, nowSeconds * 1000 - 1)).resolves.toEqual(ended);
    await expect(callers.find(key, nowSeconds * 1000)).resolves.toBeUndefined();
  });
});

describe('boardPage', () => {
  it.each([
    ['present', 'p#', true],
    ['ended', 'e#', false],
  ] as const)('queries the board of those %s by clinic, of those who left the latest first', async (part, prefix, isForward) => {
    const row = aCaller().build();
    dynamoDb.on(QueryCommand).resolves({ Items: [{ ...row }] });
    await expect(callers.boardPage('demo', part, {})).resolves.toEqual({ rows: [row], next: undefined });
    expect(inputsOf(dynamoDb)).toEqual([
      {
        TableName: 'CallersTable',
        IndexName: 'board',
        KeyConditionExpression: 'clinicId = :clinicId AND begins_with(boardKey, :part)',
        ExpressionAttributeValues: { ':clinicId': 'demo', ':part': prefix },
        ScanIndexForward: isForward,
      },
    ]);
  });

  it('starts behind a place on the board and answers with the next one', async () => {
    dynamoDb.on(QueryCommand).resolves({ Items: [], LastEvaluatedKey: { clinicId: 'demo', callerId: 'tom', boardKey: 'p#2#tom' } });
    await expect(callers.boardPage('demo', 'present', { after: 'p#1#sue', limit: 7 })).resolves.toEqual({ rows: [], next: 'p#2#tom' });
    expect(inputsOf(dynamoDb)).toMatchObject([{ Limit: 7, ExclusiveStartKey: { clinicId: 'demo', callerId: 'sue', boardKey: 'p#1#sue' } }]);
  });
});

describe('isBoardKey', () => {
  it.each([
    ['p#1732266020000#sue', 'present'],
    ['e#1732266020000#sue_-1', 'ended'],
  ] as const)('knows %s as a place among those %s', (boardKey, part) => {
    expect(isBoardKey(boardKey, part)).toBe(true);
  });

  it.each([
    ['p#1#sue', 'ended'],
    ['e#1#sue', 'present'],
    ['p#x#sue', 'present'],
    ['p#1#', 'present'],
    ['p#1#sue smith', 'present'],
    ['p#1#sue\n', 'present'],
    ['', 'present'],
  ] as const)('refuses %j among those %s', (boardKey, part) => {
    expect(isBoardKey(boardKey, part)).toBe(false);
  });
});

describe('erase', () => {
  it('deletes the one item that is the visit and answers with what it was', async () => {
    const visit = aCaller().build();
    dynamoDb.on(DeleteCommand).resolves({ Attributes: { ...visit } });
    await expect(callers.erase(key)).resolves.toEqual(visit);
    expect(inputsOf(dynamoDb)).toEqual([{ TableName: 'CallersTable', Key: key, ReturnValues: 'ALL_OLD' }]);
  });

  it('answers with nothing where there was nothing', async () => {
    await expect(callers.erase(key)).resolves.toBeUndefined();
  });
});

describe('minuteOf', () => {
  it('is the same for a whole clock minute and then another', () => {
    const start = Date.parse('2026-11-22T09:00:00.000Z');
    expect(minuteOf(start + 59_999)).toBe(minuteOf(start));
    expect(minuteOf(start + 60_000)).not.toBe(minuteOf(start));
  });
});

describe('entryBytes', () => {
  it('counts UTF-8 bytes, and the id twice as it also stands in the set', () => {
    const size = entryBytes(fromCaller);
    expect(entryBytes({ ...fromCaller, t: `${fromCaller.t}é` })).toBe(size + 2);
    expect(entryBytes({ ...fromCaller, i: `${fromCaller.i}x` })).toBe(size + 2);
    expect(entryBytes({ ...fromCaller, n: 'Ada' })).toBe(size + 5);
  });
});
