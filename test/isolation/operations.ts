import type { Operation } from '../../functions/core/policy.ts';

/** Whom an operation is for. */
export type Audience =
  | 'anyone'
  | 'user'
  | 'operator'
  | 'member'
  | 'administrator'
  | 'caller'
  | 'caller or member'
  | 'caller or administrator';

type Deed = Exclude<Operation, 'hear of an unanswered caller at once'>;
export type SocketDeed = Extract<Deed, `socket ${string}`>;
export type HttpDeed = Exclude<Deed, SocketDeed>;

/**
 * Who may do what, said a second time and on purpose: `functions/core/policy.ts` must say the same, so that a rule that was changed there by
 * mistake is found. A new operation is an error of types until it stands here.
 */
export const audiences: Readonly<Record<Deed, Audience>> = {
  'GET /health': 'anyone',
  'GET /clinics/{clinicId}': 'anyone',
  'POST /clinics/{clinicId}/callers': 'anyone',
  'POST /clinics/{clinicId}/callers/{callerId}/tickets': 'caller',
  'GET /clinics/{clinicId}/callers/{callerId}/messages': 'caller or member',
  'GET /clinics/{clinicId}/callers/{callerId}/export': 'caller or administrator',
  'GET /clinics': 'user',
  'POST /invitations/{code}': 'user',
  'POST /clinics': 'operator',
  'POST /clinics/{clinicId}/tickets': 'member',
  'GET /clinics/{clinicId}/settings': 'member',
  'GET /clinics/{clinicId}/callers': 'member',
  'PATCH /clinics/{clinicId}/callers/{callerId}': 'member',
  'POST /clinics/{clinicId}/callers/{callerId}/messages': 'member',
  'POST /clinics/{clinicId}/broadcasts': 'member',
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}': 'member',
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}/recipients': 'member',
  'PATCH /clinics/{clinicId}/settings': 'administrator',
  'POST /clinics/{clinicId}/invitations': 'administrator',
  'GET /clinics/{clinicId}/members': 'administrator',
  'PUT /clinics/{clinicId}/members/{userId}': 'administrator',
  'DELETE /clinics/{clinicId}/members/{userId}': 'administrator',
  'DELETE /clinics/{clinicId}/callers/{callerId}': 'administrator',
  'GET /clinics/{clinicId}/audit': 'administrator',
  'socket subscribe': 'member',
  'socket thread': 'member',
  'socket notify': 'member',
  'socket broadcast': 'member',
  'socket markRead': 'member',
  'socket setStatus': 'member',
  'socket resume': 'caller',
  'socket sendMessage': 'caller',
  'socket acknowledge': 'caller',
  'socket leave': 'caller',
};

/** What a request is aimed at. */
export interface Aim {
  /** In the path; on a socket it is the ticket's. */
  readonly clinicId: string;
  readonly callerId: string;
  readonly broadcastId: string;
  readonly userId: string;
  readonly code: string;
  /** A place on the board. */
  readonly cursor: string;
  /** An id that nobody has used. */
  readonly freshId: string;
}

/** The part of an aim that tells one object from another; absent where an operation is for the whole clinic. */
type Subject = 'callerId' | 'broadcastId' | 'userId' | 'code' | 'cursor';

export interface HttpRequest {
  readonly subject?: Subject;
  readonly query?: (aim: Aim) => string;
  readonly body?: (aim: Aim) => Readonly<Record<string, unknown>>;
}

const aMember = { name: 'Nora New', role: 'member', answersMessages: false };
const aNotice = ({ freshId }: Aim) => ({ messageId: freshId, text: 'Please come in' });
const aBroadcast = ({ freshId, callerId }: Aim) => ({ broadcastId: freshId, callerIds: [callerId], text: 'We run late' });

/** A good request of each kind. Its path is the route's. */
export const requests: Readonly<Record<HttpDeed, HttpRequest>> = {
  'GET /health': {},
  'GET /clinics/{clinicId}': {},
  'POST /clinics/{clinicId}/callers': { body: () => ({ name: 'Walk In' }) },
  'POST /clinics/{clinicId}/callers/{callerId}/tickets': { subject: 'callerId' },
  'GET /clinics/{clinicId}/callers/{callerId}/messages': { subject: 'callerId' },
  'GET /clinics/{clinicId}/callers/{callerId}/export': { subject: 'callerId' },
  'GET /clinics': {},
  'POST /invitations/{code}': { subject: 'code' },
  'POST /clinics': {
    body: ({ freshId }) => ({ clinicId: freshId, name: 'New Clinic', administrator: { userId: 'new-admin', name: 'New Admin' } }),
  },
  'POST /clinics/{clinicId}/tickets': {},
  'GET /clinics/{clinicId}/settings': {},
  'GET /clinics/{clinicId}/callers': { subject: 'cursor', query: ({ cursor }) => `cursor=${encodeURIComponent(cursor)}` },
  'PATCH /clinics/{clinicId}/callers/{callerId}': { subject: 'callerId', body: () => ({ status: 'on-hold' }) },
  'POST /clinics/{clinicId}/callers/{callerId}/messages': { subject: 'callerId', body: aNotice },
  'POST /clinics/{clinicId}/broadcasts': { subject: 'callerId', body: aBroadcast },
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}': { subject: 'broadcastId' },
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}/recipients': { subject: 'broadcastId' },
  'PATCH /clinics/{clinicId}/settings': { body: () => ({ waitingThresholdMinutes: 45 }) },
  'POST /clinics/{clinicId}/invitations': { body: () => aMember },
  'GET /clinics/{clinicId}/members': {},
  'PUT /clinics/{clinicId}/members/{userId}': { subject: 'userId', body: () => aMember },
  'DELETE /clinics/{clinicId}/members/{userId}': { subject: 'userId' },
  'DELETE /clinics/{clinicId}/callers/{callerId}': { subject: 'callerId' },
  'GET /clinics/{clinicId}/audit': {},
};

export interface FrameRequest {
  readonly subject?: Subject;
  readonly fields: (aim: Aim) => Readonly<Record<string, unknown>>;
}

/** A good frame of each kind, without its `requestId`. */
export const frames: Readonly<Record<SocketDeed, FrameRequest>> = {
  'socket subscribe': { subject: 'cursor', fields: ({ cursor }) => ({ cursor }) },
  'socket thread': { subject: 'callerId', fields: ({ callerId }) => ({ callerId }) },
  'socket notify': { subject: 'callerId', fields: (aim) => ({ callerId: aim.callerId, ...aNotice(aim) }) },
  'socket broadcast': { subject: 'callerId', fields: aBroadcast },
  'socket markRead': { subject: 'callerId', fields: ({ callerId }) => ({ callerId, seq: 1 }) },
  'socket setStatus': { subject: 'callerId', fields: ({ callerId }) => ({ callerId, status: 'on-hold' }) },
  'socket resume': { fields: () => ({ afterSeq: 0 }) },
  'socket sendMessage': { fields: aNotice },
  'socket acknowledge': { fields: () => ({ readSeq: 1 }) },
  'socket leave': { fields: () => ({}) },
};

// The records above have these keys and no others.
export const httpDeeds = Object.keys(requests) as HttpDeed[];
export const socketDeeds = Object.keys(frames) as SocketDeed[];

/** Is it asked at the door where nobody has judged the token yet? The others stand behind the JWT authorizer. */
export const isPublicDoor = (deed: HttpDeed): boolean =>
  ['anyone', 'caller', 'caller or member', 'caller or administrator'].includes(audiences[deed]);

export const isOfClinic = (deed: HttpDeed): boolean => deed.includes('/clinics/{clinicId}');
