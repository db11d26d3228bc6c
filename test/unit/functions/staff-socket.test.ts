import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import type { FrameEvent } from '../../../functions/middleware/parse-frame.ts';
import type { SocketEvent } from '../../../functions/middleware/socket-event.ts';
import type { StaffAction } from '../../../protocol/frames.ts';
import { aCaller, notified } from '../../builders/a-caller.ts';
import { aClinic, anAdministrator } from '../../builders/a-clinic.ts';
import { aContext, aFrame, aSocketEvent, callerOwner, staffOwner } from '../../builders/api-gateway-events.ts';
import { aHandlerScene, broken, canary, giveEnvironment, throttled } from './handler-scene.ts';

giveEnvironment();
const { handler } = await import('../../../functions/staff-socket.ts');
const scene = aHandlerScene();
const { dynamoDb, lambda, lines } = scene;

const send = async (event: SocketEvent) => {
  // The frame and the owner are put on the event by the middleware.
  const response = await handler(event as FrameEvent<StaffAction, 'staff'>, aContext);
  expect(response.statusCode).toBe(200);
  return JSON.parse(response.body ?? 'null');
};

const frames = {
  subscribe: { action: 'subscribe', requestId: 'r1' },
  notify: { action: 'notify', requestId: 'r1', callerId: 'sue', messageId: 'm1', text: 'Please come in' },
  broadcast: { action: 'broadcast', requestId: 'r1', broadcastId: 'b1', text: 'We run late' },
  thread: { action: 'thread', requestId: 'r1', callerId: 'sue' },
  markRead: { action: 'markRead', requestId: 'r1', callerId: 'sue', seq: 1 },
  setStatus: { action: 'setStatus', requestId: 'r1', callerId: 'sue', status: 'being-seen' },
} as const;
const all = Object.values(frames);

const aMorning = () => {
  const visit = aCaller()
    .online('c1')
    .withMessages(notified('Please come in', { i: 'm1' }))
    .build();
  scene.hasMember(anAdministrator());
  scene.hasClinic(aClinic());
  scene.hasCaller(visit);
  dynamoDb.on(UpdateCommand).resolves({ Attributes: { ...visit } });
  dynamoDb.on(QueryCommand, { TableName: 'CallersTable' }).resolves({ Items: [{ ...visit }] });
};

describe('a staff frame', () => {
  it.each([
    [frames.subscribe, { callers: [{ callerId: 'sue' }], nextCursor: null, clinic: { clinicId: 'demo' }, me: { userId: 'admin' } }],
    [frames.notify, { message: { messageId: 'm1', seq: 1, senderName: 'Ada Admin' }, caller: { callerId: 'sue' }, duplicate: false }],
    [frames.broadcast, { broadcast: { broadcastId: 'b1', state: 'running' } }],
    [frames.thread, { messages: [{ seq: 1 }], nextAfterSeq: null, caller: { callerId: 'sue' } }],
    [frames.markRead, { caller: { callerId: 'sue' } }],
    [frames.setStatus, { caller: { callerId: 'sue' } }],
  ])('$action is answered on the same socket, with its requestId', async (frame, result) => {
    aMorning();
    await expect(send(aFrame(staffOwner, frame))).resolves.toMatchObject({ type: 'ok', requestId: 'r1', result });
  });

  it('subscribe registers this very socket for its owner', async () => {
    aMorning();
    await send(aFrame(staffOwner, frames.subscribe, { connectionId: 'd7' }));
    const [put] = dynamoDb.commandCalls(PutCommand);
    expect(put?.args[0].input).toMatchObject({
      TableName: 'ConnectionsTable',
      Item: { clinicId: 'demo', connectionId: 'd7', userId: 'admin' },
    });
  });

  it('broadcast hands the worker ids alone, asynchronously', async () => {
    aMorning();
    await send(aFrame(staffOwner, frames.broadcast));
    const [invocation] = lambda.commandCalls(InvokeCommand);
    expect(invocation?.args[0].input).toEqual({
      FunctionName: 'broadcast-function',
      InvocationType: 'Event',
      Payload: JSON.stringify({ kind: 'broadcast', clinicId: 'demo', broadcastId: 'b1' }),
    });
  });
});

