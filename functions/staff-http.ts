import { LambdaClient } from '@aws-sdk/client-lambda';
import middy from '@middy/core';
import { RequestError } from '../protocol/errors.ts';
import {
  auditQuery,
  broadcastBody,
  callerPatchBody,
  callersQuery,
  clinicBody,
  memberBody,
  notifyBody,
  pageQuery,
  settingsBody,
} from '../protocol/http.ts';
import { userId as userIdSchema } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import type { Member } from '../protocol/objects.ts';
import { limitFrom, required } from './adapters/environment.ts';
import { logFailure } from './adapters/log.ts';
import { createPromptPoster } from './adapters/poster.ts';
import { createStartWorker } from './adapters/start-worker.ts';
import { system } from './adapters/system.ts';
import { admitMember } from './core/admit.ts';
import { type About, idsIn } from './core/audit.ts';
import { readBoard } from './core/board.ts';
import { findBroadcast, listRecipients, requestBroadcast } from './core/broadcasts.ts';
import { changeSettings, createClinic, listClinics, requireProfile } from './core/clinics.ts';
import { notify } from './core/conversation.ts';
import { invite, putMember, redeemInvitation, removeMember } from './core/members.ts';
import { httpPageBytes } from './core/pages.ts';
import { permit } from './core/policy.ts';
import type { StaffActor } from './core/ports.ts';
import { readAudit } from './core/read-audit.ts';
import { issueStaffTicket } from './core/tickets.ts';
import { toSettings } from './core/views.ts';
import { erase, setGuestMessages, setStatus } from './core/visits.ts';
import { createAuditTable } from './data/audit-table.ts';
import { createBroadcastsTable } from './data/broadcasts-table.ts';
import { createCallersTable } from './data/callers-table.ts';
import { createClinicsTable } from './data/clinics-table.ts';
import { createConnectionsTable } from './data/connections-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import { createRateLimitsTable } from './data/rate-limits-table.ts';
import { createTicketsTable } from './data/tickets-table.ts';
import { answerHttp } from './middleware/answer-http.ts';
import { bodyOf, checked, type HttpEvent, type HttpResponse, idIn, json, noContent, queryOf } from './middleware/http-request.ts';
import { observe } from './middleware/observe.ts';
import { observedRequests } from './middleware/observe-requests.ts';
import { type Route, type Routes, routeHttp } from './middleware/route-http.ts';

const client = createDocumentClient();
const ports = {
  ...system,
  callers: createCallersTable(client, required('CALLERS_TABLE')),
  clinics: createClinicsTable(client, required('CLINICS_TABLE')),
  connections: createConnectionsTable(client, required('CONNECTIONS_TABLE')),
  tickets: createTicketsTable(client, required('TICKETS_TABLE')),
  broadcasts: createBroadcastsTable(client, required('BROADCASTS_TABLE')),
  rateLimits: createRateLimitsTable(client, required('RATE_LIMITS_TABLE')),
  audit: createAuditTable(client, required('AUDIT_TABLE')),
  reportFailure: logFailure,
  poster: createPromptPoster(required('CONNECTIONS_ENDPOINT'), system.now),
  startWorker: createStartWorker(new LambdaClient({}), required('BROADCAST_FUNCTION')),
};
const webSocketUrl = required('WEB_SOCKET_URL');
const mostBroadcastsInMinute = limitFrom('BROADCASTS_PER_MINUTE', limits.broadcastsPerMinutePerMember);
const operators = new Set((process.env.OPERATORS ?? '').split(',').filter(Boolean));

/** The signed-in user: the subject that the JWT authorizer has verified. */
const userOf = (event: HttpEvent): string => {
  const subject = userIdSchema.safeParse(event.requestContext.authorizer?.jwt?.claims.sub);
  if (!subject.success) throw new RequestError('unauthenticated');
  return subject.data;
};

/** For whoever is signed in, and has no part in a clinic by it. */
const asUser =
  (act: (event: HttpEvent, userId: string) => Promise<HttpResponse>): Route =>
  async (event, operation) => {
    const userId = userOf(event);
    permit(operation, { kind: 'user', isOperator: operators.has(userId) });
    return act(event, userId);
  };

/** For a member of the clinic that the path names, in a role that may. */
const asMember =
  (act: (event: HttpEvent, actor: StaffActor, note: (about: About) => void) => Promise<HttpResponse>): Route =>
  async (event, operation) => {
    const request = { operation, clinicId: idIn(event, 'clinicId'), userId: userOf(event) };
    return admitMember(ports, request, idsIn(event.pathParameters), (actor, note) => act(event, actor, note));
  };

const dutiesOf = ({ role, answersMessages }: Pick<Member, 'role' | 'answersMessages'>): About => ({
  role,
  answersMessages: String(answersMessages),
});

