import { arrayOf, objectOf, stringOf } from '../json.ts';
import { arnOf } from '../template.ts';
import type { Call } from './policy.ts';

/** Parts of a transaction need the permissions of the calls that they stand for: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html */
const partActions: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  ConditionCheck: 'ConditionCheckItem',
};

/**
 * What a request to DynamoDB needs to be allowed: the action of its own name on its table, or on the index that it asks; on every table of a batch.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 * What names no table needs `*`; statements in PartiQL, which have actions of other names, are granted to nobody.
 */
export const dynamoDbCalls = (operation: string, body: unknown): Call[] => {
  const calls = callsOn(operation, objectOf(body));
  return calls.length > 0 ? calls : [{ action: `dynamodb:${operation}`, resource: '*' }];
};

const callsOn = (operation: string, { TableName, IndexName, RequestItems, TransactItems }: Record<string, unknown>): Call[] => {
  const action = `dynamodb:${operation}`;
  if (TransactItems !== undefined) {
    const parts = arrayOf(TransactItems).flatMap((item) => Object.entries(objectOf(item)));
    return parts.map(([part, request]) => ({
      action: `dynamodb:${partActions[part] ?? part}`,
      resource: tableArn(objectOf(request).TableName),
      context: { 'dynamodb:enclosingoperation': operation },
    }));
  }
  if (RequestItems !== undefined) return Object.keys(objectOf(RequestItems)).map((table) => ({ action, resource: tableArn(table) }));
  if (TableName === undefined) return [];
  const index = stringOf(IndexName);
  return [{ action, resource: index === undefined ? tableArn(TableName) : `${tableArn(TableName)}/index/${index}` }];
};

/** A table is named by its name or by its ARN. */
const tableArn = (table: unknown): string =>
  String(table).startsWith('arn:') ? String(table) : arnOf('dynamodb', `table/${String(table)}`);
