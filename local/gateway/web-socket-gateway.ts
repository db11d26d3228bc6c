import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Integration, WebSocketApi, WebSocketRoute } from '../deployment.ts';
import type { Guard } from '../iam/guard.ts';
import { isObject, objectOf, parseJson, stringOf } from '../json.ts';
import type { Outcome } from '../lambda/environment.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';
import { apiHost, arnOf } from '../template.ts';
import type { AccessLog } from './access-log.ts';
import { authorizeConnect } from './authorize-connect.ts';
import { clfTime } from './clf-time.ts';
import {
  type Connection,
  type Connections,
  closeConnection,
  faultsOf,
  maximumFrameBytes,
  maximumMessageBytes,
  sendText,
} from './connection.ts';
import { createConnectionsApi } from './connections-api.ts';
import { createFrameGuard } from './frame-guard.ts';
import type { Admission } from './throttling.ts';

/** A WebSocket API: its handshakes, its messages, its `@connections` API and its limits. */
export interface WebSocketGateway {
  readonly connections: Connections;
  /** For the server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** The `@connections` API. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

export interface WebSocketGatewayOptions {
  readonly api: WebSocketApi;
  readonly pools: ReadonlyMap<string, FunctionPool>;
  readonly idleTimeoutMs: number;
  readonly connectionLifeMs: number;
  readonly guard: Guard;
  readonly admits: Admission;
  readonly accessLog: AccessLog;
}

type IntegrationOutcome = Outcome | 'timed-out' | 'mock';
type FrameOutcome = IntegrationOutcome | 'no-route' | 'throttled';

export const createWebSocketGateway = (options: WebSocketGatewayOptions): WebSocketGateway => {
  const { api, pools, idleTimeoutMs, connectionLifeMs, guard, admits, accessLog } = options;
  const connections: Connections = { open: new Map(), faults: {}, idleTimeoutMs, connectionLifeMs };
  const chosenProtocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maximumMessageBytes,
    perMessageDeflate: false,
    // Not the event `headers`, which does not tell one upgrade from another.
    handleProtocols: (_, request) => chosenProtocols.get(request) ?? false,
  });

  const integrate = async (integration: Integration, event: unknown): Promise<IntegrationOutcome> => {
    if (integration.type === 'mock') return 'mock';
    const pool = pools.get(integration.functionArn);
    if (pool === undefined) throw new Error(`no function ${integration.functionArn}`);
    const impatience = new AbortController();
    const tooLong = delay(integration.timeoutMs, 'timed-out' as const, { signal: impatience.signal, ref: false });
    tooLong.catch(() => {}); // aborted below
    try {
      return await Promise.race([pool.invoke(JSON.stringify(event)), tooLong]);
    } finally {
      impatience.abort();
    }
  };

  const connect = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    if (path !== `/${api.stage}` && path !== `/${api.stage}/`) return refuse(socket, 403);
    if (!admits('$connect')) return refuse(socket, 429);
    // Posting to the id answers 410 until the upgrade is done, because it is not among the open ones.
    const connectionId = `${randomBytes(11).toString('base64url')}=`;
    const connectedAtMs = Date.now();
    const identity = { sourceIp: request.socket.remoteAddress ?? '', userAgent: request.headers['user-agent'] };
    const baseContext = {
      eventType: 'CONNECT',
      messageDirection: 'IN',
      stage: api.stage,
      connectedAt: connectedAtMs,
      identity,
      domainName: apiHost(api.id),
      connectionId,
      apiId: api.id,
    };
    const parts = { ...headersOf(request), ...queryOf(query) };
    const route = api.routes.get('$connect');
    const requestContext = { routeKey: '$connect', ...baseContext, ...perRequest() };
    let authorizerContext: Readonly<Record<string, unknown>> = {};
    const end = (status: number): void =>
      accessLog({ ...requestContext, ...authorizerContext, status, integrationLatency: Date.now() - connectedAtMs });
    const refuseAndLog = (status: number): void => {
      end(status);
      refuse(socket, status);
    };
    if (route?.authorizer !== undefined) {
      const pool = pools.get(route.authorizer.functionArn);
      if (pool === undefined) throw new Error(`no function ${route.authorizer.functionArn}`);
      const methodArn = arnOf('execute-api', `${api.id}/${api.stage}/$connect`);
      const authorization = await authorizeConnect(route.authorizer, pool, { ...parts, requestContext }, methodArn);
      if ('refused' in authorization) return refuseAndLog(authorization.refused);
      authorizerContext = { authorizer: { ...authorization.allowed, integrationLatency: Date.now() - connectedAtMs } };
    }
    let chosen: string | undefined;
    if (route !== undefined) {
      const outcome = await integrate(route.integration, {
        ...parts,
        requestContext: { ...requestContext, ...authorizerContext },
        isBase64Encoded: false,
      });
      const answer = connectAnswer(outcome);
      if (answer.status < 200 || answer.status > 299) return refuseAndLog(answer.status);
      chosen = answer.protocol;
    }
    if (chosen !== undefined) chosenProtocols.set(request, chosen);
    end(200);
    const context = { ...baseContext, ...authorizerContext };
    if (socket.destroyed) return disconnect(context, headersOf(request).headers, 1006, '', {});
    server.handleUpgrade(request, socket, head, (webSocket) => {
      open(webSocket, socket, {
        connectionId,
        socket: webSocket,
        connectedAtMs,
        lastActiveAtMs: connectedAtMs,
        requestContext: context,
        headers: headersOf(request).headers,
        closing: undefined,
        faults: {},
        postAttempts: 0,
      });
    });
  };

  const open = (webSocket: WebSocket, socket: Duplex, connection: Connection): void => {
    connections.open.set(connection.connectionId, connection);
    const tooLarge = (): void => closeConnection(connection, 1009, 'Message too big');
    socket.prependListener('data', createFrameGuard(maximumFrameBytes, tooLarge));
    webSocket.on('message', (data: RawData, isBinary: boolean) => {
      if (connection.closing !== undefined) return;
      if (isBinary) return closeConnection(connection, 1003, 'Unsupported Data');
      connection.lastActiveAtMs = Date.now();
      const text = data.toString('utf8'); // one Buffer: `binaryType` is left as it is
      receive(connection, text).catch((error: unknown) => console.error(error));
    });
    // `ws` closes with 1009 or 1007 by itself after an error in what it received.
    webSocket.on('error', () => {});
    webSocket.on('close', (code, reason) => {
      connections.open.delete(connection.connectionId);
      const { code: status, reason: why } = connection.closing ?? { code, reason: reason.toString() };
      void disconnect(connection.requestContext, connection.headers, status, why, faultsOf(connections, connection));
    });
  };

  const receive = async (connection: Connection, body: string): Promise<void> => {
    const parsed = parseJson(body);
    const selected = stringOf(objectOf(parsed)[api.routeField]);
    const named = selected === undefined || selected.startsWith('$') ? undefined : api.routes.get(selected);
    const route = named ?? api.routes.get('$default');
    const requestId = newRequestId();
    const requestContext = {
      ...connection.requestContext,
      routeKey: route?.key,
      messageId: newRequestId(),
      eventType: 'MESSAGE',
      ...perRequest(requestId),
    };
    const receivedAtMs = Date.now();
    const outcome = await outcomeOf(route, { requestContext, body, isBase64Encoded: false });
    accessLog({ ...requestContext, status: statusOf(outcome), integrationLatency: Date.now() - receivedAtMs });
    const answer = frameAnswer(outcome, route?.answers === true);
    if (answer === undefined) return;
    const { connectionId } = connection;
    const message =
      'problem' in answer ? Buffer.from(JSON.stringify({ message: answer.problem, connectionId, requestId })) : answer.message;
    sendText(connection, message);
  };

  const outcomeOf = async (route: WebSocketRoute | undefined, event: object): Promise<FrameOutcome> => {
    if (route === undefined) return 'no-route';
    return admits(route.key) ? integrate(route.integration, event) : 'throttled';
  };

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html */
  const disconnect = async (
    context: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>>,
    disconnectStatusCode: number,
    disconnectReason: string,
    { loseDisconnect }: { readonly loseDisconnect?: boolean },
  ): Promise<void> => {
    const route = api.routes.get('$disconnect');
    if (route === undefined || loseDisconnect === true || closed) return;
    const requestContext = {
      ...context,
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      disconnectStatusCode,
      disconnectReason,
      ...perRequest(),
    };
    const kept = { Host: apiHost(api.id), 'x-api-key': '', 'X-Forwarded-For': headers['X-Forwarded-For'] ?? '', 'x-restapi': '' };
    const event = { headers: kept, multiValueHeaders: multiValue(kept), requestContext, isBase64Encoded: false };
    accessLog({ ...requestContext, status: statusOf(await integrate(route.integration, event)) });
  };

