import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { owner } from '../../../local/iam/guard.ts';
import { signingHeaders } from '../../../local/iam/signature.ts';
import { arrayOf, objectOf } from '../../../local/json.ts';
import { type Client, connect, connectionIdOf, type FixtureStack, startFixtureStack, until } from './fixture-stack.ts';

describe('the faults that tests may ask for', () => {
  let stack: FixtureStack;
  let logTable: string;
  let itemsTable: string;

  beforeAll(async () => {
    stack = await startFixtureStack();
    const names = arrayOf((await stack.engine.call('ListTables', {})).TableNames).map(String);
    const named = (start: string): string => names.find((name) => name.startsWith(start)) ?? '';
    [logTable, itemsTable] = [named('Log'), named('Items')];
  }, 120_000);
  afterEach(() => stack.control('DELETE', '/faults'));
  afterAll(() => stack.stop());

  /** Opens a socket, which writes into the log as well, then asks for the fault, then has the worker write once into the log. */
  const workUnder = async (id: string, path: string, fault: object): Promise<Client> => {
    const client = await connect(stack);
    await stack.control('POST', path, fault);
    client.send({ action: 'invoke', id, failures: 0 });
    await client.next();
    return client;
  };

  const deadLetterOf = (id: string) =>
    until(
      'the dead letter',
      async () => {
        const letters = arrayOf(objectOf((await stack.control('GET', '/queues')).queues).failures);
        return letters.find((letter) => objectOf(objectOf(objectOf(letter).body).requestPayload).id === id);
      },
      60_000,
    );

  it('throttle the next requests of functions to one table', async () => {
    const id = randomUUID();
    // The SDK tries each request three times, Lambda each event: the second attempt of the second run gets through.
    const client = await workUnder(id, '/faults/tables', { table: logTable, throttled: 4 });
    expect(await stack.logged(`worker-${id}`, 1)).toEqual(['attempt']);
    await client.close();
  });

  it('throttle a table until that is taken back', async () => {
    const [refused, done] = [randomUUID(), randomUUID()];
    const client = await workUnder(refused, '/faults/tables', { table: logTable, throttled: true });
    await deadLetterOf(refused);
    expect(await stack.log(`worker-${refused}`)).toEqual([]);
    await stack.control('POST', '/faults/tables', { table: logTable, throttled: null });
    client.send({ action: 'invoke', id: done, failures: 0 });
    expect(await stack.logged(`worker-${done}`, 1)).toHaveLength(1);
    await client.close();
  });

  it('leave other tables alone', async () => {
    const id = randomUUID();
    const client = await workUnder(id, '/faults/tables', { table: itemsTable, throttled: true });
    expect(await stack.logged(`worker-${id}`, 1)).toHaveLength(1);
    await client.close();
  });

  it('kill a function after its next write: the write stands, and the event is tried again', async () => {
    const id = randomUUID();
    const client = await workUnder(id, '/faults/functions', { function: 'worker', killedAfterWrite: 1 });
    expect(await stack.logged(`worker-${id}`, 2)).toHaveLength(2);
    await client.close();
  });

  it('handle an asynchronous event twice', async () => {
    const [doubled, single] = [randomUUID(), randomUUID()];
    const client = await workUnder(doubled, '/faults/events', { asynchronous: 'doubled' });
    expect(await stack.logged(`worker-${doubled}`, 2)).toHaveLength(2);
    await stack.control('DELETE', '/faults');
    client.send({ action: 'invoke', id: single, failures: 0 });
    await stack.logged(`worker-${single}`, 1);
    expect(await stack.log(`worker-${single}`)).toHaveLength(1);
    await client.close();
  });

  it('handle a batch of a stream twice', async () => {
    const group = randomUUID();
    await stack.control('POST', '/faults/events', { streams: 'doubled' });
    await stack.engine.call('PutItem', {
      TableName: itemsTable,
      Item: { id: { S: randomUUID() }, group: { S: group }, value: { S: 'a' } },
    });
    expect(await stack.logged(`handled-${group}`, 2)).toEqual(['a', 'a']);
  });

  it('are refused where they name nothing that is there, or no count', async () => {
    expect(await stack.control('POST', '/faults/tables', { table: 'none', throttled: 1 })).toEqual({
      message: expect.stringContaining(logTable),
    });
    expect(await stack.control('POST', '/faults/functions', { function: 'none', killedAfterWrite: 1 })).toEqual({
      message: expect.stringContaining('worker'),
    });
    for (const throttled of [0, -1, 1.5, 'all', undefined])
      expect(await stack.control('POST', '/faults/tables', { table: logTable, throttled })).toEqual({
        message: expect.stringContaining('How often'),
      });
    expect(await stack.control('POST', '/faults/events', { streams: 'tripled' })).toEqual({ message: expect.stringContaining('doubled') });
  });

  it('are counted where they concern posts: each attempt, whatever came of it', async () => {
    const client = await connect(stack);
    const id = await connectionIdOf(client);
    const at = new URL(`${stack.endpoints.webSocket.replace('ws:', 'http:')}/@connections/${encodeURIComponent(id)}`);
    const request = { method: 'POST', url: at.pathname, headers: { host: at.host }, body: '{}' };
    const post = () =>
      fetch(at, { method: 'POST', headers: signingHeaders(owner, 'execute-api', request, Date.now()), body: request.body });
    expect((await post()).status).toBe(200);
    await stack.control('POST', '/faults', { connectionId: id, posts: 'throttled' });
    expect((await post()).status).toBe(429);
    const connections = arrayOf((await stack.control('GET', '/connections')).connections).map(objectOf);
    expect(connections.find(({ connectionId }) => connectionId === id)).toMatchObject({ postAttempts: 2 });
    await client.close();
  });
});
