import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createConnectionsTable } from '../../../functions/data/connections-table.ts';
import { aDashboard } from '../../builders/a-clinic.ts';
import { morning } from '../../builders/times.ts';
import { expectNamesAndValuesToBeUsed, inputsOf, mockDynamoDb } from './dynamodb-mock.ts';

const { client, dynamoDb } = mockDynamoDb();
const connections = createConnectionsTable(client, 'ConnectionsTable');
const TableName = 'ConnectionsTable';

beforeEach(() => {
  dynamoDb.reset();
  dynamoDb.onAnyCommand().resolves({});
});

describe('the sockets of dashboards', () => {
  it('are stored for little longer than the two hours that API Gateway lets a socket live', async () => {
    await connections.put(aDashboard('d1'), morning);
    expect(inputsOf(dynamoDb)).toEqual([
      { TableName, Item: { clinicId: 'demo', connectionId: 'd1', userId: 'clerk', expiresAtSeconds: morning / 1000 + 7500 } },
    ]);
  });

  it('are removed by their very id', async () => {
    await connections.remove('demo', 'd1');
    expect(inputsOf(dynamoDb)).toEqual([{ TableName, Key: { clinicId: 'demo', connectionId: 'd1' } }]);
  });

  it('are read consistently, over every page, without those whose time is over', async () => {
    const live = { ...aDashboard('d1'), expiresAtSeconds: morning / 1000 + 1 };
    const late = { ...aDashboard('d2'), expiresAtSeconds: morning / 1000 };
    const other = { ...aDashboard('d3', 'admin'), expiresAtSeconds: morning / 1000 + 1 };
    dynamoDb
      .on(QueryCommand)
      .resolvesOnce({ Items: [live, late], LastEvaluatedKey: { clinicId: 'demo', connectionId: 'd2' } })
      .resolvesOnce({ Items: [other] });
    expect((await connections.ofClinic('demo', morning)).map(({ connectionId }) => connectionId)).toEqual(['d1', 'd3']);
    const [first = {}, second] = inputsOf(dynamoDb);
    expectNamesAndValuesToBeUsed(first);
    expect(first).toEqual({
      TableName,
      KeyConditionExpression: 'clinicId = :clinicId',
      ExpressionAttributeValues: { ':clinicId': 'demo' },
      ConsistentRead: true,
    });
    expect(second).toEqual({ ...first, ExclusiveStartKey: { clinicId: 'demo', connectionId: 'd2' } });
  });
});
