import fc from 'fast-check';
import type { CallerAction, StaffAction } from '../../protocol/frames.ts';

/** Good requests, as the wire contract has them: what the fuzzer bends. They speak of who and what stands in `clinic.ts`. */

type Fields = fc.Arbitrary<Readonly<Record<string, unknown>>>;

const newId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
/** Ended ones and foreign ones among them. */
const callerId = fc.constantFrom('sue', 'sue', 'sue', 'tom', 'eve', 'foreigner', 'nobody');
const messageId = fc.oneof(fc.constantFrom('m1', 'm2'), newId);
const broadcastId = fc.oneof(fc.constant('b1'), newId);
const text = fc.constantFrom('Please come in', 'Un instant…', 'سيأتي الطبيب', 'two\nlines', 'x'.repeat(1000));
const name = fc.constantFrom('Sue Smith', 'Zoë Müller', 'Ли', 'سو');
const status = fc.constantFrom('waiting', 'being-seen', 'on-hold', 'ended');
const role = fc.constantFrom('administrator', 'member');
const seq = fc.integer({ min: 0, max: 4 });
const filter = fc.record(
  {
    statuses: fc.uniqueArray(status, { maxLength: 4 }),
    search: fc.constantFrom('sue', '', 'SMITH 0400'),
    needsReply: fc.boolean(),
    online: fc.boolean(),
  },
  { requiredKeys: [] },
);
const audience = fc.oneof(fc.constant({}), fc.record({ filter }), fc.record({ callerIds: fc.array(callerId, { maxLength: 5 }) }));
const broadcast = fc.tuple(fc.record({ broadcastId, text }), audience).map(([fields, to]) => ({ ...fields, ...to }));
const language = fc.constantFrom('en', 'fr-CA', 'ar', null);
const details = fc.dictionary(fc.constantFrom('reason', 'doctor', 'Ärztin'), fc.constantFrom('a cough', ''), { maxKeys: 3 });

export const goodFrames: { readonly [A in StaffAction | CallerAction]: Fields } = {
  subscribe: fc.constant({}),
  notify: fc.record({ callerId, messageId, text }),
  broadcast,
  thread: fc.record({ callerId, afterSeq: seq }, { requiredKeys: ['callerId'] }),
  markRead: fc.record({ callerId, seq }),
  setStatus: fc.record({ callerId, status }),
  resume: fc.record({ afterSeq: seq }),
  sendMessage: fc.record({ messageId, text }),
  acknowledge: fc.record({ deliveredSeq: seq, readSeq: seq }, { requiredKeys: ['readSeq'] }),
  leave: fc.constant({}),
};

export const staffActions = ['subscribe', 'notify', 'broadcast', 'thread', 'markRead', 'setStatus'] as const satisfies StaffAction[];
export const callerActions = ['resume', 'sendMessage', 'acknowledge', 'leave'] as const satisfies CallerAction[];

interface GoodRoute {
  readonly function: 'public-http' | 'staff-http';
  readonly body?: Fields;
  readonly query?: fc.Arbitrary<string>;
}

const page = fc.constantFrom('', 'limit=2', 'limit=1000', 'cursor=sue');

/** By route key. `test/infrastructure/http-api.test.ts` holds this list to the template's. */
export const goodRoutes: Readonly<Record<string, GoodRoute>> = {
  'GET /health': { function: 'public-http' },
  'GET /clinics/{clinicId}': { function: 'public-http' },
  'POST /clinics/{clinicId}/callers': {
    function: 'public-http',
    body: fc.record({ name, phone: fc.constantFrom('+61 400 000 001', '', null), language, details }, { requiredKeys: ['name'] }),
  },
  'POST /clinics/{clinicId}/callers/{callerId}/tickets': { function: 'public-http' },
  'GET /clinics/{clinicId}/callers/{callerId}/messages': {
    function: 'public-http',
    query: fc.constantFrom('', 'afterSeq=1', 'afterSeq=0'),
  },
  'GET /clinics/{clinicId}/callers/{callerId}/export': { function: 'public-http' },
  'GET /clinics': { function: 'staff-http' },
  'POST /clinics': {
    function: 'staff-http',
    body: fc.record(
      {
        clinicId: newId,
        name,
        administrator: fc.record({ userId: fc.constantFrom('admin', 'oidc|a.b@c:d+e'), name }),
        languages: fc.constant(['en']),
      },
      { requiredKeys: ['clinicId', 'name', 'administrator'] },
    ),
  },
  'POST /clinics/{clinicId}/tickets': { function: 'staff-http' },
  'GET /clinics/{clinicId}/settings': { function: 'staff-http' },
  'PATCH /clinics/{clinicId}/settings': {
    function: 'staff-http',
    body: fc.record(
      {
        name,
        languages: fc.constantFrom(['en'], ['fr', 'ar']),
        entryFields: fc.constantFrom([], [{ key: 'reason', label: 'Reason', required: false }]),
        guestMessages: fc.boolean(),
        expectationText: text.map((each) => each.slice(0, 500)),
        waitingThresholdMinutes: fc.integer({ min: 1, max: 1440 }),
        retentionDays: fc.integer({ min: 1, max: 365 }),
      },
      { requiredKeys: [] },
    ),
  },
  'POST /clinics/{clinicId}/invitations': { function: 'staff-http', body: fc.record({ name, role, answersMessages: fc.boolean() }) },
  'POST /invitations/{code}': { function: 'staff-http' },
  'GET /clinics/{clinicId}/members': { function: 'staff-http' },
  'PUT /clinics/{clinicId}/members/{userId}': { function: 'staff-http', body: fc.record({ name, role, answersMessages: fc.boolean() }) },
  'DELETE /clinics/{clinicId}/members/{userId}': { function: 'staff-http' },
  'GET /clinics/{clinicId}/callers': {
    function: 'staff-http',
    query: fc.constantFrom('', 'status=waiting&status=ended', 'search=sue', 'limit=1', 'status=ended&limit=5'),
  },
  'PATCH /clinics/{clinicId}/callers/{callerId}': {
    function: 'staff-http',
    body: fc.oneof(fc.record({ status }), fc.record({ guestMessages: fc.constantFrom(true, false, null) })),
  },
  'DELETE /clinics/{clinicId}/callers/{callerId}': { function: 'staff-http' },
  'POST /clinics/{clinicId}/callers/{callerId}/messages': { function: 'staff-http', body: fc.record({ messageId, text }) },
  'POST /clinics/{clinicId}/broadcasts': { function: 'staff-http', body: broadcast },
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}': { function: 'staff-http' },
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}/recipients': { function: 'staff-http', query: page },
  'GET /clinics/{clinicId}/audit': {
    function: 'staff-http',
    query: fc.constantFrom('', 'from=2026-11-01', 'from=2026-11-01T08:00:00Z&to=2026-11-30', 'cursor=sue'),
  },
};
