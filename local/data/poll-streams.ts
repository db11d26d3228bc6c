import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamMapping } from '../deployment.ts';
import { messageOf } from '../errors.ts';
import type { InjectedFaults } from '../injected-faults.ts';
import { arrayOf, isObject, numberOf, objectOf, parseJson, stringOf } from '../json.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';
import type { Queues } from '../lambda/queues.ts';
import { arnOf, local } from '../template.ts';
import { type EngineClient, EngineError } from './engine-client.ts';

export interface StreamPollingOptions {
  readonly client: EngineClient;
  readonly mappings: readonly StreamMapping[];
  readonly pools: ReadonlyMap<string, FunctionPool>;
  readonly queues: Queues;
  readonly faults: InjectedFaults;
  /** Keeps how far each shard was handled, so that a restart goes on from there. */
  readonly checkpointFile: string;
  readonly signal: AbortSignal;
}

export interface StreamRecord {
  readonly eventID: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly ApproximateCreationDateTime: number;
    readonly NewImage?: Readonly<Record<string, unknown>>;
    readonly OldImage?: Readonly<Record<string, unknown>>;
  };
}

/** Time between two reads of a shard that has nothing new. */
const pollMs = 50;
/** Lambda waits longer after each failed attempt; the stack does too, from here up to two seconds. */
const firstRetryMs = 50;

/** Brings the records of streams to functions as event source mappings do, until the signal is given: in order within a shard, at least once. */
export const pollStreams = async (options: StreamPollingOptions): Promise<void> => {
  const checkpoints = readCheckpoints(options.checkpointFile);
  await Promise.all(options.mappings.map((mapping) => pollMapping(options, mapping, checkpoints)));
};

interface Checkpoints {
  get(mapping: string, shard: string): string | undefined;
  set(mapping: string, shard: string, sequenceNumber: string): void;
}

const readCheckpoints = (file: string): Checkpoints => {
  const kept = new Map<string, string>();
  try {
    for (const [key, value] of Object.entries(objectOf(parseJson(readFileSync(file, 'utf8'))))) kept.set(key, String(value));
  } catch {
    mkdirSync(dirname(file), { recursive: true });
  }
  return {
    get: (mapping, shard) => kept.get(`${mapping} ${shard}`),
    set: (mapping, shard, sequenceNumber) => {
      kept.set(`${mapping} ${shard}`, sequenceNumber);
      writeFileSync(`${file}.part`, JSON.stringify(Object.fromEntries(kept)));
      renameSync(`${file}.part`, file);
    },
  };
};

const pollMapping = async (options: StreamPollingOptions, mapping: StreamMapping, checkpoints: Checkpoints): Promise<void> => {
  const { client, signal } = options;
  const running = new Map<string, Promise<void>>();
  const finished = new Set<string>();
  while (!signal.aborted) {
    try {
      const described = objectOf((await client.call('DescribeTable', { TableName: mapping.tableName })).Table);
      const streamArn = String(described.LatestStreamArn);
      const shards = await shardsOf(client, streamArn);
      const known = new Set(shards.map(({ id }) => id));
      for (const { id, parent } of shards) {
        const parentIsDone = parent === undefined || finished.has(parent) || !known.has(parent);
        if (running.has(id) || finished.has(id) || !parentIsDone) continue;
        const polling = pollShard(options, mapping, checkpoints, streamArn, id).then(
          () => void finished.add(id),
          (error: unknown) => report(mapping, error, signal),
        );
        running.set(
          id,
          polling.finally(() => void running.delete(id)),
        );
      }
    } catch (error) {
      report(mapping, error, signal);
    }
    // New shards appear when the engine splits or restarts.
    await delay(running.size === 0 ? pollMs : 1_000, undefined, { signal, ref: false }).catch(() => {});
  }
  await Promise.all(running.values());
};

const report = (mapping: StreamMapping, error: unknown, signal: AbortSignal): void => {
  const passing = error instanceof EngineError && error.code === 'Unreachable';
  if (!signal.aborted && !passing) console.error(`Stream of ${mapping.tableName}: ${messageOf(error)}`);
};

