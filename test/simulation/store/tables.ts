/** A table as the template makes it (`lib/tables.ts`); an infrastructure test holds this list to it. */
export interface TableShape {
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly indexes?: Readonly<Record<string, IndexShape>>;
}

export interface IndexShape {
  readonly partitionKey: string;
  readonly sortKey: string;
  /** The attributes it carries besides the keys. */
  readonly projects: readonly string[];
}

export const tableNames = {
  callers: 'CallersTable',
  clinics: 'ClinicsTable',
  connections: 'ConnectionsTable',
  tickets: 'TicketsTable',
  broadcasts: 'BroadcastsTable',
  rateLimits: 'RateLimitsTable',
  audit: 'AuditTable',
} as const;

export const tableShapes: Readonly<Record<(typeof tableNames)[keyof typeof tableNames], TableShape>> = {
  CallersTable: {
    partitionKey: 'clinicId',
    sortKey: 'callerId',
    indexes: {
      board: {
        partitionKey: 'clinicId',
        sortKey: 'boardKey',
        projects: [
          'name',
          'phone',
          'language',
          'details',
          'status',
          'statusSince',
          'arrivedAt',
          'messageCount',
          'lastMessageFrom',
          'lastMessageAt',
          'lastMessagePreview',
          'unreadCount',
          'unansweredSince',
          'deadlines',
          'deliveredSeq',
          'readSeq',
          'guestMessages',
          'connections',
          'version',
          'expiresAtSeconds',
        ],
      },
    },
  },
  ClinicsTable: {
    partitionKey: 'clinicId',
    sortKey: 'item',
    indexes: {
      memberships: { partitionKey: 'userId', sortKey: 'clinicId', projects: ['name', 'role', 'answersMessages'] },
      active: { partitionKey: 'activePartition', sortKey: 'activeUntilSeconds', projects: [] },
    },
  },
  ConnectionsTable: { partitionKey: 'clinicId', sortKey: 'connectionId' },
  TicketsTable: { partitionKey: 'clinicId', sortKey: 'ticketHash' },
  BroadcastsTable: { partitionKey: 'clinicId', sortKey: 'item' },
  RateLimitsTable: { partitionKey: 'window' },
  AuditTable: { partitionKey: 'chainId', sortKey: 'seq' },
};
