import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { OidcProvider } from './configuration.ts';
import type { HandlerFunctions } from './handler-functions.ts';
import { type FunctionName, type Permissions, permissions, type TableOrIndex } from './permissions.ts';
import { projectRoot } from './project-root.ts';
import type { TableName, Tables } from './tables.ts';
import type { SocketApi } from './web-socket-api.ts';

export interface WireFunctionsProps {
  readonly functions: HandlerFunctions;
  readonly tables: Tables;
  readonly sockets: SocketApi;
  readonly oidcProvider: OidcProvider;
  readonly operators: readonly string[];
  /** Origins whose pages may open sockets. */
  readonly allowedOrigins: readonly string[];
  /** Check-ins a minute from one address. @default - the contract's */
  readonly checkInPerMinute: number | undefined;
  readonly key: IKey;
}

const tableVariables: Readonly<Record<TableName, string>> = {
  Callers: 'CALLERS_TABLE',
  Clinics: 'CLINICS_TABLE',
  Connections: 'CONNECTIONS_TABLE',
  Tickets: 'TICKETS_TABLE',
  Broadcasts: 'BROADCASTS_TABLE',
  RateLimits: 'RATE_LIMITS_TABLE',
  Audit: 'AUDIT_TABLE',
};

/** Gives every function what `permissions` says, and in its environment the address of what it may use. */
export function wireFunctions(props: WireFunctionsProps): void {
  for (const [name, { tables, connections, invokes }] of entries(permissions)) {
    wireTables(props, name, tables);
    const handler = props.functions.byName[name];
    if (connections !== undefined) {
      handler.function.addEnvironment('CONNECTIONS_ENDPOINT', props.sockets.connectionsEndpoint);
      handler.grant(
        new PolicyStatement({
          actions: ['execute-api:ManageConnections'],
          resources: connections.map((method) => props.sockets.connectionsArn(method)),
        }),
      );
    }
    if (invokes !== undefined) {
      const invoked = props.functions.lambda(invokes);
      handler.function.addEnvironment('BROADCAST_FUNCTION', invoked.functionName);
      handler.grant(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }));
    }
  }
  addSettings(props);
}

function wireTables(props: WireFunctionsProps, name: FunctionName, tables: Permissions['tables']): void {
  const handler = props.functions.byName[name];
  for (const [tableOrIndex, actions] of entries(tables)) {
    const [tableName, index] = splitIndex(tableOrIndex);
    const table = props.tables.byName[tableName];
    handler.function.addEnvironment(tableVariables[tableName], table.tableName);
    handler.grant(
      new PolicyStatement({
        actions: actions.map((action) => `dynamodb:${action}`),
        resources: [index === undefined ? table.tableArn : `${table.tableArn}/index/${index}`],
      }),
    );
  }
  handler.grant(
    new PolicyStatement({
      // DynamoDB uses the key in the name of whoever reads or writes:
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: [props.key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(props.tables).region}.amazonaws.com` } },
    }),
  );
}

/** What a function is told beyond the addresses of what it may use. */
function addSettings({ functions, sockets, oidcProvider, operators, allowedOrigins, checkInPerMinute }: WireFunctionsProps): void {
  functions.lambda('authorize').addEnvironment('ALLOWED_ORIGINS', allowedOrigins.join(','));
  const publicHttp = functions.lambda('public-http');
  publicHttp.addEnvironment('WEB_SOCKET_URL', sockets.url);
  publicHttp.addEnvironment('JWT_ISSUER', oidcProvider.issuer);
  publicHttp.addEnvironment('JWT_AUDIENCE', oidcProvider.audience);
  publicHttp.addEnvironment('SERVICE_VERSION', readServiceVersion());
  if (checkInPerMinute !== undefined) publicHttp.addEnvironment('WAITING_AREA_CHECK_IN_PER_MINUTE', String(checkInPerMinute));
  const staffHttp = functions.lambda('staff-http');
  staffHttp.addEnvironment('WEB_SOCKET_URL', sockets.url);
  staffHttp.addEnvironment('OPERATORS', operators.join(','));
}

function readServiceVersion(): string {
  const { version }: { version?: unknown } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  if (typeof version !== 'string') throw new Error('package.json has no version.');
  return version;
}

function splitIndex(tableOrIndex: TableOrIndex): [table: TableName, index: string | undefined] {
  const [table, index] = tableOrIndex.split('/');
  // TableOrIndex is a table's name, alone or before a slash.
  return [table as TableName, index];
}

/** `Object.entries` with the keys that a record's type promises. */
function entries<Key extends string, Value>(record: Readonly<Partial<Record<Key, Value>>>): [Key, Value][] {
  // The records given here are literals of exactly these keys, none of them undefined.
  return Object.entries(record) as [Key, Value][];
}
