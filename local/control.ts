import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EngineGate } from './data/engine-gate.ts';
import type { Faults } from './gateway/connection.ts';
import type { WebSocketGateway } from './gateway/web-socket-gateway.ts';
import { answerJson, readBody } from './http-server.ts';
import type { Guard } from './iam/guard.ts';
import { clearFaults, type InjectedFaults } from './injected-faults.ts';
import { isObject, numberOf, parseJson, stringOf } from './json.ts';
import { invokePath } from './lambda/invoke-api.ts';
import type { Queues } from './lambda/queues.ts';
import type { Schedules } from './schedules.ts';

export interface ControlOptions {
  readonly gateway: WebSocketGateway | undefined;
  readonly queues: Queues;
  readonly schedules: Schedules;
  readonly logDirectory: string;
  readonly faults: InjectedFaults;
  /** Short names of the functions, and names of the tables, that faults may be asked for. */
  readonly functions: readonly string[];
  readonly tables: readonly string[];
  /** Lambda's `Invoke` has the same server: functions find it by `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly invoke: (request: IncomingMessage, response: ServerResponse, functionName: string) => Promise<void>;
  /** DynamoDB has the same server for functions: they find it by `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly gate: EngineGate;
  readonly guard: Guard;
}

const queuedMessagePath = /^\/queues\/([^/]+)\/([^/]+)$/;
const posts = ['throttled', 'gone', 'swallowed'] as const;

/** What tests do to the stack, and see of it, that no client of AWS could. Described in `docs/local-vs-aws.md`. */
export const createControl = (options: ControlOptions) => {
  const { gateway, queues, schedules, logDirectory, faults: injected, functions, tables, invoke, gate, guard } = options;
  const setFaults = (response: ServerResponse, body: Record<string, unknown>): void => {
    const faults = faultsFrom(body);
    const connectionId = stringOf(body.connectionId);
    const target = connectionId === undefined ? gateway?.connections : gateway?.connections.open.get(connectionId);
    if (faults === undefined) answerJson(response, 400, { message: 'posts: throttled, gone, swallowed or null; loseDisconnect: boolean' });
    else if (target === undefined) answerJson(response, 404, { message: `No open connection ${connectionId}` });
    else {
      target.faults = faults;
      answerJson(response, 200, faults);
    }
  };

  const setLimits = (response: ServerResponse, body: Record<string, unknown>): void => {
    if (gateway !== undefined) {
      gateway.connections.idleTimeoutMs = numberOf(body.idleTimeoutMs) ?? gateway.connections.idleTimeoutMs;
      gateway.connections.connectionLifeMs = numberOf(body.connectionLifeMs) ?? gateway.connections.connectionLifeMs;
    }
    const { idleTimeoutMs, connectionLifeMs } = gateway?.connections ?? {};
    answerJson(response, 200, { idleTimeoutMs, connectionLifeMs });
  };

  /** Sets how many faults of a kind are to come for one of the names. */
  const setCount = (
    response: ServerResponse,
    names: readonly string[],
    left: Map<string, number>,
    name: unknown,
    wanted: unknown,
  ): void => {
    const count = countFrom(wanted);
    if (count === undefined) answerJson(response, 400, { message: 'How often: a whole number above 0, true (always) or null (never)' });
    else if (typeof name !== 'string' || !names.includes(name))
      answerJson(response, 404, { message: `Not ${name}, but one of ${names.join(', ')}` });
    else {
      if (count === 0) left.delete(name);
      else left.set(name, count);
      answerJson(response, 200, {});
    }
  };

  const setDoubled = (response: ServerResponse, { asynchronous, streams }: Record<string, unknown>): void => {
    if ([asynchronous, streams].some((value) => value !== undefined && value !== 'doubled'))
      answerJson(response, 400, { message: 'asynchronous, streams: doubled, or left out' });
    else {
      injected.doubledAsynchronous = asynchronous === 'doubled';
      injected.doubledStreams = streams === 'doubled';
      answerJson(response, 200, {});
    }
  };

  const clearAllFaults = (response: ServerResponse): void => {
    clearFaults(injected);
    if (gateway !== undefined) {
      gateway.connections.faults = {};
      for (const connection of gateway.connections.open.values()) connection.faults = {};
    }
    answerJson(response, 200, {});
  };

  const removeMessage = (response: ServerResponse, queue: string, messageId: string): void => {
    if (queues.remove(queue, messageId)) answerJson(response, 200, {});
    else answerJson(response, 404, { message: `The queue ${queue} does not hold ${messageId}` });
  };

  const listConnections = (response: ServerResponse): void =>
    answerJson(response, 200, {
      connections: [...(gateway?.connections.open.values() ?? [])].map((connection) => ({
        connectionId: connection.connectionId,
        connectedAt: new Date(connection.connectedAtMs).toISOString(),
        lastActiveAt: new Date(connection.lastActiveAtMs).toISOString(),
        authorizer: connection.requestContext.authorizer,
        faults: connection.faults,
        postAttempts: connection.postAttempts,
      })),
    });

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (gate.takes(request)) return gate.serve(request, response);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const functionName = invokePath.exec(path)?.[1];
    if (functionName !== undefined) return invoke(request, response, decodeURIComponent(functionName));
    const [, queue, messageId] = queuedMessagePath.exec(path) ?? [];
    if (request.method === 'DELETE' && queue !== undefined && messageId !== undefined)
      return removeMessage(response, decodeURIComponent(queue), messageId);
    const parsed = parseJson((await readBody(request, 1024 * 1024))?.toString('utf8') ?? '');
    const body = isObject(parsed) ? parsed : {};
    switch (`${request.method} ${path}`) {
      case 'GET /connections':
        return listConnections(response);
      case 'POST /faults':
        return setFaults(response, body);
      case 'DELETE /faults':
        return clearAllFaults(response);
      case 'POST /faults/tables':
        return setCount(response, tables, injected.throttledTables, body.table, body.throttled);
      case 'POST /faults/functions':
        return setCount(response, functions, injected.killedAfterWrite, body.function, body.killedAfterWrite);
      case 'POST /faults/events':
        return setDoubled(response, body);
      case 'POST /limits':
        return setLimits(response, body);
      case 'GET /queues':
        return answerJson(response, 200, { queues: queues.list() });
      case 'POST /schedules/run':
        return answerJson(response, 200, { schedules: await schedules.runNow() });
      case 'GET /grants':
        return answerJson(response, 200, { grants: guard.grants(), denials: guard.denials() });
      case 'GET /logs':
        return answerJson(response, 200, { directory: logDirectory });
      default:
        return answerJson(response, 404, { message: `No ${request.method} ${path}: see docs/local-vs-aws.md` });
    }
  };
};

/** 0: never again. */
const countFrom = (wanted: unknown): number | undefined => {
  if (wanted === true) return Number.POSITIVE_INFINITY;
  if (wanted === null) return 0;
  return Number.isSafeInteger(wanted) && Number(wanted) > 0 ? Number(wanted) : undefined;
};

const faultsFrom = (body: Record<string, unknown>): Faults | undefined => {
  const kind = posts.find((each) => each === body.posts);
  if (body.posts !== undefined && body.posts !== null && kind === undefined) return undefined;
  if (body.loseDisconnect !== undefined && typeof body.loseDisconnect !== 'boolean') return undefined;
  return { ...(kind === undefined ? {} : { posts: kind }), ...(body.loseDisconnect === true ? { loseDisconnect: true } : {}) };
};
