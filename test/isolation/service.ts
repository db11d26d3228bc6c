import { AsyncLocalStorage } from 'node:async_hooks';
import { ApiGatewayManagementApiClient, type PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { type InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { system } from '../../functions/adapters/system.ts';
import type { HttpEvent, HttpResponse } from '../../functions/middleware/http-request.ts';
import type { SocketEvent } from '../../functions/middleware/socket-event.ts';
import { aContext } from '../builders/api-gateway-events.ts';
import { operatorId } from './actors.ts';
import type { TableNames } from './two-clinics.ts';

/** All that one request made happen. */
export interface Trail {
  /** Commands to the store, in order. */
  readonly commands: unknown[];
  /** Frames to sockets. */
  readonly posts: { readonly connectionId: string; readonly frame: string }[];
  readonly closed: string[];
}

export interface Outcome extends Trail {
  /** The HTTP status, or the code of an error frame, or `ok`. */
  readonly said: number | string;
  /** All that the client is given. */
  readonly text: string;
}

type Handler<Event> = (event: Event, context: typeof aContext) => Promise<unknown>;

interface Handlers {
  readonly http: { readonly public: Handler<HttpEvent>; readonly staff: Handler<HttpEvent> };
  readonly socket: { readonly caller: Handler<SocketEvent>; readonly staff: Handler<SocketEvent> };
  readonly authorize: Handler<unknown>;
  readonly worker: Handler<unknown>;
  readonly boardUpdates: Handler<unknown>;
}

const trails = new AsyncLocalStorage<Trail & { readonly jobs: string[]; readonly at: number }>();

const answers = (text: string | undefined): { said: string; text: string } => {
  // An answer of a socket's function is a frame of ours.
  const frame = JSON.parse(text ?? '{}') as { type?: string; error?: { code: string } };
  return { said: frame.type === 'ok' ? 'ok' : (frame.error?.code ?? 'no answer'), text: text ?? '' };
};

/**
 * The real functions in this process, on a real engine, with a note of each call that a request makes. Sockets are not there: what is posted is
 * noted. Jobs for the worker are run at the end of their request.
 */
export class Service {
  readonly #handlers: Handlers;

  private constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  /** For one service in a process: functions read their environment once. */
  static async open({ dynamodb, issuer }: { dynamodb: string; issuer: string }, tables: TableNames): Promise<Service> {
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
      CALLERS_TABLE: tables.callers,
      CLINICS_TABLE: tables.clinics,
      CONNECTIONS_TABLE: tables.connections,
      TICKETS_TABLE: tables.tickets,
      BROADCASTS_TABLE: tables.broadcasts,
      RATE_LIMITS_TABLE: tables.rateLimits,
      AUDIT_TABLE: tables.audit,
      ALLOWED_ORIGINS: 'https://clinic.example',
      CONNECTIONS_ENDPOINT: 'https://api.execute-api.us-east-1.amazonaws.com/test',
      WEB_SOCKET_URL: 'wss://socket.example/test',
      JWT_ISSUER: issuer,
      JWT_AUDIENCE: 'waiting-area',
      OPERATORS: operatorId,
      BROADCAST_FUNCTION: 'broadcast',
      SERVICE_VERSION: '0.0.0',
      WAITING_AREA_CHECK_IN_PER_MINUTE: '1000000',
      WAITING_AREA_BROADCASTS_PER_MINUTE: '1000000',
      WAITING_AREA_FRAMES_PER_MINUTE: '1000000000',
    });
    const send = DynamoDBDocumentClient.prototype.send;
    replaceSend(DynamoDBDocumentClient, function (this: DynamoDBDocumentClient, ...given: Parameters<typeof send>) {
      trails.getStore()?.commands.push(given[0]);
      return send.apply(this, given);
    });
    replaceSend(ApiGatewayManagementApiClient, async (command: PostToConnectionCommand) => {
      const { ConnectionId = '', Data } = command.input;
      if (Data === undefined) trails.getStore()?.closed.push(ConnectionId);
      else trails.getStore()?.posts.push({ connectionId: ConnectionId, frame: String(Data) });
      return {};
    });
    replaceSend(LambdaClient, async ({ input }: InvokeCommand) => {
      trails.getStore()?.jobs.push(String(input.Payload));
      return {};
    });
    // Handlers copy it when they are loaded. It stands while a request and its jobs run: a slow engine must not make a broadcast tell its progress.
    Object.assign(system, { now: () => trails.getStore()?.at ?? Date.now() });
    // Each handler is of its own event's type; what they are given here has their shape.
    const load = async (name: string) => (await import(`../../functions/${name}.ts`)).handler;
    return new Service({
      http: { public: await load('public-http'), staff: await load('staff-http') },
      socket: { caller: await load('caller-socket'), staff: await load('staff-socket') },
      authorize: await load('authorize'),
      worker: await load('broadcast'),
      boardUpdates: await load('board-updates'),
    });
  }

  http(door: 'public' | 'staff', event: HttpEvent): Promise<Outcome> {
    return this.#noting(async () => {
      // What every HTTP handler returns.
      const { statusCode = 0, body = '', headers } = (await this.#handlers.http[door](event, aContext)) as Exclude<HttpResponse, string>;
      return { said: statusCode, text: `${JSON.stringify(headers ?? {})} ${body}` };
    });
  }

  frame(kind: 'caller' | 'staff', event: SocketEvent): Promise<Outcome> {
    return this.#noting(async () => {
      // What every socket handler returns. `leave` is answered by a post.
      const { body } = (await this.#handlers.socket[kind](event, aContext)) as { body?: string };
      const posted = trails.getStore()?.posts.find(({ connectionId }) => connectionId === event.requestContext.connectionId);
      return answers(body ?? posted?.frame);
    });
  }

  /** The handshake of a socket that offers these subprotocols. */
  handshake(protocols: string | undefined): Promise<Outcome> {
    return this.#noting(async () => {
      const headers = protocols === undefined ? {} : { 'Sec-WebSocket-Protocol': protocols };
      const event = { type: 'REQUEST', methodArn: 'arn:aws:execute-api:us-east-1:123456789012:api/test/$connect', headers };
      try {
        return { said: 'ok', text: JSON.stringify(await this.#handlers.authorize(event, aContext)) };
      } catch (error) {
        return { said: error instanceof Error ? error.message : String(error), text: '' };
      }
    });
  }

  /** What the stream's reader does about changes of visits. */
  boardUpdates(records: readonly object[]): Promise<Outcome> {
    return this.#noting(async () => ({
      said: 'ok',
      text: JSON.stringify(await this.#handlers.boardUpdates({ Records: records }, aContext)),
    }));
  }

  async #noting(run: () => Promise<{ said: number | string; text: string }>): Promise<Outcome> {
    const notes = { commands: [], posts: [], closed: [], jobs: [] as string[] };
    return trails.run({ ...notes, at: Date.now() }, async () => {
      const answer = await run();
      for (const job of notes.jobs) await this.#handlers.worker(JSON.parse(job), aContext);
      return { ...answer, ...notes };
    });
  }
}

const replaceSend = (client: { prototype: object }, send: unknown): void => {
  Object.assign(client.prototype, { send });
};
