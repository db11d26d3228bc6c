import middy from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { invalidField } from '../protocol/errors.ts';
import { subprotocol } from '../protocol/socket.ts';
import { required } from './adapters/environment.ts';
import { system } from './adapters/system.ts';
import { disconnect } from './core/presence.ts';
import { createCallersTable } from './data/callers-table.ts';
import { createConnectionsTable } from './data/connections-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import { answerFrame } from './middleware/answer-frame.ts';
import { observe } from './middleware/observe.ts';
import { observedFrames } from './middleware/observe-frames.ts';
import type { SocketEvent } from './middleware/socket-event.ts';

const client = createDocumentClient();
const ports = {
  ...system,
  callers: createCallersTable(client, required('CALLERS_TABLE')),
  connections: createConnectionsTable(client, required('CONNECTIONS_TABLE')),
};

/** A socket's beginning and end, and the frames that no route knows. */
const handlers: Record<SocketEvent['requestContext']['eventType'], (event: SocketEvent) => Promise<APIGatewayProxyStructuredResultV2>> = {
  // Nothing is registered yet: until `$connect` has answered, a post to the socket would find it gone.
  CONNECT: async () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': subprotocol } }),
  DISCONNECT: async ({ requestContext: { authorizer, connectionId } }) => {
    await disconnect(ports, { ...authorizer, connectionId });
    return { statusCode: 200 };
  },
  MESSAGE: async ({ body }) => {
    throw invalidField(isJson(body) ? 'action' : '', isJson(body) ? 'is missing or unknown' : 'is not JSON');
  },
};

const isJson = (text: string | undefined): boolean => {
  try {
    JSON.parse(text ?? '');
    return true;
  } catch {
    return false;
  }
};

export const handler = observe<SocketEvent, APIGatewayProxyStructuredResultV2>(
  { ...observedFrames, now: system.now },
  middy<SocketEvent, APIGatewayProxyStructuredResultV2>()
    .use(answerFrame())
    .handler((event) => handlers[event.requestContext.eventType](event)),
);
