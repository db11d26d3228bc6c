import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { LocalStackError, systemCodeOf } from './errors.ts';

export const host = '127.0.0.1';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A server that listens before what it serves is ready, because its port has to be known first. */
export interface LocalServer {
  readonly server: Server;
  readonly port: number;
  serve(handler: Handler): void;
  close(): void;
}

/** An HTTP API gives up after 30 s (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html). */
const arrivesWithinMs = 30_000;
/** How often Node looks for requests that are overdue. */
const lookEveryMs = 500;

/**
 * @param name how a message calls the server
 * @param port 0: any free one
 * @param requestTimeoutMs a request, or an upgrade, that has not arrived whole by then is answered 408, and its connection closed
 * @throws LocalStackError when the port is taken
 */
export const listen = async (name: string, port: number, requestTimeoutMs = arrivesWithinMs): Promise<LocalServer> => {
  let handler: Handler | undefined;
  const options = {
    // API Gateway's own limit (10,240 bytes) is judged by the gateway.
    maxHeaderSize: 64 * 1024,
    // Environments are frozen for long, and their connections stay open meanwhile.
    keepAliveTimeout: 15 * 60_000,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: lookEveryMs,
  };
  const server = createServer(options, (request, response) => {
    if (handler === undefined) {
      response.writeHead(503, { 'retry-after': '1' }).end();
      return;
    }
    handler(request, response).catch((error: unknown) => {
      if (!response.destroyed) console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  // Their bytes are what counts. Node would leave out those beyond 2,000 without a word.
  server.maxHeadersCount = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    throw systemCodeOf(error) === 'EADDRINUSE' ? portTaken(name, port) : error;
  }
  const address = server.address();
  return {
    server,
    port: typeof address === 'object' && address !== null ? address.port : port,
    serve: (next) => {
      handler = next;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

export const portTaken = (name: string, port: number): LocalStackError =>
  new LocalStackError(
    `Port ${port} (${name}) is taken, perhaps by a local stack that still runs. Stop it, or choose other ports: npm start -- --port 5700 (or 0 for any free ones).`,
  );

/** The whole body, or undefined once it is larger than allowed. */
export const readBody = async (request: IncomingMessage, maximumBytes: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= maximumBytes) chunks.push(chunk);
  }
  return bytes > maximumBytes ? undefined : Buffer.concat(chunks, bytes);
};

export const answerJson = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
