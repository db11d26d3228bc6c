import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { arrayOf } from '../../../local/json.ts';
import { connect, type FixtureStack, startFixtureStack } from './fixture-stack.ts';

describe('a function with one reserved execution', () => {
  let stack: FixtureStack;
  beforeAll(async () => {
    stack = await startFixtureStack();
  }, 120_000);
  afterAll(() => stack.stop());

  const openTheDoor = async () => {
    const { TableNames } = await stack.engine.call('ListTables', {});
    const table = arrayOf(TableNames)
      .map(String)
      .find((name) => name.startsWith('Log'));
    await stack.engine.call('PutItem', { TableName: table, Item: { id: { S: 'door-opens' }, entries: { L: [{ S: 'now' }] } } });
  };

  it('has one, whatever floods in, while the other functions answer', async () => {
    const flood = Array.from({ length: 20 }, () => fetch(`${stack.endpoints.http}/door`, { method: 'POST' }));
    await stack.logged('door', 1);

    // All of these run while the first of the flood is held, and the rest stand behind it.
    expect((await fetch(`${stack.endpoints.http}/echo/1`)).status).toBe(200);
    const client = await connect(stack);
    client.send({ action: 'echo' });
    expect(await client.next()).toMatchObject({ requestContext: { routeKey: 'echo' } });
    await client.close();
    expect(await stack.log('door')).toEqual(['begun']);

    await openTheDoor();
    for (const { status } of await Promise.all(flood)) expect(status).toBe(200);
    expect(await stack.log('door')).toEqual(flood.flatMap(() => ['begun', 'ended']));
  });
});
