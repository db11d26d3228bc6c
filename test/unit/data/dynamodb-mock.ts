import { ConditionalCheckFailedException, DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';

/** A document client of which no call leaves the process. */
export const mockDynamoDb = () => {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'eu-central-1' }));
  return { client, dynamoDb: mockClient(client) };
};

/** The inputs of all commands that were sent, in order. */
export const inputsOf = (mock: { calls(): { args: readonly [{ input: unknown }, ...unknown[]] }[] }): Record<string, unknown>[] =>
  // Every command of ours has an object for its input.
  mock.calls().map(({ args: [command] }) => command.input as Record<string, unknown>);

/** A condition was refused; with `ALL_OLD` the item that refused it comes along. */
export const conditionRefused = (item?: object) =>
  new ConditionalCheckFailedException({
    message: 'The conditional request failed',
    $metadata: {},
    ...(item && { Item: marshall(item, { removeUndefinedValues: true }) }),
  });

/** A transaction was cancelled, with one reason for each of its writes. */
export const transactionCancelled = (...codes: ('None' | 'ConditionalCheckFailed' | 'TransactionConflict')[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

/** Throttled: no refusal of ours. */
export const throttled = () =>
  Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } });

interface Expressions {
  readonly KeyConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

const placeholders = (text: string, mark: '#' | ':') => [...text.matchAll(new RegExp(`${mark}\\w+`, 'g'))].map(([name]) => name);

/** DynamoDB refuses an expression that uses a name or value which is not given, and one that is given and not used. */
export const expectNamesAndValuesToBeUsed = (input: Expressions): void => {
  const text = [input.KeyConditionExpression, input.UpdateExpression, input.ConditionExpression].join(' ');
  expect(new Set(placeholders(text, '#'))).toEqual(new Set(Object.keys(input.ExpressionAttributeNames ?? {})));
  expect(new Set(placeholders(text, ':'))).toEqual(new Set(Object.keys(input.ExpressionAttributeValues ?? {})));
};

/** An update, clause by clause, so that a test names what it is about. */
export const clausesOf = (input: Expressions) => {
  const [, set = '', add = '', remove = ''] =
    /^(?:SET (.+?))?(?:(?:^| )ADD (.+?))?(?:(?:^| )REMOVE (.+))?$/.exec(input.UpdateExpression ?? '') ?? [];
  const list = (clause: string) => clause.split(/, (?![^(]*\))/).filter(Boolean);
  return { set: list(set), add: list(add), remove: list(remove), condition: (input.ConditionExpression ?? '').split(' AND ') };
};
