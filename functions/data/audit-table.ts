import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type AuditEvent, type ChainedEvent, chain, clinicDayOf, dayOf, expiryOfDay } from './audit-chain.ts';
import { conditional, isLive, requireOwn } from './document-client.ts';

export type AuditTable = ReturnType<typeof createAuditTable>;

/** Every refusal shows an entry that another writer was quicker with; a clinic has not so many at once. */
const mostAttempts = 200;

/** A batch of the stream that comes again is found among the last so many entries of its day. */
const lookBack = 100;

const unwritten = 'attribute_not_exists(clinicDay)';

/** The Audit table: one chain of entries for each day (UTC) of each clinic. It is only ever added to; the functions have no grant to change or delete. */
export const createAuditTable = (client: DynamoDBDocumentClient, tableName: string) => {
  const newestFirst = async (clinicDay: string, options: { below?: number | undefined; limit: number }): Promise<ChainedEvent[]> => {
    const entries: ChainedEvent[] = [];
    let below = options.below;
    do {
      const { Items, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: below === undefined ? 'clinicDay = :clinicDay' : 'clinicDay = :clinicDay AND seq < :below',
          ExpressionAttributeValues: { ':clinicDay': clinicDay, ...(below !== undefined && { ':below': below }) },
          ScanIndexForward: false,
          Limit: options.limit - entries.length,
          ConsistentRead: true,
        }),
      );
      // Only this module writes items of this table.
      entries.push(...requireOwn({ clinicDay }, (Items ?? []) as ChainedEvent[]));
      below = LastEvaluatedKey ? entries.at(-1)?.seq : undefined;
    } while (below !== undefined && entries.length < options.limit);
    return entries;
  };

  /** Puts the entry at its place, or at the first free one behind; answers what then stands last. */
  const add = async (clinicDay: string, last: ChainedEvent | undefined, event: AuditEvent): Promise<ChainedEvent> => {
    let before = last;
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const entry = chain(clinicDay, before, event);
      const written = await conditional<ChainedEvent>(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...entry, expiresAtSeconds: expiryOfDay(clinicDay) },
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
    throw new Error('the audit log has too many writers at once');
  };

  return {
    /** Adds the events to the chains of their days, in the order given. An event that was added just before is left out. */
    async append(clinicId: string, events: readonly AuditEvent[], options: { mayRepeat: boolean } = { mayRepeat: false }): Promise<void> {
      for (const [day, ofDay] of Map.groupBy(events, ({ at }) => dayOf(at))) {
        const clinicDay = clinicDayOf(clinicId, day);
        const tail = await newestFirst(clinicDay, { limit: options.mayRepeat ? lookBack : 1 });
        const known = new Set(options.mayRepeat ? tail.map(({ entryId }) => entryId) : []);
        let last = tail[0];
        for (const event of ofDay) if (!known.has(event.entryId)) last = await add(clinicDay, last, event);
      }
    },

    /** Entries of one day (UTC, `2026-11-23`), the newest first, those below `below` (a `seq`) where that is given. */
    async ofDay(
      clinicId: string,
      day: string,
      options: { below?: number | undefined; limit: number; nowMs: number },
    ): Promise<ChainedEvent[]> {
      const entries = await newestFirst(clinicDayOf(clinicId, day), options);
      return entries.filter((entry) => isLive(entry as { expiresAtSeconds?: number }, options.nowMs));
    },
  };
};
