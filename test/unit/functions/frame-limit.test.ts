import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aClinic, anAdministrator } from '../../builders/a-clinic.ts';
import { aContext, aFrame, callerOwner, staffOwner } from '../../builders/api-gateway-events.ts';
import { morning } from '../../builders/times.ts';
import { aHandlerScene, giveEnvironment } from './handler-scene.ts';

giveEnvironment();
process.env.WAITING_AREA_FRAMES_PER_MINUTE = '2';
const staffSocket = await import('../../../functions/staff-socket.ts');
const callerSocket = await import('../../../functions/caller-socket.ts');
const scene = aHandlerScene();

beforeEach(() => {
  jest.useFakeTimers({ now: Math.floor(morning / 60_000) * 60_000, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  scene.hasMember(anAdministrator());
  scene.hasClinic(aClinic());
});
afterEach(() => {
  jest.useRealTimers();
});

describe.each([
  // Both take an event of an open socket and answer with a frame.
  ['staff', staffSocket.handler as (event: unknown, context: unknown) => Promise<{ body?: string }>, staffOwner, 'notify'],
  ['a caller', callerSocket.handler as (event: unknown, context: unknown) => Promise<{ body?: string }>, callerOwner, 'resume'],
] as const)('a socket of %s that sends more than it may in a minute', (_whose, handler, owner, action) => {
  it('is refused before anything is read for it, however the frame looks', async () => {
    const answer = async (): Promise<unknown> =>
      JSON.parse((await handler(aFrame(owner, { action, requestId: 'r1', nonsense: true }), aContext)).body ?? '');
    const misshapen = { type: 'error', error: { code: 'invalid-request' } };
    expect([await answer(), await answer()]).toMatchObject([misshapen, misshapen]);
    const calls = scene.dynamoDb.calls().length;
    await expect(answer()).resolves.toMatchObject({ requestId: 'r1', error: { code: 'rate-limited', details: { retryAfterSeconds: 60 } } });
    expect(scene.dynamoDb.calls()).toHaveLength(calls);
  });
});
