import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createTicketsTable } from '../../../functions/data/tickets-table.ts';
import { morning } from '../../builders/times.ts';
import { conditionRefused, expectNamesAndValuesToBeUsed, inputsOf, mockDynamoDb, throttled } from './dynamodb-mock.ts';

const { client, dynamoDb } = mockDynamoDb();
const tickets = createTicketsTable(client, 'TicketsTable');
const TableName = 'TicketsTable';
const holder = { kind: 'caller', callerId: 'sue' } as const;

beforeEach(() => {
  dynamoDb.reset();
  dynamoDb.onAnyCommand().resolves({});
});

describe('a ticket', () => {
  it('is stored by its hash, with its holder and its end', async () => {
    await tickets.put('demo', 'hash', holder, morning + 1);
    expect(inputsOf(dynamoDb)).toEqual([
      {
        TableName,
        Item: { clinicId: 'demo', ticketHash: 'hash', ...holder, expiresAtMs: morning + 1, expiresAtSeconds: morning / 1000 + 1 },
      },
    ]);
  });

  it.each([{ kind: 'caller', callerId: 'sue' } as const, { kind: 'staff', userId: 'admin' } as const])(
    'is used up by the one who brings it in time, and says no more than whose it was: %j',
    async (whose) => {
      dynamoDb.on(DeleteCommand).resolves({
        Attributes: { clinicId: 'demo', ticketHash: 'hash', ...whose, expiresAtMs: morning + 1, expiresAtSeconds: morning / 1000 + 1 },
      });
      await expect(tickets.consume('demo', 'hash', morning)).resolves.toEqual(whose);
      const [input = {}] = inputsOf(dynamoDb);
      expectNamesAndValuesToBeUsed(input);
      expect(input).toEqual({
        TableName,
        Key: { clinicId: 'demo', ticketHash: 'hash' },
        ConditionExpression: 'clinicId = :clinicId AND expiresAtMs > :now',
        ExpressionAttributeValues: { ':clinicId': 'demo', ':now': morning },
        ReturnValues: 'ALL_OLD',
      });
    },
  );

  it('is nobody’s where it was never given, used before or is too old', async () => {
    dynamoDb.on(DeleteCommand).rejects(conditionRefused());
    await expect(tickets.consume('demo', 'hash', morning)).resolves.toBeUndefined();
  });

  it('is no matter of a store that is out of reach', async () => {
    dynamoDb.on(DeleteCommand).rejects(throttled());
    await expect(tickets.consume('demo', 'hash', morning)).rejects.toThrow('Rate exceeded');
  });
});
