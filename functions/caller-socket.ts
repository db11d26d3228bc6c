import middy from '@middy/core';
import { type CallerAction, callerActions, type FieldsOf, type Results } from '../protocol/frames.ts';
import { limits } from '../protocol/limits.ts';
import { limitFrom, required } from './adapters/environment.ts';
import { createPromptPoster } from './adapters/poster.ts';
import { system } from './adapters/system.ts';
import { acknowledge, sendMessage } from './core/conversation.ts';
import type { CallerSocket } from './core/ports.ts';
import { resume } from './core/presence.ts';
import { farewell, leave } from './core/visits.ts';
import { createCallersTable } from './data/callers-table.ts';
import { createClinicsTable } from './data/clinics-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import { answerFrame, type FrameResponse, frameResponse } from './middleware/answer-frame.ts';
import { limitFrames } from './middleware/limit-frames.ts';
import { observe } from './middleware/observe.ts';
import { observedFrames } from './middleware/observe-frames.ts';
import { type FrameEvent, parseFrame } from './middleware/parse-frame.ts';

const client = createDocumentClient();
const ports = {
  ...system,
  callers: createCallersTable(client, required('CALLERS_TABLE')),
  clinics: createClinicsTable(client, required('CLINICS_TABLE')),
  poster: createPromptPoster(required('CONNECTIONS_ENDPOINT'), system.now),
};
const mostMessagesInMinute = limitFrom('CALLER_MESSAGES_PER_MINUTE', limits.callerMessagesPerMinute);
const mostFramesInMinute = limitFrom('FRAMES_PER_MINUTE', limits.framesPerMinutePerSocket);

const performers: { [A in CallerAction]: (socket: CallerSocket, fields: FieldsOf<A>) => Promise<Results[A]> } = {
  resume: (socket, fields) => resume(ports, socket, fields),
  sendMessage: (socket, fields) => sendMessage(ports, socket, fields, mostMessagesInMinute),
  acknowledge: (socket, fields) => acknowledge(ports, socket, fields),
  leave: (socket) => leave(ports, socket),
};

const perform = <A extends CallerAction>(action: A, socket: CallerSocket, fields: FieldsOf<A>) => performers[action](socket, fields);

export const handler = observe<FrameEvent<CallerAction, 'caller'>, FrameResponse>(
  { ...observedFrames, now: system.now },
  middy<FrameEvent<CallerAction, 'caller'>, FrameResponse>()
    .use(answerFrame())
    .use(limitFrames(mostFramesInMinute, system.now))
    .use(parseFrame<CallerAction, 'caller'>(callerActions))
    .handler(async ({ frame: { action, requestId, fields }, owner, requestContext: { connectionId, connectedAt } }) => {
      const socket = { ...owner, connectionId, connectedAt };
      const result = await perform(action, socket, fields);
      const response = frameResponse({ type: 'ok', requestId, result });
      if (action !== 'leave' || response.body === undefined) return response;
      await farewell(ports, socket, response.body);
      return { statusCode: 200 };
    }),
);
