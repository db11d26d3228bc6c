import middy from '@middy/core';
import { RequestError } from '../protocol/errors.ts';
import { checkInBody, messagesQuery } from '../protocol/http.ts';
import { limits } from '../protocol/limits.ts';
import { limitFrom, required } from './adapters/environment.ts';
import { logFailure } from './adapters/log.ts';
import { system } from './adapters/system.ts';
import { createVerifyToken } from './adapters/verify-token.ts';
import { admitMember } from './core/admit.ts';
import { requireProfile } from './core/clinics.ts';
import { pageOfMessages } from './core/conversation.ts';
import { exportCaller } from './core/export-caller.ts';
import { httpPageBytes } from './core/pages.ts';
import { type Operation, permit } from './core/policy.ts';
import { issueCallerTicket } from './core/tickets.ts';
import type { Reader } from './core/views.ts';
import { toClinic } from './core/views.ts';
import { authenticateCaller, checkIn } from './core/visits.ts';
import { createAuditTable } from './data/audit-table.ts';
import { createCallersTable } from './data/callers-table.ts';
import { createClinicsTable } from './data/clinics-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import { createRateLimitsTable } from './data/rate-limits-table.ts';
import { createTicketsTable } from './data/tickets-table.ts';
import type { Visit } from './data/visit.ts';
import { answerHttp } from './middleware/answer-http.ts';
import { bearerOf, bodyOf, type HttpEvent, type HttpResponse, idIn, json, queryOf } from './middleware/http-request.ts';
import { observe } from './middleware/observe.ts';
import { observedRequests } from './middleware/observe-requests.ts';
import { type Route, type Routes, routeHttp } from './middleware/route-http.ts';

const client = createDocumentClient();
const ports = {
  ...system,
  callers: createCallersTable(client, required('CALLERS_TABLE')),
  clinics: createClinicsTable(client, required('CLINICS_TABLE')),
  tickets: createTicketsTable(client, required('TICKETS_TABLE')),
  rateLimits: createRateLimitsTable(client, required('RATE_LIMITS_TABLE')),
  audit: createAuditTable(client, required('AUDIT_TABLE')),
  reportFailure: logFailure,
};
const verifyToken = createVerifyToken(required('JWT_ISSUER'), required('JWT_AUDIENCE'));
const webSocketUrl = required('WEB_SOCKET_URL');
const version = required('SERVICE_VERSION');
const mostCheckInsPerMinute = limitFrom('CHECK_IN_PER_MINUTE', limits.checkInsPerMinutePerAddress);

const asAnyone =
  (act: (event: HttpEvent) => Promise<HttpResponse>): Route =>
  async (event, operation) => {
    permit(operation, { kind: 'nobody' });
    return act(event);
  };

const visitIn = async (event: HttpEvent, operation: Operation): Promise<Visit> => {
  const key = { clinicId: idIn(event, 'clinicId'), callerId: idIn(event, 'callerId') };
  const visit = await authenticateCaller(ports, key, bearerOf(event));
  permit(operation, { kind: 'caller' });
  return visit;
};

/** For the caller whose visit the path names. */
const asCaller =
  (act: (visit: Visit) => Promise<HttpResponse>): Route =>
  async (event, operation) =>
    act(await visitIn(event, operation));

/** A caller's token is one word; a JWT has three parts. */
const isStaffToken = (token: string) => token.split('.').length === 3;

/** For the caller whose visit the path names, or for a member; a request that is refused on the way is not recorded as read. */
const asReader =
  (show: (event: HttpEvent, visit: Visit, reader: Reader) => Promise<HttpResponse>): Route =>
  async (event, operation) => {
    const token = bearerOf(event);
    if (!isStaffToken(token)) return show(event, await visitIn(event, operation), 'caller');
    const userId = await verifyToken(token);
    if (userId === undefined) throw new RequestError('unauthenticated');
    const key = { clinicId: idIn(event, 'clinicId'), callerId: idIn(event, 'callerId') };
    return admitMember(ports, { operation, userId, ...key }, { callerId: key.callerId }, async () => {
      const visit = await ports.callers.find(key, ports.now());
      if (!visit) throw new RequestError('not-found');
      return show(event, visit, 'staff');
    });
  };

const routes: Routes = {
  'GET /health': asAnyone(async () => json(200, { status: 'ok', version })),

  'GET /clinics/{clinicId}': asAnyone(async (event) => json(200, toClinic(await requireProfile(ports, idIn(event, 'clinicId'))))),

  'POST /clinics/{clinicId}/callers': asAnyone(async (event) => {
    const body = bodyOf(event, checkInBody);
    const address = event.requestContext.http.sourceIp;
    return json(201, await checkIn(ports, idIn(event, 'clinicId'), address, body, mostCheckInsPerMinute));
  }),

  'POST /clinics/{clinicId}/callers/{callerId}/tickets': asCaller(async (visit) =>
    json(201, await issueCallerTicket(ports, visit, webSocketUrl)),
  ),

  'GET /clinics/{clinicId}/callers/{callerId}/messages': asReader(async (event, visit, reader) => {
    const { afterSeq = 0 } = queryOf(event, messagesQuery);
    return json(200, pageOfMessages(visit, afterSeq, reader, httpPageBytes));
  }),

  'GET /clinics/{clinicId}/callers/{callerId}/export': asReader(async (_event, visit) => json(200, await exportCaller(ports, visit))),
};

export const handler = observe<HttpEvent, HttpResponse>(
  { ...observedRequests, now: system.now },
  middy<HttpEvent, HttpResponse>().use(answerHttp()).handler(routeHttp(routes)),
);