  let closed = false;
  let sweep: NodeJS.Timeout;
  /** One timer for all connections, because there may be thousands. */
  const closeOverdue = (): void => {
    const now = Date.now();
    for (const connection of connections.open.values()) {
      const overdue =
        now - connection.lastActiveAtMs >= connections.idleTimeoutMs || now - connection.connectedAtMs >= connections.connectionLifeMs;
      if (overdue) closeConnection(connection, 1001, 'Going away');
    }
    const period = Math.min(connections.idleTimeoutMs, connections.connectionLifeMs) / 10;
    sweep = setTimeout(closeOverdue, Math.min(200, Math.max(20, period))).unref();
  };
  closeOverdue();

  return {
    connections,
    upgrade: (request, socket, head) => {
      const ignore = (): void => {};
      // Without a listener a client that vanishes during `$connect` would end the process.
      socket.on('error', ignore);
      connect(request, socket, head).catch((error: unknown) => {
        console.error(error);
        refuse(socket, 500);
      });
    },
    serve: createConnectionsApi(api.id, api.stage, connections, guard),
    close: () => {
      closed = true;
      clearTimeout(sweep);
      for (const { socket } of connections.open.values()) socket.terminate();
    },
  };
};

/** What the access log says of a frame. */
const statusOf = (outcome: FrameOutcome): number => {
  if (outcome === 'no-route') return 403;
  if (outcome === 'throttled') return 429;
  if (outcome === 'timed-out') return 504;
  return outcome !== 'mock' && 'failed' in outcome ? 500 : 200;
};

