import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { arrayOf, objectOf } from '../../../local/json.ts';
import { type FixtureStack, startFixtureStack, until } from './fixture-stack.ts';

describe('events', () => {
  let stack: FixtureStack;
  let itemsTable: string;
  const put = (id: string, attributes: Record<string, unknown> = {}) =>
    stack.engine.call('PutItem', { TableName: itemsTable, Item: { id: { S: id }, ...attributes } });
  const deadLetters = async (queue: string): Promise<Record<string, unknown>[]> =>
    arrayOf(objectOf((await stack.control('GET', '/queues')).queues)[queue]).map((message) => objectOf(objectOf(message).body));

  beforeAll(async () => {
    stack = await startFixtureStack();
    itemsTable =
      arrayOf((await stack.engine.call('ListTables', {})).TableNames)
        .map(String)
        .find((name) => name.startsWith('Items')) ?? '';
  }, 120_000);
  afterAll(() => stack.stop());

  describe('of a stream', () => {
    it('come in order, with old and new images', async () => {
      const [group, id] = [randomUUID(), randomUUID()];
      for (let value = 1; value <= 30; value++) await put(id, { group: { S: group }, value: { S: String(value) } });
      expect(await stack.logged(`handled-${group}`, 30)).toEqual(Array.from({ length: 30 }, (_, index) => String(index + 1)));
      expect((await stack.log(`stream-${id}`)).slice(0, 2)).toEqual(['INSERT 1', 'MODIFY 2']);
    });

    it('are tried again from the one that was reported as failed', async () => {
      const [group, id] = [randomUUID(), randomUUID()];
      await put(`${id}-a`, { group: { S: group }, value: { S: 'a' } });
      await put(`${id}-b`, { group: { S: group }, value: { S: 'b' }, report: { N: '2' } });
      await put(`${id}-c`, { group: { S: group }, value: { S: 'c' } });
      expect(await stack.logged(`handled-${group}`, 3)).toEqual(['a', 'b', 'c']);
      expect(await stack.log(`stream-${id}-a`)).toHaveLength(1);
      expect(await stack.log(`stream-${id}-b`)).toHaveLength(3);
    });

    it('are split until the one that fails stands alone, which goes to the destination; the others are handled', async () => {
      const [group, id] = [randomUUID(), randomUUID()];
      await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          put(`${id}-${index}`, {
            group: { S: group },
            value: { S: String(index) },
            ...(index === 5 && { poison: { BOOL: true }, text: { S: 'canary in a dead letter' } }),
          }),
        ),
      );
      const handled = await until('the other seven', async () => {
        const values = new Set(await stack.log(`handled-${group}`));
        return values.size === 7 ? values : undefined;
      });
      expect(handled.has('5')).toBe(false);
      const [letter] = await until('the dead letter', async () => {
        const letters = await deadLetters('stream-failures');
        return letters.length > 0 ? letters : undefined;
      });
      expect(letter).toMatchObject({ requestContext: { condition: 'RetryAttemptsExhausted' }, DDBStreamBatchInfo: { batchSize: 1 } });
      expect(JSON.stringify(letter)).not.toContain('canary');
    });
  });

  it('of a schedule invoke its function with the event of EventBridge', async () => {
    const { schedules } = await stack.control('POST', '/schedules/run');
    expect(schedules).toEqual([{ name: expect.stringContaining('EveryMinute'), succeeded: true }]);
    expect(await stack.log('tick')).toContain('aws.events Scheduled Event');
  });

  it('delete what has expired', async () => {
    const [expired, alive] = [randomUUID(), randomUUID()];
    await put(expired, { expiresAtSeconds: { N: String(Math.floor(Date.now() / 1000) - 10) } });
    await put(alive, { expiresAtSeconds: { N: String(Math.floor(Date.now() / 1000) + 1_000) } });
    await until(
      'the expiry',
      async () => {
        const { Item } = await stack.engine.call('GetItem', { TableName: itemsTable, Key: { id: { S: expired } } });
        return Item === undefined || Item === null ? true : undefined;
      },
      60_000,
    );
    expect((await stack.engine.call('GetItem', { TableName: itemsTable, Key: { id: { S: alive } } })).Item).toBeDefined();
  }, 70_000);
});
