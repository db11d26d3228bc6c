import type { TableName } from './tables.ts';

export type FunctionName =
  | 'authorize'
  | 'connection'
  | 'caller-socket'
  | 'staff-socket'
  | 'public-http'
  | 'staff-http'
  | 'broadcast'
  | 'board-updates'
  | 'audit'
  | 'deadlines';

export type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem' | 'Query';

/** A table, or an index of it. */
export type TableOrIndex = TableName | 'Callers/board' | 'Clinics/memberships' | 'Clinics/active';

export interface Permissions {
  /** DynamoDB actions by table or index; a transaction is allowed by the actions of its parts. */
  readonly tables: Readonly<Partial<Record<TableOrIndex, readonly TableAction[]>>>;
  /** What may be done to open sockets of this stage: send, look, close. */
  readonly connections?: readonly ('POST' | 'GET' | 'DELETE')[];
  readonly invokes?: 'broadcast';
}

/**
 * What each function may do, all of it but the common part (its own log group, the key through DynamoDB, its dead letters and its stream).
 * A function gets the names of the tables that stand here, and no others, in its environment: see `wire-functions.ts`.
 */
export const permissions: Readonly<Record<FunctionName, Permissions>> = {
  authorize: {
    tables: { Tickets: ['DeleteItem'] },
  },
  connection: {
    tables: { Callers: ['UpdateItem'], Connections: ['DeleteItem'] },
  },
  'caller-socket': {
    tables: { Callers: ['GetItem', 'UpdateItem'], Clinics: ['GetItem'] },
    connections: ['POST', 'DELETE'],
  },
  'staff-socket': {
    tables: {
      Callers: ['GetItem', 'UpdateItem'],
      'Callers/board': ['Query'],
      Clinics: ['GetItem'],
      Connections: ['DeleteItem', 'PutItem'],
      Broadcasts: ['PutItem', 'Query'],
      RateLimits: ['UpdateItem'],
      Audit: ['PutItem', 'Query'],
    },
    connections: ['POST'],
    invokes: 'broadcast',
  },
  'public-http': {
    tables: {
      Callers: ['GetItem', 'PutItem'],
      Clinics: ['GetItem', 'UpdateItem'],
      Tickets: ['PutItem'],
      RateLimits: ['UpdateItem'],
      Audit: ['PutItem', 'Query'],
    },
  },
  'staff-http': {
    tables: {
      Callers: ['UpdateItem', 'DeleteItem'],
      'Callers/board': ['Query'],
      Clinics: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem', 'Query'],
      'Clinics/memberships': ['Query'],
      Connections: ['DeleteItem', 'Query'],
      Tickets: ['PutItem'],
      Broadcasts: ['PutItem', 'Query'],
      RateLimits: ['UpdateItem'],
      Audit: ['PutItem', 'Query'],
    },
    connections: ['POST', 'DELETE'],
    invokes: 'broadcast',
  },
  broadcast: {
    tables: {
      Callers: ['UpdateItem'],
      'Callers/board': ['Query'],
      Clinics: ['GetItem'],
      Connections: ['DeleteItem', 'Query'],
      Broadcasts: ['UpdateItem', 'Query'],
    },
    connections: ['POST'],
  },
  'board-updates': {
    tables: {
      Clinics: ['Query'],
      Connections: ['DeleteItem', 'Query'],
      Broadcasts: ['UpdateItem', 'Query'],
    },
    connections: ['POST', 'DELETE'],
  },
  audit: {
    tables: { Audit: ['PutItem', 'Query'] },
  },
  deadlines: {
    tables: {
      Callers: ['GetItem', 'UpdateItem'],
      'Callers/board': ['Query'],
      Clinics: ['GetItem', 'UpdateItem'],
      'Clinics/active': ['Query'],
      Connections: ['DeleteItem', 'Query'],
    },
    connections: ['POST', 'GET'],
  },
};
