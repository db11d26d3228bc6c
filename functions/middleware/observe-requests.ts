import type { ErrorCode } from '../../protocol/errors.ts';
import type { Problem } from '../../protocol/http.ts';
import type { LogIds } from '../adapters/log.ts';
import type { LogOutcome } from '../adapters/log-formatter.ts';
import type { HttpEvent, HttpResponse } from './http-request.ts';
import type { Observation } from './observe.ts';

/** The ids of a request. Of its path only those: the code of an invitation stands in one, too. */
export const requestIds = ({ routeKey, requestContext, pathParameters }: HttpEvent): LogIds => ({
  route: routeKey,
  requestId: requestContext.requestId,
  clinicId: pathParameters?.clinicId,
  callerId: pathParameters?.callerId,
  broadcastId: pathParameters?.broadcastId,
});

const outcomeOf: (response: HttpResponse) => LogOutcome = (response) => {
  if (typeof response === 'string' || (response.statusCode ?? 200) < 400) return 'ok';
  // Every refusal of these handlers is a problem document with a code of the catalogue.
  return (JSON.parse(response.body ?? '{}') as Partial<Problem>).code as ErrorCode;
};

/** How functions behind the HTTP API are observed. */
export const observedRequests = { subject: 'request', idsOf: requestIds, outcomeOf } as const satisfies Partial<
  Observation<HttpEvent, HttpResponse>
>;
