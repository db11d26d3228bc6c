import { DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import type { FrameEvent } from '../../../functions/middleware/parse-frame.ts';
import type { SocketEvent } from '../../../functions/middleware/socket-event.ts';
import type { CallerAction } from '../../../protocol/frames.ts';
import { aCaller, wrote } from '../../builders/a-caller.ts';
import { aClinic } from '../../builders/a-clinic.ts';
import { aContext, aFrame, callerOwner, staffOwner } from '../../builders/api-gateway-events.ts';
import { conditionRefused } from '../data/dynamodb-mock.ts';
import { aHandlerScene, broken, canary, giveEnvironment } from './handler-scene.ts';

giveEnvironment();
const { handler } = await import('../../../functions/caller-socket.ts');
const scene = aHandlerScene();
const { dynamoDb, management, lines } = scene;

const frames = {
  resume: { action: 'resume', requestId: 'r1', afterSeq: 0 },
  sendMessage: { action: 'sendMessage', requestId: 'r1', messageId: 'm1', text: 'On my way' },
  acknowledge: { action: 'acknowledge', requestId: 'r1', deliveredSeq: 1 },
  leave: { action: 'leave', requestId: 'r1' },
} as const;
const all = Object.values(frames);

// The frame and the owner are put on the event by the middleware.
const invoke = (event: SocketEvent) => handler(event as FrameEvent<CallerAction, 'caller'>, aContext);
const send = async (event: SocketEvent) => JSON.parse((await invoke(event)).body ?? 'null');

const visit = aCaller()
  .online('c1')
  .withMessages(wrote('On my way', { i: 'm1' }));
const aMorning = () => {
  scene.hasClinic(aClinic({ guestMessages: true }));
  dynamoDb.on(UpdateCommand).resolves({ Attributes: { ...visit.build() } });
};

describe('a caller’s frame', () => {
  it.each([
    [frames.resume, { caller: { callerId: 'sue' }, clinic: { clinicId: 'demo' }, messages: [{ seq: 1 }], nextAfterSeq: null }],
    [frames.sendMessage, { message: { messageId: 'm1', seq: 1, from: 'caller' }, duplicate: false }],
    [frames.acknowledge, {}],
  ])('$action is answered on the same socket, with its requestId', async (frame, result) => {
    aMorning();
    await expect(send(aFrame(callerOwner, frame, { connectedAt: Date.now() }))).resolves.toMatchObject({
      type: 'ok',
      requestId: 'r1',
      result,
    });
  });

  it.each([frames.sendMessage, frames.acknowledge, frames.leave])(
    '$action speaks for the caller and the socket that the gateway names',
    async (frame) => {
      aMorning();
      await invoke(aFrame(callerOwner, frame, { connectionId: 'c7' }));
      expect(dynamoDb.commandCalls(UpdateCommand)[0]?.args[0].input).toMatchObject({
        TableName: 'CallersTable',
        Key: { clinicId: 'demo', callerId: 'sue' },
        ExpressionAttributeNames: { '#connection': 'c7' },
      });
    },
  );

  it.each(all)('$action is forbidden to staff before any field is looked at, and nothing is done', async ({ action }) => {
    await expect(send(aFrame(staffOwner, { action, requestId: 'r1', nonsense: true }))).resolves.toMatchObject({
      type: 'error',
      requestId: 'r1',
      error: { code: 'forbidden' },
    });
    expect(dynamoDb.calls()).toHaveLength(0);
  });

  it.each(all)('$action names an unknown field, and nothing is done', async (frame) => {
    await expect(send(aFrame(callerOwner, { ...frame, callerId: 'tom' }))).resolves.toMatchObject({
      error: { code: 'invalid-request', details: [{ path: 'callerId', reason: 'unknown field' }] },
    });
    expect(dynamoDb.calls()).toHaveLength(0);
  });

  it('that breaks leaves no text in the answer or the log', async () => {
    scene.hasClinic(aClinic());
    dynamoDb.on(UpdateCommand).rejects(broken());
    await expect(send(aFrame(callerOwner, { ...frames.sendMessage, text: canary }))).resolves.toMatchObject({
      error: { code: 'internal' },
    });
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(canary);
  });
});

describe('leave', () => {
  it('is answered before ended and the close, by posts alone, as the gateway would send an answer after them', async () => {
    aMorning();
    await expect(invoke(aFrame(callerOwner, frames.leave))).resolves.toEqual({ statusCode: 200 });
    expect(management.calls().map(({ args: [command] }) => command.constructor)).toEqual([
      PostToConnectionCommand,
      PostToConnectionCommand,
      DeleteConnectionCommand,
    ]);
    expect(
      management.commandCalls(PostToConnectionCommand).map(({ args: [{ input }] }) => [input.ConnectionId, JSON.parse(String(input.Data))]),
    ).toEqual([
      ['c1', { type: 'ok', requestId: 'r1', result: {} }],
      ['c1', { type: 'ended', reason: 'left' }],
    ]);
  });

  it('that is refused is answered as any other, and closes nothing', async () => {
    scene.hasClinic(aClinic());
    dynamoDb.on(UpdateCommand).rejects(conditionRefused(visit.ended().build()));
    await expect(send(aFrame(callerOwner, frames.leave))).resolves.toMatchObject({ type: 'error', error: { code: 'caller-ended' } });
    expect(management.calls()).toHaveLength(0);
  });
});