describe('who may send', () => {
  it.each(all)('$action is forbidden to a caller before any field is looked at, and nothing is done', async ({ action }) => {
    await expect(send(aFrame(callerOwner, { action, requestId: 'r1', nonsense: true }))).resolves.toEqual({
      type: 'error',
      requestId: 'r1',
      error: { code: 'forbidden', message: expect.any(String) },
    });
    await expect(send(aSocketEvent({ owner: callerOwner, routeKey: action, body: 'not JSON' }))).resolves.toMatchObject({
      error: { code: 'forbidden' },
    });
    expect(dynamoDb.calls()).toHaveLength(0);
  });

  it.each(all)('$action is forbidden to one who is no member any more', async (frame) => {
    scene.hasClinic(aClinic());
    await expect(send(aFrame(staffOwner, frame))).resolves.toMatchObject({ type: 'error', requestId: 'r1', error: { code: 'forbidden' } });
    expect(dynamoDb.commandCalls(UpdateCommand)).toHaveLength(0);
    expect(lambda.calls()).toHaveLength(0);
  });

  it.each(all)('$action is forbidden to one who is no member any more before any field is looked at', async ({ action }) => {
    await expect(send(aFrame(staffOwner, { action, requestId: 'r1', nonsense: true }))).resolves.toMatchObject({
      error: { code: 'forbidden' },
    });
  });
});

describe('a frame that cannot be read', () => {
  const refusal = async (body: string, routeKey = 'notify') => {
    scene.hasMember(anAdministrator());
    const answer = await send(aSocketEvent({ owner: staffOwner, routeKey, body }));
    expect(answer).toMatchObject({ type: 'error', error: { code: 'invalid-request' } });
    // Who sent it may have been read, and nothing else was done.
    expect(dynamoDb.calls()).toHaveLength(dynamoDb.commandCalls(GetCommand).length);
    return answer;
  };

  it.each([
    ['that is not JSON', '{"action":"notify",'],
    ['without a requestId', JSON.stringify({ ...frames.notify, requestId: undefined })],
    ['with a requestId that cannot be one', JSON.stringify({ ...frames.notify, requestId: 'a b' })],
    ['with a requestId that is no text', JSON.stringify({ ...frames.notify, requestId: 7 })],
    ['that is no object', '[1]'],
    ['that is null', 'null'],
  ])('%s is invalid, and answered without one', async (_case, body) => {
    expect(await refusal(body)).not.toHaveProperty('requestId');
  });

  it('names every field that is missing, unknown or out of bounds', async () => {
    const { error, requestId } = await refusal(
      JSON.stringify({ action: 'notify', requestId: 'r1', callerId: 'a b', text: ' ', extra: 1, sender: 'x' }),
    );
    expect(requestId).toBe('r1');
    expect(error.details.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      'callerId',
      'extra',
      'messageId',
      'sender',
      'text',
    ]);
    expect(error.details).toContainEqual({ path: 'extra', reason: 'unknown field' });
  });

  it('is not performed as another action than the one it was routed by', async () => {
    await refusal('{"action":"notify","requestId":"r1","callerId":"sue","messageId":"m1","text":"x","action":"broadcast"}');
    await refusal('{"action":"subscribe","requestId":"r1","action":"constructor"}', 'subscribe');
  });

  it('on a route that is none of these is invalid', async () => {
    await refusal(JSON.stringify({ action: 'toString', requestId: 'r1' }), 'toString');
  });

  it('with ten thousand unknown fields is answered in one frame that the gateway takes', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, 0]));
    const answer = await refusal(JSON.stringify({ ...frames.notify, ...unknown }));
    expect(JSON.stringify(answer).length).toBeLessThan(32 * 1024);
    expect(answer.error.details).toHaveLength(20);
  });

  it('says nothing of what it held', async () => {
    expect(JSON.stringify(await refusal(JSON.stringify({ ...frames.notify, callerId: canary.repeat(5) })))).not.toContain(canary);
    expect(lines).toEqual([]);
  });
});

describe('what breaks', () => {
  it.each([
    ['internal', broken],
    ['unavailable', throttled],
  ])('is %s, without a message, a stack or a cause on the wire, and in the log without what was written', async (code, failure) => {
    aMorning();
    dynamoDb.on(UpdateCommand).rejects(failure());
    const answer = await send(aFrame(staffOwner, { ...frames.notify, text: canary }, { connectionId: 'd7' }));
    expect(answer).toEqual({ type: 'error', requestId: 'r1', error: { code, message: expect.any(String) } });
    expect(JSON.stringify(answer)).not.toContain(canary);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(canary);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'ERROR',
      error: failure().name,
      clinicId: 'demo',
      connectionId: 'd7',
      route: 'notify',
      requestId: 'gateway-request',
    });
  });

  it('is no refusal: what core refuses is not logged', async () => {
    aMorning();
    dynamoDb.on(UpdateCommand).rejects(broken());
    await send(aFrame(callerOwner, frames.notify));
    expect(lines).toEqual([]);
  });
});
