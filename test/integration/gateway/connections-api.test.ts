import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, connect, connectionIdOf, type FixtureStack, startFixtureStack, until } from './fixture-stack.ts';

describe('the @connections API', () => {
  let stack: FixtureStack;
  let sdk: ApiGatewayManagementApiClient;
  const clients: Client[] = [];
  const aClient = async (): Promise<{ client: Client; id: string }> => {
    const client = await connect(stack);
    clients.push(client);
    return { client, id: await connectionIdOf(client) };
  };
  const post = (ConnectionId: string, Data: string) => sdk.send(new PostToConnectionCommand({ ConnectionId, Data }));

  beforeAll(async () => {
    stack = await startFixtureStack();
    sdk = new ApiGatewayManagementApiClient({
      endpoint: stack.endpoints.webSocket.replace('ws:', 'http:'),
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
  }, 120_000);
  afterEach(async () => {
    await stack.control('DELETE', '/faults');
    for (const client of clients.splice(0)) client.webSocket.terminate();
  });
  afterAll(async () => {
    sdk.destroy();
    await stack.stop();
  });

  it('posts to an open connection, up to 128 KB', async () => {
    const { client, id } = await aClient();
    await post(id, '{"hello":"world"}');
    expect(await client.next()).toEqual({ hello: 'world' });
    await post(id, 'x'.repeat(128 * 1024));
    await until('the large one', () => client.frames.find((frame) => frame.length === 128 * 1024));
  });

  it('refuses more than 128 KB with 413', async () => {
    const { id } = await aClient();
    await expect(post(id, 'x'.repeat(128 * 1024 + 1))).rejects.toBeInstanceOf(PayloadTooLargeException);
  });

  it('answers 410 in the form the SDK knows, once the client is gone', async () => {
    const { client, id } = await aClient();
    await client.close();
    await stack.logged(`disconnect-${id}`, 1);
    await expect(post(id, '{}')).rejects.toBeInstanceOf(GoneException);
    await expect(sdk.send(new GetConnectionCommand({ ConnectionId: id }))).rejects.toBeInstanceOf(GoneException);
    await expect(sdk.send(new DeleteConnectionCommand({ ConnectionId: id }))).rejects.toBeInstanceOf(GoneException);
    await expect(post('unknown', '{}')).rejects.toBeInstanceOf(GoneException);
  });

  it('tells since when a connection is open, and closes it', async () => {
    const { client, id } = await aClient();
    const found = await sdk.send(new GetConnectionCommand({ ConnectionId: id }));
    expect(found.ConnectedAt).toBeInstanceOf(Date);
    expect(found.LastActiveAt?.getTime()).toBeGreaterThanOrEqual(found.ConnectedAt?.getTime() ?? 0);
    await sdk.send(new DeleteConnectionCommand({ ConnectionId: id }));
    await client.closed;
    expect(await stack.logged(`disconnect-${id}`, 1)).toHaveLength(1);
    await expect(post(id, '{}')).rejects.toBeInstanceOf(GoneException);
  });

  it('refuses a request that is not signed', async () => {
    const { id } = await aClient();
    const response = await fetch(`${stack.endpoints.webSocket.replace('ws:', 'http:')}/@connections/${encodeURIComponent(id)}`, {
      method: 'POST',
      body: '{}',
    });
    expect(response.status).toBe(403);
  });

  it('can be told to throttle, to lose and to swallow posts of one connection, which changes nothing for another', async () => {
    const [one, other] = [await aClient(), await aClient()];
    await stack.control('POST', '/faults', { connectionId: one.id, posts: 'throttled' });
    await expect(post(one.id, '{}')).rejects.toBeInstanceOf(LimitExceededException);
    await stack.control('POST', '/faults', { connectionId: one.id, posts: 'gone' });
    await expect(post(one.id, '{}')).rejects.toBeInstanceOf(GoneException);
    await stack.control('POST', '/faults', { connectionId: one.id, posts: 'swallowed' });
    await post(one.id, '{"lost":true}');
    await post(other.id, '{"kept":true}');
    expect(await other.client.next()).toEqual({ kept: true });
    await stack.control('DELETE', '/faults');
    await post(one.id, '{"kept":true}');
    expect(await one.client.next()).toEqual({ kept: true });
  });

  it('can be told to throttle everyone', async () => {
    const { id } = await aClient();
    await stack.control('POST', '/faults', { posts: 'throttled' });
    await expect(post(id, '{}')).rejects.toBeInstanceOf(LimitExceededException);
  });

  it('can be told to lose a $disconnect', async () => {
    const [lost, kept] = [await aClient(), await aClient()];
    await stack.control('POST', '/faults', { connectionId: lost.id, loseDisconnect: true });
    await lost.client.close();
    await kept.client.close();
    await stack.logged(`disconnect-${kept.id}`, 1);
    expect(await stack.log(`disconnect-${lost.id}`)).toEqual([]);
  });

  it('closes an idle connection, and one that has lived its time', async () => {
    const { client: idle, id } = await aClient();
    const { client: busy } = await aClient();
    await stack.control('POST', '/limits', { idleTimeoutMs: 400, connectionLifeMs: 1_200 });
    const pinging = setInterval(() => busy.send({ action: 'ping' }), 50);
    try {
      const openedAt = Date.now();
      expect(await idle.closed).toBe(1001);
      expect(busy.webSocket.readyState).toBe(busy.webSocket.OPEN);
      expect(await busy.closed).toBe(1001);
      expect(Date.now() - openedAt).toBeGreaterThan(400);
      expect(await stack.logged(`disconnect-${id}`, 1)).toEqual(['1001']);
    } finally {
      clearInterval(pinging);
      await stack.control('POST', '/limits', { idleTimeoutMs: 600_000, connectionLifeMs: 7_200_000 });
    }
  });
});
