import { PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createBroadcastsTable } from '../../../functions/data/broadcasts-table.ts';
import { aBroadcast } from '../../builders/a-broadcast.ts';
import { morning } from '../../builders/times.ts';
import { conditionRefused, expectNamesAndValuesToBeUsed, inputsOf, mockDynamoDb, throttled } from './dynamodb-mock.ts';

const { client, dynamoDb } = mockDynamoDb();
const broadcasts = createBroadcastsTable(client, 'BroadcastsTable');
const TableName = 'BroadcastsTable';
const job = aBroadcast();
const jobKey = { clinicId: 'demo', item: 'b1/job' };

beforeEach(() => {
  dynamoDb.reset();
  dynamoDb.onAnyCommand().resolves({});
});

describe('create', () => {
  it('stores a job under an id that is free', async () => {
    await expect(broadcasts.create(job)).resolves.toBe(true);
    expect(inputsOf(dynamoDb)).toEqual([
      { TableName, Item: { ...job, item: 'b1/job' }, ConditionExpression: 'attribute_not_exists(clinicId)' },
    ]);
  });

  it('says so where the id is taken', async () => {
    dynamoDb.on(PutCommand).rejects(conditionRefused());
    await expect(broadcasts.create(job)).resolves.toBe(false);
  });

  it('still throws what is no refusal', async () => {
    dynamoDb.on(PutCommand).rejects(throttled());
    await expect(broadcasts.create(job)).rejects.toThrow('Rate exceeded');
  });
});

describe('find', () => {
  const jobItem = { ...job, item: 'b1/job' };
  const shardItem = (shard: string, ...stored: string[]) => ({ clinicId: 'demo', item: `b1/shard/${shard}`, stored: new Set(stored) });

  it('reads the job and its shards consistently, over every page', async () => {
    dynamoDb
      .on(QueryCommand)
      .resolvesOnce({ Items: [jobItem, shardItem('000000', 'sue:1')], LastEvaluatedKey: { clinicId: 'demo', item: 'b1/shard/000000' } })
      .resolvesOnce({ Items: [shardItem('000001', 'tom:2')] });
    const found = await broadcasts.find('demo', 'b1', morning);
    expect(found?.job).toMatchObject(job);
    expect(found?.shards.map(({ stored }) => [...(stored ?? [])])).toEqual([['sue:1'], ['tom:2']]);
    const [first = {}, second] = inputsOf(dynamoDb);
    expectNamesAndValuesToBeUsed(first);
    expect(first).toEqual({
      TableName,
      KeyConditionExpression: 'clinicId = :clinicId AND begins_with(#item, :broadcast)',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: { ':clinicId': 'demo', ':broadcast': 'b1/' },
      ConsistentRead: true,
    });
    expect(second).toEqual({ ...first, ExclusiveStartKey: { clinicId: 'demo', item: 'b1/shard/000000' } });
  });

  it.each([
    ['shards without a job', [shardItem('000000', 'sue:1')], morning],
    ['a job whose time is over, however late it is deleted', [jobItem], job.expiresAtSeconds * 1000],
  ])('finds nothing where there are %s', async (_case, Items, now) => {
    dynamoDb.on(QueryCommand).resolves({ Items });
    await expect(broadcasts.find('demo', 'b1', now)).resolves.toBeUndefined();
  });
});

describe('addOutcome', () => {
  it('adds to the sets of one shard, which lives as long as its job, and answers the shard', async () => {
    dynamoDb.on(UpdateCommand).resolves({ Attributes: { stored: new Set(['sue:1']) } });
    await expect(broadcasts.addOutcome(job, 3, { stored: ['sue:1'], offline: ['sue'], failed: [] })).resolves.toEqual({
      stored: new Set(['sue:1']),
    });
    const [input = {}] = inputsOf(dynamoDb);
    expectNamesAndValuesToBeUsed(input);
    expect(input).toEqual({
      TableName,
      Key: { clinicId: 'demo', item: 'b1/shard/000003' },
      UpdateExpression: 'SET expiresAtSeconds = :expires ADD #stored :stored, #offline :offline',
      ExpressionAttributeNames: { '#stored': 'stored', '#offline': 'offline' },
      ExpressionAttributeValues: { ':expires': job.expiresAtSeconds, ':stored': new Set(['sue:1']), ':offline': new Set(['sue']) },
      ReturnValues: 'ALL_NEW',
    });
  });

  it('sends no empty set, which DynamoDB does not know', async () => {
    await broadcasts.addOutcome(job, 0, { stored: [], offline: [] });
    const [input] = inputsOf(dynamoDb);
    expect(input).toMatchObject({
      UpdateExpression: 'SET expiresAtSeconds = :expires',
      ExpressionAttributeValues: { ':expires': job.expiresAtSeconds },
    });
  });
});

describe('finish', () => {
  it('ends a job that is running', async () => {
    await broadcasts.finish('demo', 'b1');
    const [input = {}] = inputsOf(dynamoDb);
    expectNamesAndValuesToBeUsed(input);
    expect(input).toEqual({
      TableName,
      Key: jobKey,
      UpdateExpression: 'SET #state = :finished',
      ConditionExpression: 'clinicId = :clinicId AND #state = :running',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':clinicId': 'demo', ':finished': 'finished', ':running': 'running' },
    });
  });

  it('leaves one alone that is not', async () => {
    dynamoDb.on(UpdateCommand).rejects(conditionRefused());
    await expect(broadcasts.finish('demo', 'b1')).resolves.toBeUndefined();
  });
});

describe('countFailedRun', () => {
  it.each([
    [undefined, 'running'],
    [1, 'running'],
    [2, 'failed'],
  ] as const)('after %s failed runs leaves the job %s, of three', async (failedRuns, state) => {
    await expect(broadcasts.countFailedRun(aBroadcast(failedRuns === undefined ? {} : { failedRuns }), 3)).resolves.toBe(state);
    const [input = {}] = inputsOf(dynamoDb);
    expectNamesAndValuesToBeUsed(input);
    expect(input).toEqual({
      TableName,
      Key: jobKey,
      UpdateExpression: 'SET #state = :state ADD failedRuns :one',
      ConditionExpression: 'clinicId = :clinicId AND #state = :running',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':clinicId': 'demo', ':state': state, ':running': 'running', ':one': 1 },
    });
  });
});
