import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { logFailure } from '../adapters/log.ts';
import type { Subject } from '../adapters/log-formatter.ts';
import { system } from '../adapters/system.ts';
import type { TimedChange } from '../core/audit-changes.ts';
import type { Visit } from '../data/visit.ts';
import type { Observation } from './observe.ts';

/** How functions that follow the stream are observed. */
export const observedBatches = {
  outcomeOf: ({ batchItemFailures }) => (batchItemFailures.length > 0 ? 'failed' : 'ok'),
} as const satisfies Partial<Observation<DynamoDBStreamEvent, DynamoDBBatchResponse>>;

/** A batch of the Callers' stream: each clinic in it is served for itself; one that fails is retried from its first change. */
export const serveClinics =
  (what: Subject, serve: (clinicId: string, changes: readonly TimedChange[]) => Promise<void>) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const clinics = Map.groupBy(Records, (record) => record.dynamodb?.Keys?.clinicId?.S ?? '');
    const failed = await Promise.all(
      [...clinics].map(async ([clinicId, records]) => {
        try {
          await serve(clinicId, records.map(toChange));
          return [];
        } catch (error) {
          logFailure(what, error, { clinicId });
          return records.slice(0, 1).flatMap((record) => record.dynamodb?.SequenceNumber ?? []);
        }
      }),
    );
    // Lambda retries from the first of these (lambda/latest/dg/services-ddb-batchfailurereporting).
    return { batchItemFailures: failed.flat().map((itemIdentifier) => ({ itemIdentifier })) };
  };

const toChange = ({ dynamodb }: DynamoDBRecord): TimedChange => ({
  before: toVisit(dynamodb?.OldImage),
  after: toVisit(dynamodb?.NewImage),
  // Seconds, to the minute or better (amazondynamodb/latest/APIReference/API_streams_StreamRecord).
  at: dynamodb?.ApproximateCreationDateTime === undefined ? system.now() : dynamodb.ApproximateCreationDateTime * 1000,
});

/** The event's types know only strings where the SDK knows bytes too; a visit has no bytes, and only its table's module writes it. */
const toVisit = (image: NonNullable<DynamoDBRecord['dynamodb']>['NewImage']): Visit | undefined =>
  image && (unmarshall(image as Record<string, AttributeValue>) as Visit);
