import type { MiddlewareObj } from '@middy/core';
import { rateLimited } from '../core/views.ts';
import type { FrameResponse } from './answer-frame.ts';
import type { SocketEvent } from './socket-event.ts';

/**
 * Refuses the frames of a socket that sends too many in a clock minute, before anything is read for them. It counts what this execution
 * environment sees: a counter that all of them share would cost a write for every frame, which is what it is to prevent.
 */
export const limitFrames = (mostPerMinute: number, now: () => number): MiddlewareObj<SocketEvent, FrameResponse> => {
  let minute = 0;
  let counts = new Map<string, number>();
  return {
    before: ({ event }) => {
      const nowMs = now();
      if (Math.floor(nowMs / 60_000) !== minute) {
        minute = Math.floor(nowMs / 60_000);
        counts = new Map();
      }
      const { connectionId } = event.requestContext;
      const count = (counts.get(connectionId) ?? 0) + 1;
      counts.set(connectionId, count);
      if (count > mostPerMinute) throw rateLimited(nowMs);
    },
  };
};