const shardsOf = async (client: EngineClient, streamArn: string): Promise<{ id: string; parent: string | undefined }[]> => {
  const shards: { id: string; parent: string | undefined }[] = [];
  let startAfter: unknown;
  do {
    const page = objectOf(
      (
        await client.call('DescribeStream', {
          StreamArn: streamArn,
          ...(startAfter === undefined ? {} : { ExclusiveStartShardId: startAfter }),
        })
      ).StreamDescription,
    );
    for (const shard of arrayOf(page.Shards).map(objectOf))
      shards.push({ id: String(shard.ShardId), parent: stringOf(shard.ParentShardId) });
    startAfter = page.LastEvaluatedShardId;
  } while (startAfter !== undefined && startAfter !== null);
  return shards;
};

/** Ends when the shard is closed and read to its end. */
const pollShard = async (
  { client, pools, queues, faults, signal }: StreamPollingOptions,
  mapping: StreamMapping,
  checkpoints: Checkpoints,
  streamArn: string,
  shard: string,
): Promise<void> => {
  const pool = pools.get(mapping.functionArn);
  if (pool === undefined) throw new Error(`no function ${mapping.functionArn}`);
  const invoke = async (records: readonly StreamRecord[]): Promise<BatchOutcome> => {
    const outcome = await pool.invoke(JSON.stringify({ Records: records.map((record) => asLambdaSees(record, mapping)) }));
    if (!('answered' in outcome)) return 'failed';
    return mapping.reportsItemFailures ? outcomeOf(outcome.answered) : 'handled';
  };
  const discard = (records: readonly StreamRecord[], condition: string): void => {
    if (mapping.onFailureArn !== undefined) queues.send(mapping.onFailureArn, discardedBatch(records, mapping, shard, condition));
  };

  const after = checkpoints.get(mapping.id, shard);
  let iterator = await shardIterator(client, streamArn, shard, mapping, after);
  while (!signal.aborted && iterator !== undefined) {
    const page = await client.call('GetRecords', { ShardIterator: iterator, Limit: mapping.batchSize });
    // The engine answers records in the form that the API defines.
    const records = arrayOf(page.Records) as StreamRecord[];
    const last = records.at(-1);
    if (last !== undefined) {
      const handle = () =>
        handleBatch(records, {
          mapping,
          invoke,
          discard,
          signal,
          now: Date.now,
          wait: (ms) => delay(ms, undefined, { signal, ref: false }),
        });
      await handle();
      if (faults.doubledStreams) await handle();
      if (signal.aborted) return;
      checkpoints.set(mapping.id, shard, last.dynamodb.SequenceNumber);
    }
    iterator = stringOf(page.NextShardIterator);
    if (last === undefined) await delay(pollMs, undefined, { signal, ref: false }).catch(() => {});
  }
};

const shardIterator = async (
  client: EngineClient,
  streamArn: string,
  shard: string,
  mapping: StreamMapping,
  after: string | undefined,
): Promise<string | undefined> => {
  const at = { StreamArn: streamArn, ShardId: shard };
  if (after !== undefined) {
    try {
      const found = await client.call('GetShardIterator', { ...at, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after });
      return stringOf(found.ShardIterator);
    } catch (error) {
      // The record may have been trimmed meanwhile: the oldest that is left comes next.
      if (!(error instanceof EngineError) || error.code === 'Unreachable') throw error;
    }
  }
  const found = await client.call('GetShardIterator', {
    ...at,
    ShardIteratorType: after === undefined ? mapping.startingPosition : 'TRIM_HORIZON',
  });
  return stringOf(found.ShardIterator);
};

/** `failed`: all of it; a list: the sequence numbers of failed records. */
export type BatchOutcome = 'handled' | 'failed' | readonly string[];

/** https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html */
const outcomeOf = (answered: string): BatchOutcome => {
  const answer = parseJson(answered);
  if (answer === null || (isObject(answer) && (answer.batchItemFailures === undefined || answer.batchItemFailures === null)))
    return 'handled';
  if (!isObject(answer) || !Array.isArray(answer.batchItemFailures)) return 'failed';
  const failures = answer.batchItemFailures.map((each) => stringOf(objectOf(each).itemIdentifier));
  return failures.every((each) => each !== undefined && each !== '') ? failures.filter((each) => each !== undefined) : 'failed';
};

