import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Table } from '../deployment.ts';
import { LocalStackError } from '../errors.ts';
import { arrayOf, objectOf } from '../json.ts';
import { type EngineClient, EngineError } from './engine-client.ts';

/** Creates what is missing of the template's tables. @throws LocalStackError when a table of an earlier run has other keys or indexes. */
export const createTables = async (client: EngineClient, tables: readonly Table[]): Promise<void> => {
  await Promise.all(tables.map((table) => ensureTable(client, table)));
};

const ensureTable = async (client: EngineClient, table: Table): Promise<void> => {
  const existing = await describe(client, table.name);
  if (existing === undefined) {
    await client.call('CreateTable', table.creation);
    while ((await describe(client, table.name))?.TableStatus !== 'ACTIVE') await delay(20);
  } else if (!isDeepStrictEqual(shapeOf(existing), shapeOf(table.creation))) {
    throw new LocalStackError(
      `The table ${table.name} in the data folder has other keys, indexes or stream than the template. Start with another folder (--data DIR) or remove the old one.`,
    );
  }
};

const describe = async (client: EngineClient, name: string): Promise<Record<string, unknown> | undefined> => {
  try {
    return objectOf((await client.call('DescribeTable', { TableName: name })).Table);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
};

/** What cannot be changed by creating the table again, in an order of its own. */
const shapeOf = (description: Readonly<Record<string, unknown>>): unknown => ({
  keys: description.KeySchema,
  stream: objectOf(description.StreamSpecification).StreamViewType,
  indexes: arrayOf(description.GlobalSecondaryIndexes)
    .map(objectOf)
    .map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      type: objectOf(Projection).ProjectionType,
      attributes: arrayOf(objectOf(Projection).NonKeyAttributes).map(String).sort(),
    }))
    .sort((a, b) => String(a.IndexName).localeCompare(String(b.IndexName))),
});
