import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { createRateLimitsTable } from '../../../functions/data/rate-limits-table.ts';
import { morning } from '../../builders/times.ts';
import { Store } from '../../simulation/store/store.ts';
import { tableNames, tableShapes } from '../../simulation/store/tables.ts';
import { expectNamesAndValuesToBeUsed, inputsOf, mockDynamoDb } from './dynamodb-mock.ts';

it('counts the check-ins of an address in a clock minute, for little longer than that', async () => {
  const { client, dynamoDb } = mockDynamoDb();
  dynamoDb.on(UpdateCommand).resolves({ Attributes: { checkIns: 3 } });
  await expect(createRateLimitsTable(client, 'RateLimitsTable').countCheckIn('hash', morning)).resolves.toBe(3);
  const minute = Math.floor(morning / 60_000);
  const [input = {}] = inputsOf(dynamoDb);
  expectNamesAndValuesToBeUsed(input);
  expect(input).toEqual({
    TableName: 'RateLimitsTable',
    Key: { window: `check-in#hash#${minute}` },
    UpdateExpression: 'ADD checkIns :one SET expiresAtSeconds = :expires',
    ExpressionAttributeValues: { ':one': 1, ':expires': (minute + 2) * 60 },
    ReturnValues: 'UPDATED_NEW',
  });
});

describe('countBroadcast', () => {
  /** The table as the simulation has it, which is held to a real engine. */
  const aTable = () => {
    const store = new Store({ tables: tableShapes, now: () => morning });
    // The one method of the client that table modules use.
    const client = { send: async (command: unknown) => store.execute(command) } as unknown as DynamoDBDocumentClient;
    return createRateLimitsTable(client, tableNames.rateLimits);
  };
  const times = async (count: number, attempt: () => Promise<boolean>) => {
    let counted = 0;
    for (let i = 0; i < count; i += 1) if (await attempt()) counted += 1;
    return counted;
  };

  it('counts each member’s in a clock minute, up to the limit', async () => {
    const table = aTable();
    await expect(times(5, () => table.countBroadcast('demo', 'auth0|mo', 3, morning))).resolves.toBe(3);
    await expect(table.countBroadcast('demo', 'auth0|mo', 3, morning + 60_000)).resolves.toBe(true);
  });

  it('lets no member use up what the others have, however often they try', async () => {
    const table = aTable();
    await times(50, () => table.countBroadcast('demo', 'mo', 3, morning));
    await expect(times(5, () => table.countBroadcast('demo', 'ada', 3, morning))).resolves.toBe(3);
    await expect(table.countBroadcast('demo', 'cleo', 3, morning)).resolves.toBe(false);
  });

  it('counts each clinic for itself', async () => {
    const table = aTable();
    await times(6, () => table.countBroadcast('demo', 'mo', 3, morning));
    await expect(table.countBroadcast('other', 'mo', 3, morning)).resolves.toBe(true);
  });

  it('is one call, whose item is gone minutes later', async () => {
    const { client, dynamoDb } = mockDynamoDb();
    dynamoDb.on(UpdateCommand).resolves({});
    await createRateLimitsTable(client, 'RateLimitsTable').countBroadcast('demo', 'mo', 60, morning);
    const minute = Math.floor(morning / 60_000);
    const [input = {}, ...more] = inputsOf(dynamoDb);
    expect(more).toEqual([]);
    expectNamesAndValuesToBeUsed(input);
    expect(input).toMatchObject({
      Key: { window: `demo#broadcasts#${minute}` },
      ExpressionAttributeValues: { ':mostOfMember': 60, ':mostOfClinic': 120, ':expires': (minute + 2) * 60 },
    });
  });
});