export interface BatchHandling {
  readonly mapping: StreamMapping;
  readonly invoke: (records: readonly StreamRecord[]) => Promise<BatchOutcome>;
  readonly discard: (records: readonly StreamRecord[], condition: string) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * Retries, bisects and gives up as an event source mapping does.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 * @param attempts how often the first of these records has failed
 */
export const handleBatch = async (records: readonly StreamRecord[], handling: BatchHandling, attempts = 0): Promise<void> => {
  const { mapping, invoke, discard, signal } = handling;
  const first = records[0];
  if (first === undefined || signal.aborted) return;
  if (attempts > 0) {
    const ageSeconds = handling.now() / 1000 - first.dynamodb.ApproximateCreationDateTime;
    if (mapping.maximumRecordAgeSeconds >= 0 && ageSeconds > mapping.maximumRecordAgeSeconds) return discard(records, 'RecordAgeExceeded');
    if (mapping.maximumRetryAttempts >= 0 && attempts > mapping.maximumRetryAttempts) return discard(records, 'RetryAttemptsExhausted');
    await handling.wait(Math.min(firstRetryMs * 2 ** (attempts - 1), 2_000)).catch(() => {});
    if (signal.aborted) return;
  }
  const outcome = await invoke(records);
  if (outcome === 'handled') return;
  const positions =
    outcome === 'failed' ? [0] : outcome.map((failure) => records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failure));
  if (positions.length === 0) return;
  // A number that the batch does not hold counts as all of it having failed.
  const from = Math.max(0, Math.min(...positions));
  const left = records.slice(from);
  if (from > 0) return handleBatch(left, handling, 1);
  if (!mapping.bisects || left.length === 1) return handleBatch(left, handling, attempts + 1);
  // Splitting is no retry.
  const middle = Math.ceil(left.length / 2);
  await handleBatch(left.slice(0, middle), handling, attempts);
  await handleBatch(left.slice(middle), handling, attempts);
};

const asLambdaSees = (record: StreamRecord, mapping: StreamMapping): unknown => ({
  ...record,
  dynamodb: {
    ...record.dynamodb,
    ...(record.dynamodb.NewImage === undefined ? {} : { NewImage: completeMap(record.dynamodb.NewImage) }),
    ...(record.dynamodb.OldImage === undefined ? {} : { OldImage: completeMap(record.dynamodb.OldImage) }),
  },
  awsRegion: local.region,
  eventSourceARN: arnOf('dynamodb', `table/${mapping.tableName}/stream/local`),
});

/** DynamoDB Local 3.3 writes an empty map into its streams as `{}`, a value without a type. */
const completeValue = (value: unknown): unknown => {
  const { M: map, L: list } = objectOf(value);
  if (map !== undefined) return { M: completeMap(objectOf(map)) };
  if (list !== undefined) return { L: arrayOf(list).map(completeValue) };
  return isObject(value) && Object.keys(value).length === 0 ? { M: {} } : value;
};

const completeMap = (map: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, completeValue(value)]));

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html#services-ddb-onfailure-destination */
const discardedBatch = (records: readonly StreamRecord[], mapping: StreamMapping, shard: string, condition: string): unknown => ({
  version: '1.0',
  timestamp: new Date().toISOString(),
  requestContext: { functionArn: mapping.functionArn, condition },
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  DDBStreamBatchInfo: {
    shardId: shard,
    startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
    endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber,
    approximateArrivalOfFirstRecord: isoTime(records[0]),
    approximateArrivalOfLastRecord: isoTime(records.at(-1)),
    batchSize: records.length,
    streamArn: arnOf('dynamodb', `table/${mapping.tableName}/stream/local`),
  },
});

const isoTime = (record: StreamRecord | undefined): string | undefined => {
  const seconds = numberOf(record?.dynamodb.ApproximateCreationDateTime);
  return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
};
