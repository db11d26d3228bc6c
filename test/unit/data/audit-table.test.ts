import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type AuditEvent, type ChainedEvent, chain } from '../../../functions/data/audit-chain.ts';
import { createAuditTable } from '../../../functions/data/audit-table.ts';
import { morning } from '../../builders/times.ts';
import { conditionRefused, inputsOf, mockDynamoDb } from './dynamodb-mock.ts';

const { client, dynamoDb } = mockDynamoDb();
const audit = createAuditTable(client, 'AuditTable');
const dayMs = 24 * 3600_000;
const day = new Date(morning).toISOString().slice(0, 10);
const chainId = `demo#${day}#doors`;

const event = (entryId: string, at = morning): AuditEvent => ({
  entryId,
  at,
  actor: { kind: 'member', id: 'clerk' },
  action: 'notify',
  outcome: 'done',
  about: { callerId: 'sue' },
});
const first = chain(chainId, undefined, event('a'));
const second = chain(chainId, first, event('b'));

const stands = (...entries: ChainedEvent[]) =>
  dynamoDb.on(QueryCommand).resolves({ Items: entries.toReversed().map((entry) => ({ ...entry })) });
const queries = () => inputsOf(dynamoDb).filter((input) => 'KeyConditionExpression' in input);
const puts = () => inputsOf(dynamoDb).flatMap((input) => ('Item' in input ? [input.Item as ChainedEvent] : []));

beforeEach(() => {
  dynamoDb.reset();
  dynamoDb.onAnyCommand().resolves({});
});

describe('append', () => {
  it('begins the day of a clinic, never in the place of an entry, and has it kept for six years', async () => {
    await audit.append('demo', 'doors', [event('a')]);
    expect(puts()).toEqual([{ ...first, expiresAtSeconds: (Math.floor(morning / dayMs) + 1 + 6 * 366) * (dayMs / 1000) }]);
    expect(inputsOf(dynamoDb).at(-1)).toMatchObject({ ConditionExpression: 'attribute_not_exists(chainId)' });
  });

  it('follows what stands last, read consistently', async () => {
    stands(first, second);
    await audit.append('demo', 'doors', [event('c'), event('d')]);
    const third = chain(chainId, second, event('c'));
    expect(puts()).toMatchObject([third, chain(chainId, third, event('d'))]);
    expect(queries()).toMatchObject([{ ConsistentRead: true, ScanIndexForward: false, Limit: 1 }]);
  });

  it('goes behind an entry that another writer was quicker with, without reading again', async () => {
    stands(first);
    dynamoDb.on(PutCommand).rejectsOnce(conditionRefused(second)).resolves({});
    await audit.append('demo', 'doors', [event('c')]);
    expect(puts().at(-1)).toMatchObject(chain(chainId, second, event('c')));
    expect(queries()).toHaveLength(1);
  });

  it('knows its own entry, where the answer to the first try was lost', async () => {
    stands(first);
    dynamoDb.on(PutCommand).rejects(conditionRefused(second));
    await audit.append('demo', 'doors', [event('b')]);
    expect(puts()).toHaveLength(1);
  });

  it('leaves out what a batch that comes again brought before', async () => {
    const id = chainId.replace('doors', 'visits');
    const before = chain(id, undefined, event('a'));
    stands(before, chain(id, before, event('b')));
    await audit.append('demo', 'visits', [event('a'), event('b'), event('c')]);
    expect(puts().map(({ entryId }) => entryId)).toEqual(['c']);
  });

  it('gives each day a chain of its own', async () => {
    const tomorrow = morning + 24 * 3600_000;
    await audit.append('demo', 'doors', [event('a'), event('b', tomorrow)]);
    expect(puts().map(({ seq }) => seq)).toEqual([1, 1]);
    expect(new Set(puts().map((entry) => entry.chainId)).size).toBe(2);
  });

  it('throws what is no refusal', async () => {
    dynamoDb.on(PutCommand).rejects(new Error('Rate exceeded'));
    await expect(audit.append('demo', 'doors', [event('a')])).rejects.toThrow('Rate exceeded');
  });
});

describe('ofDay', () => {
  it('reads every page until it has enough', async () => {
    dynamoDb
      .on(QueryCommand)
      .resolvesOnce({ Items: [{ ...second }], LastEvaluatedKey: { chainId, seq: 2 } })
      .resolves({ Items: [{ ...first }] });
    const entries = await audit.ofDay('demo', day, 'doors', { limit: 100, nowMs: morning });
    expect(entries.map(({ seq }) => seq)).toEqual([2, 1]);
    expect(queries()[1]).toMatchObject({ ExpressionAttributeValues: { ':below': 2 }, Limit: 99 });
  });

  it('shows nothing past its time', async () => {
    dynamoDb.on(QueryCommand).resolves({ Items: [{ ...first, expiresAtSeconds: morning / 1000 }] });
    await expect(audit.ofDay('demo', day, 'doors', { limit: 100, nowMs: morning })).resolves.toEqual([]);
  });
});
