import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from '@jest/globals';
import { createRateLimitsTable } from '../../../functions/data/rate-limits-table.ts';
import { morning } from '../../builders/times.ts';
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

it('counts the broadcasts of a clinic in a clock minute, and of each member among them, by one call', async () => {
  const { client, dynamoDb } = mockDynamoDb();
  dynamoDb.on(UpdateCommand).resolves({ Attributes: { ofClinic: 7, 'member#auth0|mo': 2 } });
  const counted = createRateLimitsTable(client, 'RateLimitsTable').countBroadcast('demo', 'auth0|mo', morning);
  await expect(counted).resolves.toEqual({ member: 2, clinic: 7 });
  const minute = Math.floor(morning / 60_000);
  const [input = {}, ...more] = inputsOf(dynamoDb);
  expect(more).toEqual([]);
  expectNamesAndValuesToBeUsed(input);
  expect(input).toMatchObject({
    Key: { window: `demo#broadcasts#${minute}` },
    UpdateExpression: 'ADD ofClinic :one, #member :one SET expiresAtSeconds = :expires',
    ExpressionAttributeNames: { '#member': 'member#auth0|mo' },
  });
});
