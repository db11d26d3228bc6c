import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import {
  conditionOf,
  InvalidRequest,
  type Item,
  isSame,
  type Names,
  type Placeholders,
  updateOf,
  type Value,
  type Values,
} from './expressions.ts';
import type { IndexShape, TableShape } from './tables.ts';

/** One change of one item, as a stream with old and new images tells it. */
export interface ItemChange {
  readonly table: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** How one read sees the store. */
export interface Sight {
  /** A read that need not be consistent sees the store as it was so long ago, ms. */
  readonly lagMs?: number;
  /** A page ends after so many items, where it could hold more: DynamoDB ends one at 1 MB. */
  readonly mostItems?: number;
}

export interface StoreOptions {
  readonly tables: Readonly<Record<string, TableShape>>;
  readonly now: () => number;
  /** Hears of each change, in the order of their taking place. */
  readonly onChange?: (change: ItemChange) => void;
}

/** Of a partition key and of a sort key (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html). */
const mostKeyBytes = [2048, 1024];

/** No read is further behind than this. */
export const mostLagMs = 3000;

interface Stored {
  item: Item | undefined;
  /** Earlier images, with the time until which each stood. */
  past: { readonly until: number; readonly item: Item | undefined }[];
}

type Expressed = {
  readonly ConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Names | undefined;
  readonly ExpressionAttributeValues?: Values | undefined;
};

interface Write {
  readonly table: string;
  readonly key: Item;
  readonly expressed: Expressed;
  /** The item as it would be; undefined: deleted. */
  readonly next: (before: Item | undefined) => Item | undefined;
}

/** A part of a transaction; one that only checks writes nothing. */
type Part = Omit<Write, 'next'> & { readonly next: Write['next'] | undefined };

/**
 * DynamoDB at the level of the document client: it answers the commands that the table modules send as DynamoDB would, at once and without
 * faults. `test/integration/store-model.test.ts` holds it to a real engine.
 */
export class Store {
  readonly #options: StoreOptions;
  readonly #tables = new Map<string, Map<string, Stored>>();

  constructor(options: StoreOptions) {
    this.#options = options;
    for (const name of Object.keys(options.tables)) this.#tables.set(name, new Map());
  }

  /** What `DynamoDBDocumentClient.send` answers. @throws what it throws: refused conditions and invalid requests */
  execute(command: unknown, sight: Sight = {}): object {
    if (command instanceof GetCommand) return this.#get(command);
    if (command instanceof PutCommand) return this.#put(command);
    if (command instanceof UpdateCommand) return this.#update(command);
    if (command instanceof DeleteCommand) return this.#delete(command);
    if (command instanceof QueryCommand) return this.#query(command, sight);
    if (command instanceof TransactWriteCommand) return this.#transact(command);
    throw new Error(`the model knows no ${String((command as object).constructor.name)}`);
  }

  /** Everything in a table, in order of its keys. */
  all(table: string): Item[] {
    return [...this.#recordsOf(table)]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, { item }]) => item)
      .filter((item) => item !== undefined);
  }

  #get({ input }: GetCommand): object {
    const { table, key } = this.#place(input.TableName, input.Key);
    const Item = this.#recordsOf(table).get(key)?.item;
    return Item === undefined ? {} : { Item };
  }

