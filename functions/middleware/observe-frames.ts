import type { ErrorCode } from '../../protocol/errors.ts';
import type { LogIds } from '../adapters/log.ts';
import type { LogOutcome } from '../adapters/log-formatter.ts';
import type { Observation } from './observe.ts';
import type { SocketEvent } from './socket-event.ts';

/** The ids of a socket's event; its `requestId` is the gateway's, which stands in the access log, too: clients choose their own freely. */
export const frameIds = ({ requestContext }: Pick<SocketEvent, 'requestContext'>): LogIds => {
  const { authorizer, connectionId, routeKey, requestId } = requestContext;
  return {
    clinicId: authorizer.clinicId,
    callerId: authorizer.kind === 'caller' ? authorizer.callerId : undefined,
    connectionId,
    route: routeKey,
    requestId,
  };
};

/** By the answer that goes back on the socket; `leave` has posted its own. */
const outcomeOf = ({ body }: { readonly body?: unknown }): LogOutcome => {
  if (typeof body !== 'string') return 'ok';
  // Every body of these handlers is a frame of ours.
  const answer = JSON.parse(body) as { readonly error?: { readonly code: ErrorCode } };
  return answer.error?.code ?? 'ok';
};

/** How functions behind the WebSocket API are observed. */
export const observedFrames = { subject: 'frame', idsOf: frameIds, outcomeOf } as const satisfies Partial<
  Observation<SocketEvent, { readonly body?: unknown }>
>;
