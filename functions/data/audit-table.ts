import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { RequestError } from '../../protocol/errors.ts';
import { type AuditEvent, type ChainedEvent, type ChainWriter, chain, chainIdOf, dayOf, expiryOf } from './audit-chain.ts';
import { conditional, isLive, requireOwn } from './document-client.ts';

export type AuditTable = ReturnType<typeof createAuditTable>;

/** Every refusal shows an entry that another writer was quicker with; a clinic has not so many at once. */
const mostAttempts = 200;

/** A batch of the stream that comes again is found among the last so many entries of its day. */
const lookBack = 100;

const unwritten = 'attribute_not_exists(chainId)';

/** An entry as it is stored. */
type StoredEntry = ChainedEvent & { readonly expiresAtSeconds: number };

/** The Audit table: chains of entries by clinic, day (UTC) and kind of writer. It is only ever added to; the functions have no grant to change or delete. */
export const createAuditTable = (client: DynamoDBDocumentClient, tableName: string) => {
  const newestFirst = async (chainId: string, options: { below?: number | undefined; limit: number }): Promise<StoredEntry[]> => {
    const entries: StoredEntry[] = [];
    let below = options.below;
    do {
      const { Items, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: below === undefined ? 'chainId = :chainId' : 'chainId = :chainId AND seq < :below',
          ExpressionAttributeValues: { ':chainId': chainId, ...(below !== undefined && { ':below': below }) },
          ScanIndexForward: false,
          Limit: options.limit - entries.length,
          ConsistentRead: true,
        }),
      );
      // Only this module writes items of this table.
      entries.push(...requireOwn({ chainId }, (Items ?? []) as StoredEntry[]));
      below = LastEvaluatedKey ? entries.at(-1)?.seq : undefined;
    } while (below !== undefined && entries.length < options.limit);
    return entries;
  };

  /** Puts the entry at its place, or at the first free one behind; answers what then stands last. */
  const add = async (chainId: string, last: ChainedEvent | undefined, event: AuditEvent): Promise<ChainedEvent> => {
    let before = last;
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const entry = chain(chainId, before, event);
      const written = await conditional<ChainedEvent>(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...entry, expiresAtSeconds: expiryOf(chainId) },
            ConditionExpression: unwritten,
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      if (written.outcome === 'done') return entry;
      // The SDK sends it again when an answer is lost: then it meets itself.
      if (written.image?.entryId === event.entryId) return written.image;
      before = written.image;
    }
    throw new RequestError('unavailable');
  };

  return {
    /**
     * Adds the events to the chains of their days, in the order given. What the stream brings again is left out, where it comes soon after.
     * @throws where the table is out of reach: then nothing is known to be recorded
     */
    async append(clinicId: string, writer: ChainWriter, events: readonly AuditEvent[]): Promise<void> {
      const mayRepeat = writer === 'visits';
      for (const [day, ofDay] of Map.groupBy(events, ({ at }) => dayOf(at))) {
        const chainId = chainIdOf(clinicId, day, writer);
        const tail = await newestFirst(chainId, { limit: mayRepeat ? lookBack : 1 });
        const known = new Set(mayRepeat ? tail.map(({ entryId }) => entryId) : []);
        let last: ChainedEvent | undefined = tail[0];
        for (const event of ofDay) if (!known.has(event.entryId)) last = await add(chainId, last, event);
      }
    },

    /** Entries of one day (UTC, `2026-11-23`) by one kind of writer, the newest first, those below `below` (a `seq`) where that is given. */
    async ofDay(
      clinicId: string,
      day: string,
      writer: ChainWriter,
      options: { below?: number | undefined; limit: number; nowMs: number },
    ): Promise<ChainedEvent[]> {
      const entries = await newestFirst(chainIdOf(clinicId, day, writer), options);
      return entries.filter((entry) => isLive(entry, options.nowMs));
    },
  };
};
