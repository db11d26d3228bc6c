import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { system } from '../../functions/adapters/system.ts';
import type { Ports } from '../../functions/core/ports.ts';
import { createAuditTable } from '../../functions/data/audit-table.ts';
import { createBroadcastsTable } from '../../functions/data/broadcasts-table.ts';
import { createCallersTable } from '../../functions/data/callers-table.ts';
import { createClinicsTable } from '../../functions/data/clinics-table.ts';
import { createConnectionsTable } from '../../functions/data/connections-table.ts';
import { createRateLimitsTable } from '../../functions/data/rate-limits-table.ts';
import { createTicketsTable } from '../../functions/data/tickets-table.ts';

/** What DynamoDB would bill: calls, and units of tables and indexes together. */
export interface Spent {
  readonly calls: number;
  readonly writeUnits: number;
  readonly readUnits: number;
}

interface Consumed {
  readonly TableName?: string;
  readonly CapacityUnits?: number;
}

/** The real table modules on the local stack's engine, with a count of what each operation consumes. Posts go nowhere. */
export const createMeteredPorts = async () => {
  const { dynamodb } = JSON.parse(process.env.WAITING_AREA_ENDPOINTS ?? '{}') as { dynamodb: string };
  const client = new DynamoDBClient({
    endpoint: dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const names = (await client.send(new ListTablesCommand({}))).TableNames ?? [];
  const named = (table: string): string => {
    const name = names.find((candidate) => candidate === table || candidate.endsWith(`-${table}`) || candidate.includes(table));
    if (!name) throw new Error(`the engine has no table ${table}`);
    return name;
  };

  let spent = { calls: 0, writeUnits: 0, readUnits: 0 };
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' };
      const isRead = /^(Get|Query|Scan|BatchGet)/.test(context.commandName ?? '');
      spent.calls += 1;
      const result = await next({ ...args, input });
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Consumed | Consumed[] };
      for (const { CapacityUnits = 0 } of [ConsumedCapacity ?? []].flat()) {
        if (isRead) spent.readUnits += CapacityUnits;
        else spent.writeUnits += CapacityUnits;
      }
      return result;
    },
    { step: 'initialize', name: 'meter', priority: 'low' },
  );

  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const ports: Ports = {
    ...system,
    callers: createCallersTable(documents, named('Callers')),
    clinics: createClinicsTable(documents, named('Clinics')),
    connections: createConnectionsTable(documents, named('Connections')),
    tickets: createTicketsTable(documents, named('Tickets')),
    broadcasts: createBroadcastsTable(documents, named('Broadcasts')),
    rateLimits: createRateLimitsTable(documents, named('RateLimits')),
    audit: createAuditTable(documents, named('Audit')),
    reportFailure: (_what, error) => {
      throw error;
    },
    poster: { post: async () => 'posted', close: async () => {}, isOpen: async () => true },
    startWorker: async () => {},
  };

  return {
    ports,
    async spentBy(operation: () => Promise<unknown>): Promise<Spent> {
      spent = { calls: 0, writeUnits: 0, readUnits: 0 };
      await operation();
      return { ...spent };
    },
    close: () => client.destroy(),
  };
};
