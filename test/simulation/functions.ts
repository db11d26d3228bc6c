import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { type InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clinicsOf } from './clinics-of-event.ts';
import { currentInvocation, Invocation, type Outcome, type Outside } from './invocation.ts';
import { tableNames } from './store/tables.ts';

/** Each function and the time it may take, ms (`lib/handler-functions.ts`). */
const timeouts = {
  authorize: 10_000,
  connection: 10_000,
  'caller-socket': 10_000,
  'staff-socket': 10_000,
  'public-http': 10_000,
  'staff-http': 10_000,
  broadcast: 900_000,
  'board-updates': 30_000,
  audit: 30_000,
  deadlines: 60_000,
} as const;

export type FunctionName = keyof typeof timeouts;
type Handler = (event: unknown, context: unknown) => unknown;

/** The deployed functions, whole: handlers, middleware, core, tables and adapters are the real ones; only the SDK's clients and the clock are ours. */
export interface Functions {
  invoke(outside: Outside, name: FunctionName, event: unknown): Promise<Outcome>;
}

/** What the template gives to functions. */
const environment = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'simulation',
  AWS_SECRET_ACCESS_KEY: 'simulation',
  CALLERS_TABLE: tableNames.callers,
  CLINICS_TABLE: tableNames.clinics,
  CONNECTIONS_TABLE: tableNames.connections,
  TICKETS_TABLE: tableNames.tickets,
  BROADCASTS_TABLE: tableNames.broadcasts,
  RATE_LIMITS_TABLE: tableNames.rateLimits,
  AUDIT_TABLE: tableNames.audit,
  CONNECTIONS_ENDPOINT: 'https://simulation.execute-api.eu-central-1.amazonaws.com/v1',
  WEB_SOCKET_URL: 'wss://simulation.example/v1',
  JWT_ISSUER: 'https://issuer.example',
  JWT_AUDIENCE: 'waiting-area',
  BROADCAST_FUNCTION: 'broadcast',
  SERVICE_VERSION: '0.0.0',
  ALLOWED_ORIGINS: 'https://web.example',
  // Handlers count frames by socket for as long as they are loaded, and here more come in one (virtual) minute than any socket may send.
  WAITING_AREA_FRAMES_PER_MINUTE: '1000000000',
};

/**
 * Loads the functions into this thread, for good: the SDK's clients lead into the simulation from now on.
 * @param readLog is given what functions write to their log
 */
export const loadFunctions = async (readLog: (line: string) => void = () => {}): Promise<Functions> => {
  Object.assign(process.env, environment);
  leadInto(DynamoDBDocumentClient, (command) => {
    const invocation = currentInvocation();
    return invocation.outside.runCommand(invocation, command);
  });
  leadInto(ApiGatewayManagementApiClient, (command) => {
    const invocation = currentInvocation();
    return invocation.outside.management(invocation, command);
  });
  leadInto(LambdaClient, (command) => {
    const invocation = currentInvocation();
    return invocation.call('invoke the worker', () => {
      // The only command that functions send to Lambda.
      invocation.outside.invokeLater(String((command as InvokeCommand).input.Payload));
      return {};
    });
  });
  const { system } = await import('../../functions/adapters/system.ts');
  // Handlers copy it when they are loaded, which is not before now.
  Object.assign(system, {
    now: () => currentInvocation().now(),
    newId: () => currentInvocation().outside.newId(),
    newSecret: () => currentInvocation().outside.newId().padEnd(43, 'x'),
  });
  const { logTo } = redirectStandardError();
  logTo(readLog);
  const handlers: Readonly<Record<FunctionName, { handler: unknown }>> = {
    authorize: await import('../../functions/authorize.ts'),
    connection: await import('../../functions/connection.ts'),
    'caller-socket': await import('../../functions/caller-socket.ts'),
    'staff-socket': await import('../../functions/staff-socket.ts'),
    'public-http': await import('../../functions/public-http.ts'),
    'staff-http': await import('../../functions/staff-http.ts'),
    broadcast: await import('../../functions/broadcast.ts'),
    'board-updates': await import('../../functions/board-updates.ts'),
    audit: await import('../../functions/audit.ts'),
    deadlines: await import('../../functions/deadlines.ts'),
  };
  return {
    invoke: (outside, name, event) =>
      // The events are made by the models, in the shape of the platform's.
      new Invocation(outside, clinicsOf(event)).run(() => (handlers[name].handler as Handler)(event, {}), timeouts[name]),
  };
};

const leadInto = (client: { prototype: object }, send: (command: unknown) => Promise<object>): void => {
  Object.assign(client.prototype, { send });
};

/** Functions log to standard error; a simulation has thousands of failures on purpose. */
const redirectStandardError = () => {
  let read: (line: string) => void = () => {};
  process.stderr.write = (line: string | Uint8Array) => {
    read(String(line));
    return true;
  };
  return {
    logTo: (reader: (line: string) => void) => {
      read = reader;
    },
  };
};
