import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, readBody } from '../http-server.ts';
import type { Guard } from '../iam/guard.ts';
import { arnOf } from '../template.ts';
import { type Connections, closeConnection, faultsOf, maximumMessageBytes, sendText } from './connection.ts';
import { decoded } from './route-http.ts';

/** A client whose buffer holds more than this is too slow for the gateway, which refuses further posts with 429. AWS does not tell its figure. */
const maximumBufferedBytes = 4 * 1024 * 1024;

/**
 * The `@connections` API of a stage.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export const createConnectionsApi = (apiId: string, stage: string, connections: Connections, guard: Guard) => {
  const prefix = `/${stage}/@connections/`;

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    // Ids hold `=`, which clients may encode. A body must be read in any case, or the connection cannot be used again.
    const body = await readBody(request, maximumMessageBytes);
    const refuse = (status: number, type: string, message: string): void =>
      answerJson(response, status, { message }, { 'x-amzn-errortype': type, 'x-amzn-requestid': randomUUID() });
    if (!path.startsWith(prefix)) return refuse(403, 'ForbiddenException', 'Forbidden');
    const connectionId = decoded(path.slice(prefix.length));
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
    const resource = arnOf('execute-api', `${apiId}/${stage}/${request.method}/@connections/${connectionId}`);
    const refusal =
      body === undefined ? undefined : guard.refusal(request, body, 'execute-api', [{ action: 'execute-api:ManageConnections', resource }]);
    if (refusal !== undefined) return refuse(403, refusal.type, refusal.message);

    const connection = connections.open.get(connectionId);
    const isGone = connection === undefined || connection.closing !== undefined;
    const { posts } = connection === undefined ? connections.faults : faultsOf(connections, connection);
    switch (request.method) {
      case 'POST': {
        if (connection !== undefined) connection.postAttempts += 1;
        if (body === undefined) return refuse(413, 'PayloadTooLargeException', 'Payload Too Large');
        if (posts === 'throttled') return refuse(429, 'LimitExceededException', 'Too Many Requests');
        if (isGone || posts === 'gone') return refuse(410, 'GoneException', 'Gone');
        if (connection.socket.bufferedAmount > maximumBufferedBytes) return refuse(429, 'LimitExceededException', 'Too Many Requests');
        if (posts !== 'swallowed' && !sendText(connection, body)) return refuse(410, 'GoneException', 'Gone');
        response.writeHead(200, { 'content-length': 0 }).end();
        return;
      }
      case 'GET':
        if (isGone) return refuse(410, 'GoneException', 'Gone');
        return answerJson(response, 200, {
          connectedAt: new Date(connection.connectedAtMs).toISOString(),
          identity: connection.requestContext.identity,
          lastActiveAt: new Date(connection.lastActiveAtMs).toISOString(),
        });
      case 'DELETE':
        if (isGone) return refuse(410, 'GoneException', 'Gone');
        closeConnection(connection, 1000, '');
        response.writeHead(204).end();
        return;
      default:
        return refuse(405, 'MethodNotAllowedException', 'Method Not Allowed');
    }
  };
};
