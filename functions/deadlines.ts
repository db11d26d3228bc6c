import { required } from './adapters/environment.ts';
import { createManagementClient, createPoster } from './adapters/poster.ts';
import { system } from './adapters/system.ts';
import { meetDeadlines } from './core/meet-deadlines.ts';
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
  poster: createPoster(createManagementClient(required('CONNECTIONS_ENDPOINT'))),
};

/** Every minute: what is due. */
export const handler = observe<unknown, void>({ subject: 'deadlines', now: system.now }, () => meetDeadlines(ports));