  #put({ input }: PutCommand): object {
    const item = stored(input.Item ?? {});
    this.#write(
      { table: String(input.TableName), key: item, expressed: input, next: () => item },
      input.ReturnValuesOnConditionCheckFailure,
    );
    return {};
  }

  #update({ input }: UpdateCommand): object {
    const update = updateOf(input.UpdateExpression ?? '');
    const names = input.ExpressionAttributeNames ?? {};
    const { after } = this.#write(this.#updating(input), input.ReturnValuesOnConditionCheckFailure);
    switch (input.ReturnValues) {
      case undefined:
      case 'NONE':
        return {};
      case 'ALL_NEW':
        return { Attributes: after };
      case 'UPDATED_NEW': {
        const touched = update.touched(names);
        return { Attributes: Object.fromEntries(Object.entries(after ?? {}).filter(([name]) => touched.includes(name))) };
      }
      default:
        throw new Error(`the model knows no ReturnValues ${input.ReturnValues}`);
    }
  }

  #updating(input: Expressed & { TableName?: string | undefined; Key?: Item | undefined }): Write {
    const update = updateOf(input.UpdateExpression ?? '');
    const values = stored(input.ExpressionAttributeValues ?? {});
    const key = input.Key ?? {};
    update.require(input.ExpressionAttributeNames ?? {});
    return {
      table: String(input.TableName),
      key,
      expressed: input,
      next: (before) => update.apply(before ?? key, input.ExpressionAttributeNames ?? {}, values),
    };
  }

  #delete({ input }: DeleteCommand): object {
    const write = { table: String(input.TableName), key: input.Key ?? {}, expressed: input, next: () => undefined };
    const { before } = this.#write(write, input.ReturnValuesOnConditionCheckFailure);
    return input.ReturnValues === 'ALL_OLD' && before !== undefined ? { Attributes: before } : {};
  }

  #transact({ input }: TransactWriteCommand): object {
    const parts = (input.TransactItems ?? []).map((each): Part => {
      if (each.Put) {
        const item = stored(each.Put.Item ?? {});
        return { table: String(each.Put.TableName), key: item, expressed: each.Put, next: () => item };
      }
      if (each.Update) return this.#updating(each.Update);
      if (each.Delete)
        return { table: String(each.Delete.TableName), key: each.Delete.Key ?? {}, expressed: each.Delete, next: () => undefined };
      if (each.ConditionCheck) {
        const { TableName, Key, ...expressed } = each.ConditionCheck;
        return { table: String(TableName), key: Key ?? {}, expressed, next: undefined };
      }
      throw new Error('the model knows no such part of a transaction');
    });
    const places = parts.map(({ table, key }) => `${table}\u0000${this.#place(table, key).key}`);
    if (new Set(places).size < places.length) throw new InvalidRequest('a transaction includes an item more than once');
    const held = parts.map((part) => this.#holds(part));
    if (held.includes(false)) {
      throw new TransactionCanceledException({
        $metadata: {},
        message: 'Transaction cancelled',
        CancellationReasons: held.map((does) => ({ Code: does ? 'None' : 'ConditionalCheckFailed' })),
      });
    }
    for (const { next, ...write } of parts) if (next) this.#write({ ...write, next }, undefined);
    return {};
  }

  #holds({ table, key, expressed }: Part): boolean {
    requireUsed(expressed);
    if (expressed.ConditionExpression === undefined) return true;
    const before = this.#recordsOf(table).get(this.#place(table, key).key)?.item;
    const values = stored(expressed.ExpressionAttributeValues ?? {});
    return conditionOf(expressed.ConditionExpression).holds(before, expressed.ExpressionAttributeNames ?? {}, values);
  }

  #write(write: Write, onRefusal: string | undefined): { before: Item | undefined; after: Item | undefined } {
    const records = this.#recordsOf(write.table);
    const { key } = this.#place(write.table, write.key);
    const record = records.get(key) ?? { item: undefined, past: [] };
    const before = record.item;
    if (!this.#holds(write)) {
      throw new ConditionalCheckFailedException({
        $metadata: {},
        message: 'The conditional request failed',
        ...(onRefusal === 'ALL_OLD' && before !== undefined && { Item: marshall(before) }),
      });
    }
    const after = write.next(before);
    records.set(key, record);
    const now = this.#options.now();
    record.past = [...record.past.filter(({ until }) => until >= now - mostLagMs), { until: now, item: before }];
    record.item = after;
    // A write that changes nothing stands in no stream.
    if (!isSame(before, after)) this.#options.onChange?.({ table: write.table, before, after });
    return { before, after };
  }

  #query({ input }: QueryCommand, { lagMs = 0, mostItems = Number.POSITIVE_INFINITY }: Sight): object {
    requireUsed({ ...input, ConditionExpression: input.KeyConditionExpression });
    const table = String(input.TableName);
    const shape = this.#shapeOf(table);
    const index = input.IndexName === undefined ? undefined : shape.indexes?.[input.IndexName];
    if (input.IndexName !== undefined && !index) throw new InvalidRequest(`${table} has no index ${input.IndexName}`);
    if (index && input.ConsistentRead) throw new InvalidRequest('Consistent reads are not supported on global secondary indexes');
    const sortKey = index ? index.sortKey : shape.sortKey;
    const places = [index?.partitionKey, sortKey, shape.partitionKey, shape.sortKey].filter((name) => name !== undefined);
    const seenAt = input.ConsistentRead ? undefined : this.#options.now() - Math.min(lagMs, mostLagMs);
    const condition = conditionOf(input.KeyConditionExpression ?? '');
    const direction = input.ScanIndexForward === false ? -1 : 1;
    const found = [...this.#recordsOf(table).values()]
      .map((record) => imageAt(record, seenAt))
      .filter((item) => item !== undefined)
      // An index holds the items that have its keys.
      .filter((item) => places.every((name) => item[name] !== undefined))
      .filter((item) => condition.holds(item, input.ExpressionAttributeNames ?? {}, input.ExpressionAttributeValues ?? {}))
      .toSorted((one, other) => direction * compareBy(places, one, other));
    const start = input.ExclusiveStartKey;
    const behind = start === undefined ? found : found.filter((item) => direction * compareBy(places, item, start) > 0);
    const most = Math.min(input.Limit ?? Number.POSITIVE_INFINITY, mostItems);
    const page = behind.slice(0, most);
    const last = page.at(-1);
    return {
      Items: index ? page.map((item) => projected(item, index, shape)) : page,
      // DynamoDB does not look whether another one follows.
      ...(last !== undefined && page.length >= most && { LastEvaluatedKey: Object.fromEntries(places.map((name) => [name, last[name]])) }),
    };
  }

  #place(table: string | undefined, key: Item | undefined): { table: string; key: string } {
    const { partitionKey, sortKey } = this.#shapeOf(String(table));
    const parts = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])].map((name) => key?.[name]);
    if (parts.some((part) => typeof part !== 'number' && (typeof part !== 'string' || part === '')))
      throw new InvalidRequest(`the key of ${table} is not complete`);
    const isTooLong = parts.some((part, index) => Buffer.byteLength(String(part)) > (mostKeyBytes[index] ?? 0));
    if (isTooLong) throw new InvalidRequest(`a key of ${table} is too long`);
    return { table: String(table), key: parts.join('\u0000') };
  }

  #shapeOf(table: string): TableShape {
    const shape = this.#options.tables[table];
    if (!shape) throw new Error(`there is no table ${table}`);
    return shape;
  }

  #recordsOf(table: string): Map<string, Stored> {
    const records = this.#tables.get(table);
    if (!records) throw new Error(`there is no table ${table}`);
    return records;
  }
}

