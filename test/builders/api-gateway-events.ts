import type { Context } from 'aws-lambda';
import type { HttpEvent } from '../../functions/middleware/http-request.ts';
import type { SocketEvent, SocketOwner } from '../../functions/middleware/socket-event.ts';
import { morning } from './times.ts';

export const staffOwner: SocketOwner = { kind: 'staff', clinicId: 'demo', userId: 'admin' };
export const callerOwner: SocketOwner = { kind: 'caller', clinicId: 'demo', callerId: 'sue' };

type Given<Event> = { readonly [Field in keyof Event]?: Event[Field] | undefined };

/** An event of an open socket, with the context that the authorizer gave it. */
export const aSocketEvent = ({
  owner,
  routeKey = '$default',
  eventType = 'MESSAGE',
  body,
  connectionId = 'c1',
  connectedAt = morning,
}: {
  owner: SocketOwner;
  routeKey?: string;
  eventType?: SocketEvent['requestContext']['eventType'];
  body?: string;
  connectionId?: string;
  connectedAt?: number;
}): SocketEvent => ({
  ...(body !== undefined && { body }),
  isBase64Encoded: false,
  requestContext: {
    routeKey,
    eventType,
    messageId: 'message-id',
    extendedRequestId: 'extended',
    requestTime: '22/Nov/2026:09:00:20 +0000',
    messageDirection: 'IN',
    stage: 'test',
    connectedAt,
    requestTimeEpoch: connectedAt,
    requestId: 'gateway-request',
    domainName: 'api.example',
    connectionId,
    apiId: 'api',
    authorizer: owner,
  },
});

/** A frame on the route that its action selects. */
export const aFrame = (
  owner: SocketOwner,
  frame: Readonly<Record<string, unknown>> & { readonly action: string },
  more: { connectionId?: string; connectedAt?: number } = {},
): SocketEvent => aSocketEvent({ owner, routeKey: frame.action, body: JSON.stringify(frame), ...more });

/** An event of the HTTP API, payload format 2.0 (DG/http-api-develop-integrations-lambda), on the route that API Gateway chose. */
export const anHttpEvent = (
  routeKey: string,
  given: Given<{
    path: Record<string, string>;
    query: string;
    body: unknown;
    /** Sent as it is, where the body is not JSON. */
    rawBody: string;
    token: string;
    /** The subject that the JWT authorizer verified. */
    user: string;
    sourceIp: string;
  }> = {},
): HttpEvent => {
  const [method = 'GET', rawPath = '/'] = routeKey.split(' ');
  const body = given.rawBody ?? (given.body === undefined ? undefined : JSON.stringify(given.body));
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: given.query ?? '',
    headers: { ...(given.token !== undefined && { authorization: `Bearer ${given.token}` }) },
    ...(given.path && { pathParameters: given.path }),
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'api.example',
      domainPrefix: 'api',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: given.sourceIp ?? '203.0.113.7', userAgent: 'test' },
      requestId: 'gateway-request',
      routeKey,
      stage: '$default',
      time: '22/Nov/2026:09:00:20 +0000',
      timeEpoch: morning,
      ...(given.user !== undefined && { authorizer: { jwt: { claims: { sub: given.user } } } }),
    },
  };
};

/** No handler looks at Lambda's context; the log takes ids from it where there are some. */
export const aContext = {} as Context;
