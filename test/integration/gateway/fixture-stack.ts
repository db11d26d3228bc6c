import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { createEngineClient, type EngineClient } from '../../../local/data/engine-client.ts';
import { arrayOf, objectOf } from '../../../local/json.ts';
import { type LocalStackProcess, startLocalStackProcess } from '../local-stack.ts';

export interface FixtureStack extends LocalStackProcess {
  readonly engine: EngineClient;
  /** What the fixture's handlers wrote down under an id. */
  log(id: string): Promise<string[]>;
  /** Waits for so many entries. */
  logged(id: string, count: number): Promise<string[]>;
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
}

export const startFixtureStack = async (environment: Readonly<Record<string, string>> = {}, data = 'memory'): Promise<FixtureStack> => {
  const stack = await startLocalStackProcess({
    script: join(import.meta.dirname, 'fixture', 'start.ts'),
    data,
    isSearched: false, // its functions write down what they are sent, for the tests to read
    environment: { WAITING_AREA_ASYNC_RETRY_DELAY_MS: '20', ...environment },
  });
  const engine = createEngineClient(stack.endpoints.dynamodb);
  const logTable = arrayOf((await engine.call('ListTables', {})).TableNames)
    .map(String)
    .find((name) => name.startsWith('Log'));
  const log = async (id: string): Promise<string[]> => {
    const { Item } = await engine.call('GetItem', { TableName: logTable, Key: { id: { S: id } }, ConsistentRead: true });
    return arrayOf(objectOf(objectOf(Item).entries).L).map((entry) => String(objectOf(entry).S));
  };
  return {
    ...stack,
    engine,
    log,
    logged: (id, count) =>
      until(`${count} entries of ${id}`, async () => {
        const entries = await log(id);
        return entries.length >= count ? entries : undefined;
      }),
    control: async (method, path, body) => {
      const response = await fetch(stack.endpoints.control + path, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return objectOf(await response.json());
    },
    stop: async (signal) => {
      engine.close();
      await stack.stop(signal);
    },
  };
};

/** Asks until there is an answer. */
export const until = async <T>(what: string, ask: () => Promise<T | undefined> | T | undefined, withinMs = 8_000): Promise<T> => {
  for (const end = Date.now() + withinMs; Date.now() < end; await delay(20)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`never came: ${what}`);
};

/** A raw WebSocket client. */
export interface Client {
  readonly webSocket: WebSocket;
  readonly frames: string[];
  send(frame: unknown): void;
  /** The next frame that has not been taken yet. */
  next(): Promise<Record<string, unknown>>;
  /** Settles with the close code. */
  readonly closed: Promise<number>;
  close(): Promise<number>;
}

/** Opens a socket; rejects with `handshake <status>` where it is refused. */
export const connect = async (stack: LocalStackProcess, ticket = 'allowed', query = ''): Promise<Client> => {
  const webSocket = new WebSocket(stack.endpoints.webSocket + query, ['fixture.v1', ticket]);
  return opened(webSocket);
};

export const opened = async (webSocket: WebSocket): Promise<Client> => {
  const frames: string[] = [];
  let taken = 0;
  webSocket.on('message', (data) => frames.push(data.toString()));
  const closed = new Promise<number>((resolve) => webSocket.once('close', resolve));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  webSocket.once('open', resolve);
  webSocket.once('unexpected-response', (_, response) => reject(new Error(`handshake ${response.statusCode}`)));
  webSocket.on('error', reject);
  await promise;
  return {
    webSocket,
    frames,
    send: (frame) => webSocket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    next: async () => {
      const frame = await until('a frame', () => frames[taken]);
      taken += 1;
      return objectOf(JSON.parse(frame));
    },
    closed,
    close: () => {
      webSocket.close();
      return closed;
    },
  };
};

/** The id under which the gateway knows a client. */
export const connectionIdOf = async (client: Client): Promise<string> => {
  client.send({ action: 'echo' });
  return String(objectOf((await client.next()).requestContext).connectionId);
};
