import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Filter } from '../../protocol/filter.ts';
import { conditional, isLive, requireOwn } from './document-client.ts';

/** What was asked for. Times are ms. */
export interface BroadcastJob {
  readonly clinicId: string;
  readonly broadcastId: string;
  readonly text: string;
  readonly filter?: Filter;
  readonly callerIds?: readonly string[];
  readonly requestedBy: string;
  readonly senderName: string;
  readonly requestedAt: number;
  readonly state: 'running' | 'finished' | 'failed';
  /** Runs that broke off; the third makes it `failed`. */
  readonly failedRuns?: number;
  readonly expiresAtSeconds: number;
}

/**
 * The outcome of a share of the recipients, as sets of caller ids: adding twice changes nothing,
 * where a number added to by an at-least-once stream would be wrong. `stored` holds `callerId:seq`.
 */
export interface OutcomeShard {
  readonly stored?: ReadonlySet<string>;
  readonly failed?: ReadonlySet<string>;
  readonly offline?: ReadonlySet<string>;
  readonly delivered?: ReadonlySet<string>;
  readonly read?: ReadonlySet<string>;
}
export type OutcomeSet = keyof OutcomeShard;

export interface BroadcastRecord {
  readonly job: BroadcastJob;
  readonly shards: readonly OutcomeShard[];
}

export type BroadcastsTable = ReturnType<typeof createBroadcastsTable>;

const prefixOf = (broadcastId: string) => `${broadcastId}/`;
const jobItem = (broadcastId: string) => `${prefixOf(broadcastId)}job`;
const shardItem = (broadcastId: string, shard: number) => `${prefixOf(broadcastId)}shard/${String(shard).padStart(6, '0')}`;

const unknown = 'attribute_not_exists(clinicId)';
/** False of a missing item, too. */
const known = 'clinicId = :clinicId';
const stillRunning = '#state = :running';

/** The Broadcasts table: each job, and beside it what became of it, in shards of recipients. It owns every key and expression of the table. */
export const createBroadcastsTable = (client: DynamoDBDocumentClient, tableName: string) => ({
  /** Stores a new job; false where the id is taken. */
  async create(job: BroadcastJob): Promise<boolean> {
    const written = await conditional(
      client.send(new PutCommand({ TableName: tableName, Item: { ...job, item: jobItem(job.broadcastId) }, ConditionExpression: unknown })),
    );
    return written.outcome === 'done';
  },

  /** A job with all its shards, read consistently. */
  async find(clinicId: string, broadcastId: string, nowMs: number): Promise<BroadcastRecord | undefined> {
    let job: BroadcastJob | undefined;
    const shards: OutcomeShard[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const { Items, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'clinicId = :clinicId AND begins_with(#item, :broadcast)',
          ExpressionAttributeNames: { '#item': 'item' },
          ExpressionAttributeValues: { ':clinicId': clinicId, ':broadcast': prefixOf(broadcastId) },
          ConsistentRead: true,
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of requireOwn<Record<string, unknown>>({ clinicId }, Items ?? [])) {
        // Only this module writes items of this table; the key tells which kind it is.
        if (item.item === jobItem(broadcastId)) job = item as unknown as BroadcastJob;
        else shards.push(item as OutcomeShard);
      }
      start = LastEvaluatedKey;
    } while (start);
    return job && isLive(job, nowMs) ? { job, shards } : undefined;
  },

  /** Adds recipients to the outcome of one shard; answers the shard as it now stands. */
  async addOutcome(
    job: Pick<BroadcastJob, 'clinicId' | 'broadcastId' | 'expiresAtSeconds'>,
    shard: number,
    outcome: Partial<Record<OutcomeSet, readonly string[]>>,
  ): Promise<OutcomeShard> {
    const given = Object.entries(outcome).filter(([, ids]) => ids.length > 0);
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { clinicId: job.clinicId, item: shardItem(job.broadcastId, shard) },
        UpdateExpression: `SET expiresAtSeconds = :expires${given.length > 0 ? ` ADD ${given.map(([set]) => `#${set} :${set}`).join(', ')}` : ''}`,
        ExpressionAttributeNames: given.length > 0 ? Object.fromEntries(given.map(([set]) => [`#${set}`, set])) : undefined,
        ExpressionAttributeValues: {
          ':expires': job.expiresAtSeconds,
          ...Object.fromEntries(given.map(([set, ids]) => [`:${set}`, new Set(ids)])),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    // Only this module writes items of this table.
    return (Attributes ?? {}) as OutcomeShard;
  },

  /** All is stored and posted. */
  async finish(clinicId: string, broadcastId: string): Promise<void> {
    await conditional(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { clinicId, item: jobItem(broadcastId) },
          UpdateExpression: 'SET #state = :finished',
          ConditionExpression: `${known} AND ${stillRunning}`,
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':clinicId': clinicId, ':finished': 'finished', ':running': 'running' },
        }),
      ),
    );
  },

  /** A run broke off: the third time the broadcast is given up. Answers the state it is in now. */
  async countFailedRun(job: BroadcastJob, mostRuns: number): Promise<BroadcastJob['state']> {
    const state = (job.failedRuns ?? 0) + 1 >= mostRuns ? 'failed' : 'running';
    await conditional(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { clinicId: job.clinicId, item: jobItem(job.broadcastId) },
          UpdateExpression: 'SET #state = :state ADD failedRuns :one',
          ConditionExpression: `${known} AND ${stillRunning}`,
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':clinicId': job.clinicId, ':state': state, ':running': 'running', ':one': 1 },
        }),
      ),
    );
    return state;
  },
});
