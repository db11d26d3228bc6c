import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { aContext, aSocketEvent, callerOwner, staffOwner } from '../../builders/api-gateway-events.ts';
import { conditionRefused } from '../data/dynamodb-mock.ts';
import { aHandlerScene, giveEnvironment } from './handler-scene.ts';

giveEnvironment();
const { handler } = await import('../../../functions/connection.ts');
const { dynamoDb } = aHandlerScene();

describe('$connect', () => {
  it('selects the subprotocol, and writes nothing', async () => {
    const event = aSocketEvent({ owner: callerOwner, routeKey: '$connect', eventType: 'CONNECT' });
    await expect(handler(event, aContext)).resolves.toEqual({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'waiting-area.v1' } });
    expect(dynamoDb.calls()).toHaveLength(0);
  });
});

describe('$disconnect', () => {
  it('forgets a dashboard by its very id', async () => {
    await handler(aSocketEvent({ owner: staffOwner, routeKey: '$disconnect', eventType: 'DISCONNECT', connectionId: 'd7' }), aContext);
    expect(dynamoDb.commandCalls(DeleteCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { TableName: 'ConnectionsTable', Key: { clinicId: 'demo', connectionId: 'd7' } },
    ]);
  });

  it('forgets a caller’s socket, and is content where it is forgotten already', async () => {
    dynamoDb.on(UpdateCommand).rejects(conditionRefused());
    const event = aSocketEvent({ owner: callerOwner, routeKey: '$disconnect', eventType: 'DISCONNECT', connectionId: 'c7' });
    await expect(handler(event, aContext)).resolves.toEqual({ statusCode: 200 });
    expect(dynamoDb.commandCalls(UpdateCommand)[0]?.args[0].input).toMatchObject({
      Key: { clinicId: 'demo', callerId: 'sue' },
      ExpressionAttributeNames: { '#connection': 'c7' },
    });
  });
});

describe('$default', () => {
  it.each([
    ['is not JSON', 'hello', '', undefined],
    ['is empty', undefined, '', undefined],
    ['has an unknown action', '{"action":"dance","requestId":"r1"}', 'action', 'r1'],
    ['has no action', '{"requestId":"r1"}', 'action', 'r1'],
  ])('answers a frame that %s as invalid, with the requestId where there is one', async (_case, body, path, requestId) => {
    const response = await handler(aSocketEvent({ owner: callerOwner, ...(body !== undefined && { body }) }), aContext);
    expect(response.statusCode).toBe(200);
    const answer = JSON.parse(response.body ?? 'null');
    expect(answer).toMatchObject({ type: 'error', error: { code: 'invalid-request', details: [{ path }] } });
    expect(answer.requestId).toBe(requestId);
  });
});
