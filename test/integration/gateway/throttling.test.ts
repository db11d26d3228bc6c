import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type FixtureStack, startFixtureStack } from './fixture-stack.ts';

let stack: FixtureStack;

beforeAll(async () => {
  stack = await startFixtureStack();
}, 120_000);

afterAll(() => stack.stop());

describe('a route with a throttle of its own', () => {
  it('answers frames beyond it with a refusal, and leaves the socket and other routes as they are', async () => {
    const client = await connect(stack);
    for (let sent = 0; sent < 2; sent += 1) {
      client.send({ action: 'scarce' });
      expect(await client.next()).toEqual({ taken: true });
    }
    client.send({ action: 'scarce' });
    expect(await client.next()).toEqual({ message: 'Too Many Requests', connectionId: expect.any(String), requestId: expect.any(String) });
    client.send({ action: 'echo' });
    expect(await client.next()).toMatchObject({ requestContext: { routeKey: 'echo' } });
    await client.close();
  });

  it('answers requests beyond it with 429, which pages of other origins may read', async () => {
    const ask = () => fetch(`${stack.endpoints.http}/scarce`, { headers: { origin: 'https://clinic.example' } });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://clinic.example');
    expect(await refused.json()).toEqual({ message: 'Too Many Requests' });
    expect((await fetch(`${stack.endpoints.http}/echo/1`)).status).toBe(200);
  });
});

describe('throttles that are turned off', () => {
  it('refuse nothing', async () => {
    const unthrottled = await startFixtureStack({ WAITING_AREA_THROTTLES: 'off' });
    try {
      const client = await connect(unthrottled);
      for (let sent = 0; sent < 3; sent += 1) {
        client.send({ action: 'scarce' });
        expect(await client.next()).toEqual({ taken: true });
      }
      await client.close();
    } finally {
      await unthrottled.stop();
    }
  }, 120_000);

  it('are off by that word alone', async () => {
    await expect(startFixtureStack({ WAITING_AREA_THROTTLES: 'no' })).rejects.toThrow('WAITING_AREA_THROTTLES is off or not given');
  }, 120_000);
});