const routes: Routes = {
  'GET /clinics': asUser(async (_event, userId) => json(200, { clinics: await listClinics(ports, userId) })),

  'POST /clinics': asUser(async (event, userId) => {
    const { clinic, created } = await createClinic(ports, userId, bodyOf(event, clinicBody));
    return json(created ? 201 : 200, { clinic });
  }),

  'POST /clinics/{clinicId}/tickets': asMember(async (_event, actor) => json(201, await issueStaffTicket(ports, actor, webSocketUrl))),

  'GET /clinics/{clinicId}/settings': asMember(async (_event, { clinicId }) =>
    json(200, toSettings(await requireProfile(ports, clinicId))),
  ),

  'PATCH /clinics/{clinicId}/settings': asMember(async (event, { clinicId }, note) => {
    const change = bodyOf(event, settingsBody);
    note({ settings: Object.keys(change).join(' ') });
    return json(200, await changeSettings(ports, clinicId, change));
  }),

  'POST /clinics/{clinicId}/invitations': asMember(async (event, actor, note) => {
    const invitation = bodyOf(event, memberBody);
    note(dutiesOf(invitation));
    return json(201, await invite(ports, actor, invitation));
  }),

  'POST /invitations/{code}': asUser(async (event, userId) =>
    json(201, await redeemInvitation(ports, userId, event.pathParameters?.code ?? '')),
  ),

  'GET /clinics/{clinicId}/members': asMember(async (_event, { clinicId }) => {
    return json(200, { members: await ports.clinics.members(clinicId) });
  }),

  'PUT /clinics/{clinicId}/members/{userId}': asMember(async (event, { clinicId }, note) => {
    const asked = { userId: checked(userIdSchema, event.pathParameters?.userId), ...bodyOf(event, memberBody) };
    note(dutiesOf(asked));
    const { member, created } = await putMember(ports, clinicId, asked);
    return json(created ? 201 : 200, { member });
  }),

  'DELETE /clinics/{clinicId}/members/{userId}': asMember(async (event, { clinicId }) => {
    await removeMember(ports, clinicId, idIn(event, 'userId', userIdSchema));
    return noContent;
  }),

  'GET /clinics/{clinicId}/callers': asMember(async (event, { clinicId }) => {
    const { status, limit = limits.pageOfCallers, ...query } = queryOf(event, callersQuery, ['status']);
    return json(200, await readBoard(ports, clinicId, { ...query, statuses: status, limit, room: httpPageBytes }));
  }),

  'PATCH /clinics/{clinicId}/callers/{callerId}': asMember(async (event, actor) => {
    const callerId = idIn(event, 'callerId');
    const { status, guestMessages } = bodyOf(event, callerPatchBody);
    if (status !== undefined) return json(200, await setStatus(ports, actor, { callerId, status }));
    return json(200, await setGuestMessages(ports, actor, callerId, guestMessages ?? null));
  }),

  'DELETE /clinics/{clinicId}/callers/{callerId}': asMember(async (event, { clinicId }) => {
    await erase(ports, clinicId, idIn(event, 'callerId'));
    return noContent;
  }),

  'POST /clinics/{clinicId}/callers/{callerId}/messages': asMember(async (event, actor) => {
    const result = await notify(ports, actor, { callerId: idIn(event, 'callerId'), ...bodyOf(event, notifyBody) });
    return json(result.duplicate ? 200 : 201, result);
  }),

  'POST /clinics/{clinicId}/broadcasts': asMember(async (event, actor, note) => {
    const asked = bodyOf(event, broadcastBody);
    note({ broadcastId: asked.broadcastId });
    const { broadcast, created } = await requestBroadcast(ports, actor, asked, mostBroadcastsInMinute);
    return json(created ? 202 : 200, { broadcast });
  }),

  'GET /clinics/{clinicId}/broadcasts/{broadcastId}': asMember(async (event, { clinicId }) => {
    return json(200, { broadcast: await findBroadcast(ports, clinicId, idIn(event, 'broadcastId')) });
  }),

  'GET /clinics/{clinicId}/broadcasts/{broadcastId}/recipients': asMember(async (event, { clinicId }) => {
    const { limit = limits.pageOfCallers, cursor } = queryOf(event, pageQuery);
    return json(200, await listRecipients(ports, clinicId, idIn(event, 'broadcastId'), { cursor, limit }));
  }),

  'GET /clinics/{clinicId}/audit': asMember(async (event, { clinicId }) =>
    json(200, await readAudit(ports, clinicId, queryOf(event, auditQuery))),
  ),
};

export const handler = observe<HttpEvent, HttpResponse>(
  { ...observedRequests, now: system.now },
  middy<HttpEvent, HttpResponse>().use(answerHttp()).handler(routeHttp(routes)),
);
