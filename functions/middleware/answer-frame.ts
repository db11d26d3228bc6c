import type { MiddlewareObj } from '@middy/core';
import type { Answer } from '../../protocol/frames.ts';
import { toRequestError } from '../adapters/failure.ts';
import { frameIds } from './observe-frames.ts';
import type { SocketEvent } from './socket-event.ts';

/** What API Gateway sends back on the socket through the route's response. */
export interface FrameResponse {
  readonly statusCode: 200;
  readonly body?: string;
}

export const frameResponse = (answer: Answer): FrameResponse => ({ statusCode: 200, body: JSON.stringify(answer) });

/** The frame's `requestId`, where it has one that can be read; an answer without it belongs to nothing. */
export const requestIdOf = (body: string | undefined): string | undefined => {
  try {
    const frame: unknown = JSON.parse(body ?? '');
    if (typeof frame !== 'object' || frame === null || !('requestId' in frame)) return undefined;
    return typeof frame.requestId === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(frame.requestId) ? frame.requestId : undefined;
  } catch {
    return undefined;
  }
};

/** Turns whatever is thrown into an error frame on the same socket. */
export const answerFrame = (): MiddlewareObj<SocketEvent, FrameResponse> => ({
  onError: (request) => {
    const requestId = requestIdOf(request.event.body);
    const error = toRequestError(request.error, 'frame', frameIds(request.event));
    request.response = frameResponse({ type: 'error', ...(requestId !== undefined && { requestId }), error: error.toBody() });
  },
});
