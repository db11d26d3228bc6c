import { setTimeout as delay } from 'node:timers/promises';
import type { Table } from '../deployment.ts';
import { messageOf } from '../errors.ts';
import { arrayOf, objectOf, stringOf } from '../json.ts';
import { type EngineClient, EngineError } from './engine-client.ts';

/** The shortest time between two sweeps. DynamoDB deletes within days; seconds show what expiry does. */
const pauseMs = 3_000;
/** A sweep scans: it may take this share of the engine's time. */
const shareOfTime = 0.02;

/** Deletes items whose time-to-live attribute, in epoch seconds, has passed, until the signal is given. */
export const sweepExpired = async (client: EngineClient, tables: readonly Table[], signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const startedAt = performance.now();
    for (const table of tables) {
      await sweepTable(client, table, signal).catch((error: unknown) => {
        if (!signal.aborted && !(error instanceof EngineError && error.code === 'Unreachable'))
          console.error(`Expiry of ${table.name}: ${messageOf(error)}`);
      });
    }
    const took = performance.now() - startedAt;
    await delay(Math.max(pauseMs, took / shareOfTime), undefined, { signal, ref: false }).catch(() => {});
  }
};

const sweepTable = async (client: EngineClient, table: Table, signal: AbortSignal): Promise<void> => {
  if (table.timeToLiveAttribute === undefined) return;
  const expired = {
    names: { '#expiry': table.timeToLiveAttribute },
    values: { ':now': { N: String(Math.floor(Date.now() / 1000)) } },
  };
  const keys = arrayOf(table.creation.KeySchema).map((key) => stringOf(objectOf(key).AttributeName) ?? '');
  const keyNames = Object.fromEntries(keys.map((key, index) => [`#key${index}`, key]));
  let startKey: unknown;
  do {
    const page = await client.call('Scan', {
      TableName: table.name,
      Limit: 200,
      FilterExpression: '#expiry < :now',
      ProjectionExpression: Object.keys(keyNames).join(', '),
      ExpressionAttributeNames: { ...expired.names, ...keyNames },
      ExpressionAttributeValues: expired.values,
      ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
    });
    for (const key of arrayOf(page.Items)) await remove(client, table.name, key, expired);
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined && !signal.aborted);
};

const remove = async (
  client: EngineClient,
  tableName: string,
  key: unknown,
  expired: { names: Record<string, string>; values: Record<string, unknown> },
): Promise<void> => {
  await client
    .call('DeleteItem', {
      TableName: tableName,
      Key: key,
      // It may have been given more time since it was read.
      ConditionExpression: '#expiry < :now',
      ExpressionAttributeNames: expired.names,
      ExpressionAttributeValues: expired.values,
    })
    .catch((error: unknown) => {
      if (!(error instanceof EngineError && error.code === 'ConditionalCheckFailedException')) throw error;
    });
};
