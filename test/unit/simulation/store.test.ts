import { DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { conditionOf, updateOf } from '../../simulation/store/expressions.ts';
import { type ItemChange, Store } from '../../simulation/store/store.ts';

const given = () => {
  const clock = { now: 0 };
  const changes: ItemChange[] = [];
  const store = new Store({
    tables: { T: { partitionKey: 'p', sortKey: 's', indexes: { byName: { partitionKey: 'p', sortKey: 'name', projects: ['shown'] } } } },
    now: () => clock.now,
    onChange: (change) => changes.push(change),
  });
  const put = (s: string, more: object = {}) => store.execute(new PutCommand({ TableName: 'T', Item: { p: 'one', s, ...more } }));
  const names = (sight?: { lagMs?: number; mostItems?: number }) =>
    store.execute(
      new QueryCommand({
        TableName: 'T',
        IndexName: 'byName',
        KeyConditionExpression: 'p = :p',
        ExpressionAttributeValues: { ':p': 'one' },
      }),
      sight,
    );
  return { clock, changes, store, put, names };
};

describe('expressions', () => {
  it.each([
    ['a = :one', true],
    ['missing = :one', false],
    ['missing <> :one', true],
    ['NOT contains(set, :x)', false],
    ['a < :two AND (a > :two OR begins_with(#word, :x))', true],
    ['size(map) < :two AND attribute_exists(map.inner)', true],
    ['attribute_not_exists(map.other) AND a IN (:two, :one)', true],
  ])('%s is %s', (text, expected) => {
    const item = { a: 1, set: new Set(['x']), word: 'xyz', map: { inner: 1 } };
    expect(conditionOf(text).holds(item, { '#word': 'word' }, { ':one': 1, ':two': 2, ':x': 'x' })).toBe(expected);
  });

  it.each(['a BETWEEN :one AND :two', 'a = ', 'a ! :one', 'attribute_type(a, :one)'])('refuse what they do not know: %s', (text) => {
    expect(() => conditionOf(text).holds({ a: 1 }, {}, { ':one': 1, ':two': 2 })).toThrow();
  });

  it('change an item as it was before all changes, and leave the old one alone', () => {
    const before = { count: 1, list: ['a'], map: { x: 1 }, set: new Set(['m']) };
    const text =
      'SET #count = #count + :one, other = #count, list = list_append(list, :more), map.y = if_not_exists(map.y, :one) ADD set :set REMOVE map.x';
    const after = updateOf(text).apply(before, { '#count': 'count' }, { ':one': 1, ':more': ['b'], ':set': new Set(['n']) });
    expect(after).toEqual({ count: 2, other: 1, list: ['a', 'b'], map: { y: 1 }, set: new Set(['m', 'n']) });
    expect(before).toEqual({ count: 1, list: ['a'], map: { x: 1 }, set: new Set(['m']) });
  });

  it('refuse a path whose parent is missing', () => {
    expect(() => updateOf('SET map.x = :one').apply({}, {}, { ':one': 1 })).toThrow('document path');
  });
});

describe('the store', () => {
  it('shows by an index what has its keys, and of that what it projects', () => {
    const { put, names } = given();
    put('1', { name: 'b', shown: 1, hidden: 2 });
    put('2', { name: 'a' });
    put('3', { shown: 3 });
    expect(names()).toEqual({
      Items: [
        { p: 'one', s: '2', name: 'a' },
        { p: 'one', s: '1', name: 'b', shown: 1 },
      ],
    });
  });

  it('shows an index as it was, where it is behind', () => {
    const { clock, put, names } = given();
    put('1', { name: 'old' });
    clock.now = 1000;
    put('1', { name: 'new' });
    clock.now = 1500;
    expect(names({ lagMs: 100 })).toMatchObject({ Items: [{ name: 'new' }] });
    expect(names({ lagMs: 900 })).toMatchObject({ Items: [{ name: 'old' }] });
    expect(names({ lagMs: 2000 })).toMatchObject({ Items: [] });
  });

  it('ends a page early and says where it goes on', () => {
    const { put, names } = given();
    put('1', { name: 'a' });
    put('2', { name: 'b' });
    expect(names({ mostItems: 1 })).toMatchObject({ Items: [{ name: 'a' }], LastEvaluatedKey: { p: 'one', s: '1', name: 'a' } });
  });

  it('answers a refused condition with the image that refused it, and changes nothing', () => {
    const { store, put, changes } = given();
    put('1', { count: 1 });
    const update = new UpdateCommand({
      TableName: 'T',
      Key: { p: 'one', s: '1' },
      UpdateExpression: 'SET #count = :two',
      ConditionExpression: '#count = :two',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':two': 2 },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    expect(() => store.execute(update)).toThrow(expect.objectContaining({ Item: { p: { S: 'one' }, s: { S: '1' }, count: { N: '1' } } }));
    expect(store.execute(new GetCommand({ TableName: 'T', Key: { p: 'one', s: '1' } }))).toEqual({ Item: { p: 'one', s: '1', count: 1 } });
    expect(changes).toHaveLength(1);
  });

  it('tells each change with both images', () => {
    const { store, put, changes } = given();
    put('1');
    store.execute(new DeleteCommand({ TableName: 'T', Key: { p: 'one', s: '1' } }));
    store.execute(new DeleteCommand({ TableName: 'T', Key: { p: 'one', s: '1' } }));
    const item = { p: 'one', s: '1' };
    expect(changes).toEqual([
      { table: 'T', before: undefined, after: item },
      { table: 'T', before: item, after: undefined },
    ]);
  });

  it('does all of a transaction or nothing, as its checks say, which change nothing', () => {
    const { store } = given();
    const transact = (checked: string, written: string) =>
      store.execute(
        new TransactWriteCommand({
          TransactItems: [
            { Put: { TableName: 'T', Item: { p: 'one', s: written } } },
            { ConditionCheck: { TableName: 'T', Key: { p: 'one', s: checked }, ConditionExpression: 'attribute_exists(p)' } },
          ],
        }),
      );
    store.execute(new PutCommand({ TableName: 'T', Item: { p: 'one', s: 'there' } }));
    expect(transact('there', 'new')).toEqual({});
    expect(store.all('T')).toEqual([
      { p: 'one', s: 'new' },
      { p: 'one', s: 'there' },
    ]);
    expect(() => transact('absent', 'never')).toThrow('Transaction cancelled');
    expect(store.all('T')).toHaveLength(2);
    expect(() => transact('there', 'there')).toThrow('more than once');
  });

  it('refuses a key that is longer than the engine takes', () => {
    const { store } = given();
    const get = (p: string, s: string) => store.execute(new GetCommand({ TableName: 'T', Key: { p, s } }));
    expect(get('p'.repeat(2048), 'é'.repeat(512))).toEqual({});
    expect(() => get('p'.repeat(2049), 's')).toThrow('too long');
    expect(() => get('p', 'é'.repeat(513))).toThrow('too long');
  });

  it('refuses names and values that nothing uses', () => {
    const { store } = given();
    const unused = new UpdateCommand({
      TableName: 'T',
      Key: { p: 'one', s: '1' },
      UpdateExpression: 'SET a = :one',
      ExpressionAttributeValues: { ':one': 1, ':two': 2 },
    });
    expect(() => store.execute(unused)).toThrow(':two is not used');
  });
});
