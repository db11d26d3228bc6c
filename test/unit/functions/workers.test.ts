import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { aBroadcast } from '../../builders/a-broadcast.ts';
import { aCaller, broadcasted } from '../../builders/a-caller.ts';
import { aClinic } from '../../builders/a-clinic.ts';
import { aContext } from '../../builders/api-gateway-events.ts';
import { aHandlerScene, canary, giveEnvironment, throttled } from './handler-scene.ts';

giveEnvironment();
const { handler: runJob } = await import('../../../functions/broadcast.ts');
const { handler: runDeadlines } = await import('../../../functions/deadlines.ts');
const scene = aHandlerScene();
const { dynamoDb, management, lines } = scene;

const job = { kind: 'broadcast', clinicId: 'demo', broadcastId: 'b1' } as const;
const stored = aCaller().online('c1').withMessages(broadcasted('b1', canary)).build();

const hasBroadcast = () => {
  // The job must not be past its time on the day that the test runs.
  const item = { ...aBroadcast({ text: canary, expiresAtSeconds: 99_999_999_999 }), item: 'b1/job' };
  dynamoDb.on(QueryCommand, { TableName: 'BroadcastsTable' }).resolves({ Items: [item] });
  dynamoDb.on(QueryCommand, { TableName: 'CallersTable' }).resolves({ Items: [{ ...stored }] });
};
const postsTo = (connectionId: string) =>
  management
    .commandCalls(PostToConnectionCommand, { ConnectionId: connectionId })
    .map(({ args: [{ input }] }) => JSON.parse(String(input.Data)));

describe('the broadcast worker', () => {
  it('runs the broadcast that it is named', async () => {
    hasBroadcast();
    dynamoDb.on(UpdateCommand, { TableName: 'CallersTable' }).resolves({ Attributes: { ...stored } });
    await runJob(job, aContext);
    expect(postsTo('c1')).toMatchObject([{ type: 'messagesAdded', messages: [{ messageId: 'b1', text: canary }] }]);
  });

  it('tells the clinic that it is named', async () => {
    scene.hasClinic(aClinic());
    dynamoDb.on(QueryCommand, { TableName: 'CallersTable' }).resolves({ Items: [{ ...stored }] });
    await runJob({ kind: 'clinic-changed', clinicId: 'demo' }, aContext);
    expect(postsTo('c1')).toMatchObject([{ type: 'clinicChanged' }]);
  });

  it('throws what broke, so that Lambda runs it again, and logs it without a text', async () => {
    hasBroadcast();
    dynamoDb.on(UpdateCommand, { TableName: 'CallersTable' }).rejects(throttled());
    await expect(runJob(job, aContext)).rejects.toThrow(/^ThrottlingException$/);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'broadcast', error: 'ThrottlingException', clinicId: 'demo' });
    expect(lines.join()).not.toContain(canary);
  });
});

describe('the deadlines worker', () => {
  it('is content where nobody is present anywhere', async () => {
    await expect(runDeadlines({}, aContext)).resolves.toBeUndefined();
  });

  it('throws what broke and logs it', async () => {
    dynamoDb.on(QueryCommand).rejects(throttled());
    await expect(runDeadlines({}, aContext)).rejects.toThrow(/^ThrottlingException$/);
    expect(lines).toHaveLength(1);
  });
});
