import middy from '@middy/core';
import { RequestError } from '../protocol/errors.ts';
import { checkInBody, messagesQuery } from '../protocol/http.ts';
import { limits } from '../protocol/limits.ts';
import { limitFrom, required } from './adapters/environment.ts';
import { system } from './adapters/system.ts';
import { createVerifyToken } from './adapters/verify-token.ts';
import { requireProfile } from './core/clinics.ts';
import { pageOfMessages } from './core/conversation.ts';
import { requireMember } from './core/members.ts';
import { issueCallerTicket } from './core/tickets.ts';
import type { Reader } from './core/views.ts';
import { toClinic } from './core/views.ts';
import { authenticateCaller, checkIn } from './core/visits.ts';
import { createCallersTable } from './data/callers-table.ts';
import { createClinicsTable } from './data/clinics-table.ts';
import { createDocumentClient } from './data/document-client.ts';
import { createRateLimitsTable } from './data/rate-limits-table.ts';
import { createTicketsTable } from './data/tickets-table.ts';
import type { Visit } from './data/visit.ts';
import { answerHttp } from './middleware/answer-http.ts';
import { bearerOf, bodyOf, type HttpEvent, type HttpResponse, idIn, json, queryOf } from './middleware/http-request.ts';
import { type Routes, routeHttp } from './middleware/route-http.ts';

const client = createDocumentClient();
const ports = {
  ...system,
  callers: createCallersTable(client, required('CALLERS_TABLE')),
  clinics: createClinicsTable(client, required('CLINICS_TABLE')),
  tickets: createTicketsTable(client, required('TICKETS_TABLE')),
  rateLimits: createRateLimitsTable(client, required('RATE_LIMITS_TABLE')),
};
const verifyToken = createVerifyToken(required('JWT_ISSUER'), required('JWT_AUDIENCE'));
const webSocketUrl = required('WEB_SOCKET_URL');
const version = required('SERVICE_VERSION');
const mostCheckInsPerMinute = limitFrom('CHECK_IN_PER_MINUTE', limits.checkInsPerMinutePerAddress);

/** A whole conversation (100 KB of text, more as JSON) fits into one answer of the HTTP API, which Lambda bounds at 6 MB. */
const httpPageBytes = 2 * 1024 * 1024;

const callerIn = (event: HttpEvent): Promise<Visit> =>
  authenticateCaller(ports, { clinicId: idIn(event, 'clinicId'), callerId: idIn(event, 'callerId') }, bearerOf(event));

/** A caller's token is one word; a JWT has three parts. */
const isStaffToken = (token: string) => token.split('.').length === 3;

const readerOf = async (event: HttpEvent): Promise<{ visit: Visit; reader: Reader }> => {
  const token = bearerOf(event);
  if (!isStaffToken(token)) return { visit: await callerIn(event), reader: 'caller' };
  const userId = await verifyToken(token);
  if (userId === undefined) throw new RequestError('unauthenticated');
  const clinicId = idIn(event, 'clinicId');
  await requireMember(ports, clinicId, userId);
  const visit = await ports.callers.find({ clinicId, callerId: idIn(event, 'callerId') }, ports.now());
  if (!visit) throw new RequestError('not-found');
  return { visit, reader: 'staff' };
};

const routes: Routes = {
  'GET /health': async () => json(200, { status: 'ok', version }),

  'GET /clinics/{clinicId}': async (event) => json(200, toClinic(await requireProfile(ports, idIn(event, 'clinicId')))),

  'POST /clinics/{clinicId}/callers': async (event) => {
    const body = bodyOf(event, checkInBody);
    const address = event.requestContext.http.sourceIp;
    return json(201, await checkIn(ports, idIn(event, 'clinicId'), address, body, mostCheckInsPerMinute));
  },

  'POST /clinics/{clinicId}/callers/{callerId}/tickets': async (event) =>
    json(201, await issueCallerTicket(ports, await callerIn(event), webSocketUrl)),

  'GET /clinics/{clinicId}/callers/{callerId}/messages': async (event) => {
    const { visit, reader } = await readerOf(event);
    const { afterSeq = 0 } = queryOf(event, messagesQuery);
    return json(200, pageOfMessages(visit, afterSeq, reader, httpPageBytes));
  },
};

export const handler = middy<HttpEvent, HttpResponse>().use(answerHttp()).handler(routeHttp(routes));
