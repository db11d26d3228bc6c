import { required } from './adapters/environment.ts';
import { createManagementClient, createPoster } from './adapters/poster.ts';
import { system } from './adapters/system.ts';
import { announceClinic } from './core/announce-clinic.ts';
import type { WorkerJob } from './core/ports.ts';
import { runBroadcast } from './core/run-broadcast.ts';
import { createBroadcastsTable } from './data/broadcasts-table.ts';
import { createCallersTable } from './data/callers-table.ts';
import { createClinicsTable } from './data/clinics-table.ts';
import { createConnectionsTable } from './data/connections-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import { observe } from './middleware/observe.ts';

const client = createDocumentClient();
const ports = {
  ...system,
  callers: createCallersTable(client, required('CALLERS_TABLE')),
  clinics: createClinicsTable(client, required('CLINICS_TABLE')),
  connections: createConnectionsTable(client, required('CONNECTIONS_TABLE')),
  broadcasts: createBroadcastsTable(client, required('BROADCASTS_TABLE')),
  poster: createPoster(createManagementClient(required('CONNECTIONS_ENDPOINT'))),
};

/** Speaks to many at once, asynchronously. What is thrown makes Lambda run the job again, twice, and then dead-letter its ids. */
export const handler = observe<WorkerJob, void>(
  {
    subject: ({ kind }) => kind,
    idsOf: (job) => ({ clinicId: job.clinicId, ...(job.kind === 'broadcast' && { broadcastId: job.broadcastId }) }),
    now: system.now,
  },
  (job) => (job.kind === 'broadcast' ? runBroadcast(ports, job.clinicId, job.broadcastId) : announceClinic(ports, job.clinicId)),
);
