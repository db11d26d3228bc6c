import type { MiddlewareObj } from '@middy/core';
import type { RequestError } from '../../protocol/errors.ts';
import type { Problem } from '../../protocol/http.ts';
import { toRequestError } from '../adapters/failure.ts';
import type { HttpEvent, HttpResponse } from './http-request.ts';
import { requestIds } from './observe-requests.ts';

/** Turns whatever is thrown into a problem document (RFC 9457). */
export const answerHttp = (): MiddlewareObj<HttpEvent, HttpResponse> => ({
  onError: (request) => {
    request.response = problem(toRequestError(request.error, 'request', requestIds(request.event)));
  },
});

const problem = (error: RequestError): HttpResponse => {
  const { code, message, details } = error.toBody();
  const body: Problem = {
    type: `urn:waiting-area:error:${code}`,
    title: code.replaceAll('-', ' '),
    status: error.status,
    detail: message,
    code,
    ...(details && { details }),
  };
  return {
    statusCode: error.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(details && 'retryAfterSeconds' in details && { 'retry-after': String(details.retryAfterSeconds) }),
    },
    body: JSON.stringify(body),
  };
};
