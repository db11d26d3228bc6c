import { describe, expect, it } from '@jest/globals';
import middy from '@middy/core';
import { answerFrame } from '../../../functions/middleware/answer-frame.ts';
import { limitFrames } from '../../../functions/middleware/limit-frames.ts';
import { aContext, aFrame, staffOwner } from '../../builders/api-gateway-events.ts';
import { morning } from '../../builders/times.ts';

const given = () => {
  const clock = { now: Math.floor(morning / 60_000) * 60_000 };
  const handler = middy()
    .use(answerFrame())
    .use(limitFrames(2, () => clock.now))
    .handler(async () => ({ statusCode: 200, body: '{"type":"ok"}' }));
  const send = async (connectionId: string) => {
    const event = aFrame(staffOwner, { action: 'thread', requestId: 'r1' });
    const answer = await handler({ ...event, requestContext: { ...event.requestContext, connectionId } }, aContext);
    return JSON.parse(answer.body ?? '');
  };
  return { clock, send };
};

describe('limitFrames', () => {
  it('lets a socket send so many frames in a clock minute', async () => {
    const { send } = given();
    expect([await send('c1'), await send('c1')]).toMatchObject([{ type: 'ok' }, { type: 'ok' }]);
  });

  it('refuses the next, and says when it may go on', async () => {
    const { send, clock } = given();
    await send('c1');
    await send('c1');
    clock.now += 20_000;
    await expect(send('c1')).resolves.toMatchObject({
      type: 'error',
      requestId: 'r1',
      error: { code: 'rate-limited', details: { retryAfterSeconds: 40 } },
    });
    clock.now += 40_000;
    await expect(send('c1')).resolves.toMatchObject({ type: 'ok' });
  });

  it('never takes one socket’s frames for another’s', async () => {
    const { send } = given();
    for (let i = 0; i < 5; i += 1) await send('c1');
    await expect(send('c2')).resolves.toMatchObject({ type: 'ok' });
  });
});