const imageAt = ({ item, past }: Stored, at: number | undefined): Item | undefined => {
  if (at === undefined) return item;
  const then = past.find(({ until }) => until > at);
  return then ? then.item : item;
};

const compareBy = (names: readonly string[], one: Item, other: Item): number => {
  for (const name of names) {
    const [a, b] = [one[name], other[name]];
    if (a === b) continue;
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    return String(a) < String(b) ? -1 : 1;
  }
  return 0;
};

const projections = new WeakMap<Item, Item>();

const projected = (item: Item, index: IndexShape, { partitionKey, sortKey }: TableShape): Item => {
  const before = index.projects.length > 0 ? projections.get(item) : undefined;
  if (before) return before;
  const names = new Set([index.partitionKey, index.sortKey, partitionKey, sortKey, ...index.projects]);
  const projection = Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
  if (index.projects.length > 0) projections.set(item, projection);
  return projection;
};

/** What stays of a value when it is stored: nothing that is undefined, and no empty set. */
const stored = <Given extends Value>(value: Given): Given => {
  if (value instanceof Set) {
    if (value.size === 0) throw new InvalidRequest('A string set may not be empty');
    return value;
  }
  // Each branch gives back what it was given, without its undefined fields.
  if (Array.isArray(value)) return value.map(stored) as Given;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, stored(field)]),
  ) as Given;
};

/** DynamoDB refuses names and values that no expression of the request uses. */
const requireUsed = (input: Expressed): void => {
  const given = [...Object.keys(input.ExpressionAttributeNames ?? {}), ...Object.keys(input.ExpressionAttributeValues ?? {})];
  const expressions: Placeholders[] = [
    ...(input.ConditionExpression === undefined ? [] : [conditionOf(input.ConditionExpression)]),
    ...(input.UpdateExpression === undefined ? [] : [updateOf(input.UpdateExpression)]),
  ];
  const unused = given.find((name) => !expressions.some(({ used }) => used.has(name)));
  if (unused !== undefined) throw new InvalidRequest(`${unused} is not used in any expression`);
};
