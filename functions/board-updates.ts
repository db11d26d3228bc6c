import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { required } from './adapters/environment.ts';
import { createManagementClient, createPoster } from './adapters/poster.ts';
import { system } from './adapters/system.ts';
import { updateBoard } from './core/update-board.ts';
import { createBroadcastsTable } from './data/broadcasts-table.ts';
import { createClinicsTable } from './data/clinics-table.ts';
import { createConnectionsTable } from './data/connections-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import { observe } from './middleware/observe.ts';
import { observedBatches, serveClinics } from './middleware/visit-stream.ts';

const client = createDocumentClient();
const ports = {
  ...system,
  clinics: createClinicsTable(client, required('CLINICS_TABLE')),
  connections: createConnectionsTable(client, required('CONNECTIONS_TABLE')),
  broadcasts: createBroadcastsTable(client, required('BROADCASTS_TABLE')),
  poster: createPoster(createManagementClient(required('CONNECTIONS_ENDPOINT'))),
};

/** The Callers' stream: tells dashboards, and the callers concerned, what changed. */
export const handler = observe<DynamoDBStreamEvent, DynamoDBBatchResponse>(
  { ...observedBatches, subject: 'board', now: system.now },
  serveClinics('board', (clinicId, changes) => updateBoard(ports, clinicId, changes)),
);
