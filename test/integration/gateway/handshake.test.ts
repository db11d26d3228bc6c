import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { objectOf } from '../../../local/json.ts';
import { connect, connectionIdOf, type FixtureStack, opened, startFixtureStack } from './fixture-stack.ts';

describe('the handshake of a WebSocket', () => {
  let stack: FixtureStack;
  beforeAll(async () => {
    stack = await startFixtureStack();
  }, 120_000);
  afterAll(() => stack.stop());

  it('selects the subprotocol that the $connect handler answers', async () => {
    const client = await connect(stack);
    expect(client.webSocket.protocol).toBe('fixture.v1');
    await client.close();
  });

  it('selects none where the handler answers none, which clients refuse', async () => {
    await expect(connect(stack, 'allowed', '?connect=no-protocol')).rejects.toThrow('Server sent no subprotocol');
  });

  it('is refused with 401, and the authorizer is not asked, without the identity source', async () => {
    const asked = await stack.log('authorize');
    await expect(opened(new WebSocket(stack.endpoints.webSocket))).rejects.toThrow('handshake 401');
    expect(await stack.log('authorize')).toEqual(asked);
  });

  it.each([
    ['throws Unauthorized', 'unauthorized', 401],
    ['denies', 'denied', 403],
    ['throws anything else', 'broken', 500],
    ['answers a context that holds an object', 'bad-context', 500],
  ])('is refused when the authorizer %s', async (_, ticket, status) => {
    await expect(connect(stack, ticket)).rejects.toThrow(`handshake ${status}`);
  });

  it.each([
    ['answers 403', 'refuse', 403],
    ['throws', 'throw', 502],
  ])('is refused when the $connect handler %s', async (_, behaviour, status) => {
    await expect(connect(stack, 'allowed', `?connect=${behaviour}`)).rejects.toThrow(`handshake ${status}`);
  });

  it('is refused on a path that is no stage', async () => {
    const elsewhere = stack.endpoints.webSocket.replace(/\/test$/, '/elsewhere');
    await expect(opened(new WebSocket(elsewhere, ['fixture.v1', 'allowed']))).rejects.toThrow('handshake 403');
  });

  it('asks the authorizer every time', async () => {
    const before = (await stack.log('authorize')).length;
    for (const client of [await connect(stack, 'same'), await connect(stack, 'same')]) await client.close();
    expect((await stack.log('authorize')).length).toBe(before + 2);
  });

  it('puts the context of the authorizer, as strings, into every later event', async () => {
    const client = await connect(stack, 'someone');
    client.send({ action: 'echo', a: 1 });
    const event = await client.next();
    expect(event).toMatchObject({
      body: '{"action":"echo","a":1}',
      isBase64Encoded: false,
      requestContext: {
        routeKey: 'echo',
        eventType: 'MESSAGE',
        messageDirection: 'IN',
        stage: 'test',
        identity: { sourceIp: '127.0.0.1' },
        authorizer: { principalId: 'someone', kind: 'staff', count: '7' },
      },
    });
    expect(Object.keys(objectOf(event.requestContext))).toEqual(
      expect.arrayContaining([
        'messageId',
        'requestId',
        'extendedRequestId',
        'requestTime',
        'requestTimeEpoch',
        'connectedAt',
        'domainName',
        'apiId',
      ]),
    );
    await client.close();
  });

  it('answers 410 to what is posted during $connect', async () => {
    const client = await connect(stack, 'allowed', '?connect=post&name=early');
    expect(await stack.logged('post-during-connect-early', 1)).toEqual(['gone']);
    await client.close();
  });

  it('tells $disconnect the code with which the client closed', async () => {
    const client = await connect(stack);
    const id = await connectionIdOf(client);
    client.webSocket.close(4001);
    expect(await stack.logged(`disconnect-${id}`, 1)).toEqual(['4001']);
  });
});
