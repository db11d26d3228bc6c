import { LambdaClient } from '@aws-sdk/client-lambda';
import middy from '@middy/core';
import { type FieldsOf, type Results, type StaffAction, staffActions } from '../protocol/frames.ts';
import { limits } from '../protocol/limits.ts';
import { limitFrom, required } from './adapters/environment.ts';
import { logFailure } from './adapters/log.ts';
import { createPromptPoster } from './adapters/poster.ts';
import { createStartWorker } from './adapters/start-worker.ts';
import { system } from './adapters/system.ts';
import { admitMember, requireMember } from './core/admit.ts';
import { idsIn } from './core/audit.ts';
import { subscribe } from './core/board.ts';
import { requestBroadcast } from './core/broadcasts.ts';
import { markRead, notify, readThread } from './core/conversation.ts';
import { onSocket } from './core/policy.ts';
import type { StaffActor } from './core/ports.ts';
import { setStatus } from './core/visits.ts';
import { createAuditTable } from './data/audit-table.ts';
import { createBroadcastsTable } from './data/broadcasts-table.ts';
import { createCallersTable } from './data/callers-table.ts';
import { createClinicsTable } from './data/clinics-table.ts';
import { createConnectionsTable } from './data/connections-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import { createRateLimitsTable } from './data/rate-limits-table.ts';
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
  connections: createConnectionsTable(client, required('CONNECTIONS_TABLE')),
  broadcasts: createBroadcastsTable(client, required('BROADCASTS_TABLE')),
  rateLimits: createRateLimitsTable(client, required('RATE_LIMITS_TABLE')),
  audit: createAuditTable(client, required('AUDIT_TABLE')),
  reportFailure: logFailure,
  poster: createPromptPoster(required('CONNECTIONS_ENDPOINT'), system.now),
  startWorker: createStartWorker(new LambdaClient({}), required('BROADCAST_FUNCTION')),
};

const mostFramesInMinute = limitFrom('FRAMES_PER_MINUTE', limits.framesPerMinutePerSocket);
const mostBroadcastsInMinute = limitFrom('BROADCASTS_PER_MINUTE', limits.broadcastsPerMinutePerMember);

interface StaffSocket {
  readonly clinicId: string;
  readonly userId: string;
  readonly connectionId: string;
}

type Perform<A extends StaffAction> = (socket: StaffSocket, fields: FieldsOf<A>) => Promise<Results[A]>;

/** Who the socket belongs to is known from its ticket; whether they are still a member is read afresh for every frame. */
const asMember =
  <A extends StaffAction>(action: A, act: (actor: StaffActor, fields: FieldsOf<A>) => Promise<Results[A]>): Perform<A> =>
  async ({ clinicId, userId }, fields) =>
    admitMember(ports, { operation: onSocket(action), clinicId, userId }, idsIn(fields), (actor) => act(actor, fields));

const performers: { [A in StaffAction]: Perform<A> } = {
  // Reads the member itself, before the socket is registered and after it.
  subscribe: (socket, fields) => subscribe(ports, socket, fields),
  notify: asMember('notify', (actor, fields) => notify(ports, actor, fields)),
  broadcast: asMember('broadcast', async (actor, fields) => ({
    broadcast: (await requestBroadcast(ports, actor, fields, mostBroadcastsInMinute)).broadcast,
  })),
  thread: asMember('thread', (actor, fields) => readThread(ports, actor, fields)),
  markRead: asMember('markRead', (actor, fields) => markRead(ports, actor, fields)),
  setStatus: asMember('setStatus', (actor, fields) => setStatus(ports, actor, fields)),
};

const perform = <A extends StaffAction>(action: A, socket: StaffSocket, fields: FieldsOf<A>) => performers[action](socket, fields);

export const handler = observe<FrameEvent<StaffAction, 'staff'>, FrameResponse>(
  { ...observedFrames, now: system.now },
  middy<FrameEvent<StaffAction, 'staff'>, FrameResponse>()
    .use(answerFrame())
    .use(limitFrames(mostFramesInMinute, system.now))
    .use(
      parseFrame<StaffAction, 'staff'>(staffActions, ({ clinicId, userId }, operation) =>
        requireMember(ports, { operation, clinicId, userId }),
      ),
    )
    .handler(async ({ frame: { action, requestId, fields }, owner, requestContext: { connectionId } }) => {
      const result = await perform(action, { ...owner, connectionId }, fields);
      return frameResponse({ type: 'ok', requestId, result });
    }),
);
