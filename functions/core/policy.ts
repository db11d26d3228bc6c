import { type ErrorCode, RequestError } from '../../protocol/errors.ts';
import type { Action } from '../../protocol/frames.ts';
import type { Member } from '../../protocol/objects.ts';

/**
 * Who may do what: the one table that every door asks. `docs/security.md` shows it, and a test holds it to that. What does not stand
 * here nobody may do.
 */

/** Whom a rule can name. An administrator is a member too; a caller is the caller of the very visit that the request names. */
export type Role = 'anyone' | 'user' | 'operator' | 'member' | 'member on duty' | 'administrator' | 'caller';

/** Whether the audit log hears of it, and from whom: nobody; the door that admits it; or the stream, which tells what was stored. */
export type Audited = 'no' | 'door' | 'stream';

export interface Rule {
  readonly may: readonly Role[];
  readonly audited: Audited;
}

const rule = (audited: Audited, ...may: readonly Role[]): Rule => ({ may, audited });

/** Keys are API Gateway's route keys, with `socket` before those of the WebSocket API. */
export const policy = {
  'GET /health': rule('no', 'anyone'),
  'GET /clinics/{clinicId}': rule('no', 'anyone'),
  'POST /clinics/{clinicId}/callers': rule('stream', 'anyone'),

  'POST /clinics/{clinicId}/callers/{callerId}/tickets': rule('no', 'caller'),
  'GET /clinics/{clinicId}/callers/{callerId}/messages': rule('door', 'caller', 'member'),
  'socket resume': rule('no', 'caller'),
  'socket sendMessage': rule('stream', 'caller'),
  'socket acknowledge': rule('no', 'caller'),
  'socket leave': rule('stream', 'caller'),

  'GET /clinics': rule('no', 'user'),
  'POST /invitations/{code}': rule('door', 'user'),
  'POST /clinics': rule('door', 'operator'),

  'POST /clinics/{clinicId}/tickets': rule('door', 'member'),
  'GET /clinics/{clinicId}/settings': rule('no', 'member'),
  'GET /clinics/{clinicId}/callers': rule('no', 'member'),
  'PATCH /clinics/{clinicId}/callers/{callerId}': rule('stream', 'member'),
  'POST /clinics/{clinicId}/callers/{callerId}/messages': rule('stream', 'member'),
  'POST /clinics/{clinicId}/broadcasts': rule('door', 'member'),
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}': rule('no', 'member'),
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}/recipients': rule('no', 'member'),
  'socket subscribe': rule('no', 'member'),
  'socket thread': rule('door', 'member'),
  'socket notify': rule('stream', 'member'),
  'socket broadcast': rule('door', 'member'),
  'socket markRead': rule('stream', 'member'),
  'socket setStatus': rule('stream', 'member'),

  'PATCH /clinics/{clinicId}/settings': rule('door', 'administrator'),
  'POST /clinics/{clinicId}/invitations': rule('door', 'administrator'),
  'GET /clinics/{clinicId}/members': rule('no', 'administrator'),
  'PUT /clinics/{clinicId}/members/{userId}': rule('door', 'administrator'),
  'DELETE /clinics/{clinicId}/members/{userId}': rule('door', 'administrator'),
  'DELETE /clinics/{clinicId}/callers/{callerId}': rule('door', 'administrator'),
  'GET /clinics/{clinicId}/audit': rule('door', 'administrator'),

  'hear of an unanswered caller at once': rule('no', 'member on duty'),
} as const satisfies Record<string, Rule>;

export type Operation = keyof typeof policy;
export type SocketOperation = Extract<Operation, `socket ${string}`>;

/** A frame's operation. */
export const onSocket = <A extends Action>(action: A): `socket ${A}` => `socket ${action}`;

export const isOperation = (key: string): key is Operation => Object.hasOwn(policy, key);

/** Who asks, as far as it is known: a member only of the clinic that the request names. */
export type Who =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'caller' }
  | { readonly kind: 'user'; readonly isOperator?: boolean; readonly member?: Pick<Member, 'role' | 'answersMessages'> | undefined };

const holds: Readonly<Record<Role, (who: Who) => boolean>> = {
  anyone: () => true,
  caller: ({ kind }) => kind === 'caller',
  user: ({ kind }) => kind === 'user',
  operator: (who) => who.kind === 'user' && who.isOperator === true,
  member: (who) => who.kind === 'user' && who.member !== undefined,
  'member on duty': (who) => who.kind === 'user' && who.member?.answersMessages === true,
  administrator: (who) => who.kind === 'user' && who.member?.role === 'administrator',
};

export const may = (operation: Operation, who: Who): boolean => policy[operation].may.some((role) => holds[role](who));

/** @throws RequestError `unauthenticated`, `forbidden`, or `not-found` to who is no member, as if there were no such clinic */
export const permit = (operation: Operation, who: Who): void => {
  if (!may(operation, who)) throw new RequestError(refusalOf(operation, who));
};

/** On a socket the clinic is known to whoever holds it: there is nothing left to hide. */
const refusalOf = (operation: Operation, who: Who): ErrorCode => {
  if (who.kind === 'nobody') return 'unauthenticated';
  const isStranger = who.kind === 'user' && who.member === undefined;
  const isOfClinic = operation.includes('/clinics/{clinicId}');
  return isStranger && isOfClinic ? 'not-found' : 'forbidden';
};

/** May any socket of this kind send it? Asked before a frame's fields are looked at and before anything is read. */
export const mayOnSocket = (operation: SocketOperation, kind: 'staff' | 'caller'): boolean =>
  kind === 'caller' ? may(operation, { kind }) : policy[operation].may.some((role) => role !== 'caller');