const newRequestId = (): string => `${randomBytes(11).toString('base64url')}=`;

/** What of `requestContext` differs from event to event. */
const perRequest = (requestId = newRequestId()): Record<string, unknown> => {
  const now = Date.now();
  return { requestId, extendedRequestId: requestId, requestTime: clfTime(now), requestTimeEpoch: now };
};

/** Header names in the client's own case, with the ones that API Gateway adds. */
const headersOf = (request: IncomingMessage): { headers: Record<string, string>; multiValueHeaders: Record<string, string[]> } => {
  const values = new Map([
    ['X-Amzn-Trace-Id', [`Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomUUID().replaceAll('-', '').slice(0, 24)}`]],
    ['X-Forwarded-For', [request.socket.remoteAddress ?? '']],
    ['X-Forwarded-Port', ['443']],
    ['X-Forwarded-Proto', ['https']],
  ]);
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    // The gateway answers the upgrade itself.
    if (/^(connection|upgrade)$/i.test(name)) continue;
    values.set(name, [...(values.get(name) ?? []), request.rawHeaders[at + 1] ?? '']);
  }
  return { headers: lastValues(values), multiValueHeaders: Object.fromEntries(values) };
};

const lastValues = (values: ReadonlyMap<string, readonly string[]>): Record<string, string> =>
  Object.fromEntries([...values].map(([name, all]) => [name, all.at(-1) ?? '']));

const multiValue = (single: Readonly<Record<string, string>>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(single).map(([name, value]) => [name, [value]]));

const queryOf = (query: string) => {
  if (query === '') return {};
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  return { queryStringParameters: lastValues(values), multiValueQueryStringParameters: Object.fromEntries(values) };
};

const connectAnswer = (outcome: IntegrationOutcome): { status: number; protocol?: string | undefined } => {
  if (outcome === 'mock') return { status: 200 };
  if (outcome === 'timed-out') return { status: 504 };
  if ('failed' in outcome) return { status: 502 };
  const response = parseJson(outcome.answered);
  if (!isObject(response) || typeof response.statusCode !== 'number') return { status: 502 };
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
  const protocol = Object.entries(objectOf(response.headers)).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
  return { status: response.statusCode, protocol: stringOf(protocol) };
};

/** What the client is sent after a frame; undefined: nothing. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html */
const frameAnswer = (outcome: FrameOutcome, answers: boolean): { message: Buffer } | { problem: string } | undefined => {
  if (outcome === 'no-route') return { problem: 'Forbidden' };
  if (outcome === 'throttled') return { problem: 'Too Many Requests' };
  if (outcome === 'mock') return undefined;
  if (outcome === 'timed-out') return { problem: 'Endpoint request timed out' };
  if ('failed' in outcome) return { problem: 'Internal server error' };
  const { body, isBase64Encoded } = objectOf(parseJson(outcome.answered));
  if (!answers || body === undefined || body === null || body === '') return undefined;
  const message = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), isBase64Encoded === true ? 'base64' : 'utf8');
  return message.length > maximumMessageBytes ? { problem: 'Internal server error' } : { message };
};

const refuse = (socket: Duplex, status: number): void => {
  if (socket.destroyed) return;
  const title = STATUS_CODES[status] ?? 'Error';
  const body = JSON.stringify({ message: title, connectionId: newRequestId(), requestId: newRequestId() });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};
