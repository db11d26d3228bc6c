import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import { aCaller, wrote } from '../../builders/a-caller.ts';
import { aDashboard } from '../../builders/a-clinic.ts';
import { aStreamRecord } from '../../builders/a-stream-record.ts';
import { aContext } from '../../builders/api-gateway-events.ts';
import { aHandlerScene, broken, canary, giveEnvironment } from './handler-scene.ts';

giveEnvironment();
const { handler } = await import('../../../functions/board-updates.ts');
const { dynamoDb, management, lines } = aHandlerScene();

const run = (...Records: DynamoDBRecord[]) => handler({ Records }, aContext);
const posts = () =>
  management.commandCalls(PostToConnectionCommand).map(({ args: [{ input }] }) => [input.ConnectionId, JSON.parse(String(input.Data))]);

const openIn = (clinicId: string) =>
  dynamoDb
    .on(QueryCommand, { TableName: 'ConnectionsTable', ExpressionAttributeValues: { ':clinicId': clinicId } })
    .resolves({ Items: [{ ...aDashboard(`d-${clinicId}`, 'admin', clinicId), expiresAtSeconds: 99_999_999_999 }] });

const arrival = (callerId: string, clinicId: string, sequenceNumber: string) =>
  aStreamRecord({ after: aCaller(callerId, clinicId).withMessages(wrote(canary)).build() }, sequenceNumber);

describe('board-updates', () => {
  it('tells each clinic of a batch its own changes, in one frame of rows', async () => {
    openIn('demo');
    openIn('other');
    await expect(run(arrival('sue', 'demo', '1'), arrival('tom', 'other', '2'), arrival('ann', 'demo', '3'))).resolves.toEqual({
      batchItemFailures: [],
    });
    const rows = posts().filter(([, frame]) => frame.type === 'callersChanged');
    expect(
      rows.map(([connectionId, { callers }]) => [connectionId, callers.map(({ callerId }: { callerId: string }) => callerId)]),
    ).toEqual(
      expect.arrayContaining([
        ['d-demo', ['sue', 'ann']],
        ['d-other', ['tom']],
      ]),
    );
    expect(rows).toHaveLength(2);
  });

  it('reads what the stream says of what was and what is', async () => {
    openIn('demo');
    const before = aCaller().online('c1');
    await run(aStreamRecord({ before: before.build(), after: before.beingSeen().with({ version: 2 }).build() }, '1'));
    await run(aStreamRecord({ before: before.build() }, '2'));
    expect(posts()).toEqual(
      expect.arrayContaining([
        ['c1', expect.objectContaining({ type: 'callerChanged' })],
        ['c1', { type: 'ended', reason: 'erased' }],
        ['d-demo', { type: 'callersChanged', callers: [], removed: ['sue'] }],
      ]),
    );
  });

  it('has the batch repeated from the first change of a clinic that could not be told; others are told', async () => {
    openIn('other');
    dynamoDb.on(QueryCommand, { TableName: 'ConnectionsTable', ExpressionAttributeValues: { ':clinicId': 'demo' } }).rejects(broken());
    await expect(run(arrival('tom', 'other', '1'), arrival('sue', 'demo', '2'), arrival('ann', 'demo', '3'))).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: '2' }],
    });
    expect(posts()).toContainEqual(['d-other', expect.objectContaining({ type: 'callersChanged' })]);
  });

  it('logs what broke with the clinic alone, never a text', async () => {
    dynamoDb.on(QueryCommand).rejects(broken());
    await run(arrival('sue', 'demo', '1'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'board', error: 'ValidationException', clinicId: 'demo' });
    expect(lines.join()).not.toContain(canary);
  });
});
