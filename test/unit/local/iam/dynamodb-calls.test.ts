import { describe, expect, it } from '@jest/globals';
import { dynamoDbCalls } from '../../../../local/iam/dynamodb-calls.ts';

const arn = (table: string) => `arn:aws:dynamodb:us-east-1:123456789012:table/${table}`;

describe('a request to DynamoDB needs', () => {
  it.each(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'DescribeTable'])('%s on its table', (operation) => {
    expect(dynamoDbCalls(operation, { TableName: 'Callers' })).toEqual([{ action: `dynamodb:${operation}`, resource: arn('Callers') }]);
  });

  it.each(['Query', 'Scan'])('%s on the index that it asks, not on the table', (operation) => {
    expect(dynamoDbCalls(operation, { TableName: 'Callers', IndexName: 'board' })).toEqual([
      { action: `dynamodb:${operation}`, resource: arn('Callers/index/board') },
    ]);
  });

  it('the same where the table is named by its ARN', () => {
    expect(dynamoDbCalls('GetItem', { TableName: arn('Callers') })).toEqual([{ action: 'dynamodb:GetItem', resource: arn('Callers') }]);
  });

  it.each(['BatchGetItem', 'BatchWriteItem'])('%s on every table of the batch', (operation) => {
    expect(dynamoDbCalls(operation, { RequestItems: { Callers: [], Clinics: [] } })).toEqual([
      { action: `dynamodb:${operation}`, resource: arn('Callers') },
      { action: `dynamodb:${operation}`, resource: arn('Clinics') },
    ]);
  });

  it('the permissions of the parts of a transaction', () => {
    const TransactItems = ['Put', 'Update', 'Delete', 'ConditionCheck'].map((part) => ({ [part]: { TableName: 'Clinics' } }));
    const context = { 'dynamodb:enclosingoperation': 'TransactWriteItems' };
    expect(dynamoDbCalls('TransactWriteItems', { TransactItems })).toEqual(
      ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map((action) => ({
        action: `dynamodb:${action}`,
        resource: arn('Clinics'),
        context,
      })),
    );
    expect(dynamoDbCalls('TransactGetItems', { TransactItems: [{ Get: { TableName: 'Clinics' } }] })).toMatchObject([
      { action: 'dynamodb:GetItem', resource: arn('Clinics') },
    ]);
  });

  it('everything of its kind where it names no table, or is no JSON', () => {
    expect(dynamoDbCalls('ListTables', {})).toEqual([{ action: 'dynamodb:ListTables', resource: '*' }]);
    expect(dynamoDbCalls('GetItem', undefined)).toEqual([{ action: 'dynamodb:GetItem', resource: '*' }]);
  });

  it('something in any case: an empty batch or transaction too', () => {
    expect(dynamoDbCalls('TransactWriteItems', { TransactItems: [] })).toEqual([{ action: 'dynamodb:TransactWriteItems', resource: '*' }]);
    expect(dynamoDbCalls('BatchGetItem', { RequestItems: {} })).toEqual([{ action: 'dynamodb:BatchGetItem', resource: '*' }]);
  });
});
