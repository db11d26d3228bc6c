import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, connectionIdOf, type FixtureStack, startFixtureStack } from './fixture-stack.ts';

describe('messages over a WebSocket', () => {
  let stack: FixtureStack;
  beforeAll(async () => {
    stack = await startFixtureStack();
  }, 120_000);
  afterAll(() => stack.stop());

  it.each([
    ['an unknown action', '{"action":"unknown"}'],
    ['no action', '{}'],
    ['what is not JSON', 'hello'],
    ['a list', '["echo"]'],
    ['an action that is no text', '{"action":1}'],
    ['the name of a route that is not for messages', '{"action":"$connect"}'],
  ])('brings %s to $default, under that name', async (_, frame) => {
    const client = await connect(stack);
    client.send(frame);
    expect(await client.next()).toEqual({ routeKey: '$default', body: frame });
    await client.close();
  });

  it('sends no answer where the route has no route response, and none from a MOCK integration', async () => {
    const client = await connect(stack);
    client.send({ action: 'silent' });
    client.send({ action: 'ping' });
    await connectionIdOf(client);
    expect(client.frames).toHaveLength(1);
    await client.close();
  });

  it.each(['throw', 'crash', 'hang'])('says that it failed when a handler has to %s, and stays open', async (action) => {
    const client = await connect(stack);
    const connectionId = await connectionIdOf(client);
    client.send({ action });
    expect(await client.next()).toEqual({ message: 'Internal server error', connectionId, requestId: expect.any(String) });
    expect(await connectionIdOf(client)).toBe(connectionId);
    await client.close();
  });

  it('gives up an integration after its time-out', async () => {
    const client = await connect(stack);
    client.send({ action: 'slow' });
    expect(await client.next()).toMatchObject({ message: 'Endpoint request timed out' });
    await client.close();
  });

  it('brings a large answer whole', async () => {
    const client = await connect(stack);
    client.send({ action: 'large' });
    const { frames } = client;
    while (frames.length === 0) await delay(10);
    expect(frames[0]).toBe('é'.repeat(50_000));
    await client.close();
  });

  it('closes with 1009 after a frame over 32 KB, and runs nothing', async () => {
    const client = await connect(stack);
    client.send({ action: 'echo', text: 'x'.repeat(33 * 1024) });
    expect(await client.closed).toBe(1009);
    expect(client.frames).toEqual([]);
  });

  it('takes a message of several frames up to 128 KB, and closes with 1009 after a larger one', async () => {
    const client = await connect(stack);
    const part = 'x'.repeat(30 * 1024);
    client.webSocket.send(part, { fin: false });
    client.webSocket.send(part, { fin: false });
    client.webSocket.send(part, { fin: true });
    expect(await client.next()).toMatchObject({ routeKey: '$default' });
    for (let sent = 0; sent < 5; sent++) client.webSocket.send(part, { fin: false });
    expect(await client.closed).toBe(1009);
  });

  it('closes with 1003 after a binary frame', async () => {
    const client = await connect(stack);
    client.webSocket.send(Buffer.from('{"action":"echo"}'));
    expect(await client.closed).toBe(1003);
  });

  it('freezes what a handler did not await, until the next event', async () => {
    const client = await connect(stack);
    client.send({ action: 'unawaited' });
    expect(await client.next()).toEqual({ before: 0 });
    await delay(200);
    // Only now the timer of the first event can run; it was due 150 ms ago.
    client.send({ action: 'unawaited' });
    expect(await client.next()).toEqual({ before: 0 });
    await client.close();
  });

  it('invokes asynchronously, retries twice and sends what still fails to the destination', async () => {
    const client = await connect(stack);
    const [recovers, fails] = [randomUUID(), randomUUID()];
    client.send({ action: 'invoke', id: recovers, failures: 2 });
    expect(await client.next()).toEqual({ StatusCode: 202 });
    client.send({ action: 'invoke', id: fails, failures: 9 });
    await client.next();
    expect(await stack.logged(`worker-${recovers}`, 3)).toHaveLength(3);
    expect(await stack.logged(`worker-${fails}`, 3)).toHaveLength(3);
    await delay(300);
    expect(await stack.log(`worker-${fails}`)).toHaveLength(3);
    const { queues } = await stack.control('GET', '/queues');
    expect(queues).toMatchObject({
      failures: [
        {
          body: {
            requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
            requestPayload: { id: fails },
            responsePayload: { errorMessage: `failure of ${fails}` },
          },
        },
      ],
    });
    await client.close();
  });
});
