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

/**
 * @param name how a message calls the server
 * @param port 0: any free one
 * @throws LocalStackError when the port is taken
 */
export const listen = async (name: string, port: number): Promise<LocalServer> => {
  let handler: Handler | undefined;
  // API Gateway's own limit (10,240 bytes) is judged by the gateway; environments are frozen for long, and their connections stay open meanwhile.
  const server = createServer({ maxHeaderSize: 64 * 1024, keepAliveTimeout: 15 * 60_000, requestTimeout: 0 }, (request, response) => {
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
