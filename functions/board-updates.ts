import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { required } from './adapters/environment.ts';
import { logFailure } from './adapters/log.ts';
import { createManagementClient, createPoster } from './adapters/poster.ts';
import { system } from './adapters/system.ts';
import { updateBoard, type VisitChange } from './core/update-board.ts';
import { createBroadcastsTable } from './data/broadcasts-table.ts';
import { createClinicsTable } from './data/clinics-table.ts';
import { createConnectionsTable } from './data/connections-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import type { Visit } from './data/visit.ts';

const client = createDocumentClient();
const ports = {
  ...system,
  clinics: createClinicsTable(client, required('CLINICS_TABLE')),
  connections: createConnectionsTable(client, required('CONNECTIONS_TABLE')),
  broadcasts: createBroadcastsTable(client, required('BROADCASTS_TABLE')),
  poster: createPoster(createManagementClient(required('CONNECTIONS_ENDPOINT'))),
};

/** The Callers' stream, a batch at a time: each clinic in it is served for itself; one that fails is retried from its first change. */
export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(async ({ Records }) => {
  const clinics = Map.groupBy(Records, (record) => record.dynamodb?.Keys?.clinicId?.S ?? '');
  const failed = await Promise.all(
    [...clinics].map(async ([clinicId, records]) => {
      try {
        await updateBoard(ports, clinicId, records.map(toChange));
        return [];
      } catch (error) {
        logFailure('board', error, { clinicId });
        return records.slice(0, 1).flatMap((record) => record.dynamodb?.SequenceNumber ?? []);
      }
    }),
  );
  // Lambda retries from the first of these (lambda/latest/dg/services-ddb-batchfailurereporting).
  return { batchItemFailures: failed.flat().map((itemIdentifier) => ({ itemIdentifier })) };
});

const toChange = ({ dynamodb }: DynamoDBRecord): VisitChange => ({
  before: toVisit(dynamodb?.OldImage),
  after: toVisit(dynamodb?.NewImage),
});

/** The event's types know only strings where the SDK knows bytes too; a visit has no bytes, and only its table's module writes it. */
const toVisit = (image: NonNullable<DynamoDBRecord['dynamodb']>['NewImage']): Visit | undefined =>
  image && (unmarshall(image as Record<string, AttributeValue>) as Visit);
