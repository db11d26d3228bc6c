import { type ErrorCode, RequestError } from '../../protocol/errors.ts';
import type { Action } from '../../protocol/frames.ts';
import type { AuditAction, Member } from '../../protocol/objects.ts';

/**
 * Who may do what: the one table that every door asks. `docs/security.md` shows it, and a test holds it to that. What does not stand
 * here nobody may do.
 */

/** Whom a rule can name. An administrator is a member too; a caller is the caller of the very visit that the request names. */
export type Audience = 'anyone' | 'user' | 'operator' | 'member' | 'member on duty' | 'administrator' | 'caller';

/**
 * What the audit log says of it where staff do it: nothing; what the stream tells, once it is stored; or what the door writes. A change is announced there before
 * it is done, a read is recorded before it is answered.
 */
export type Audited = 'no' | 'by the stream' | { readonly change: AuditAction } | { readonly read: AuditAction };

export interface Rule {
  readonly may: readonly Audience[];
  readonly audited: Audited;
}

const rule = (audited: Audited, ...may: readonly Audience[]): Rule => ({ may, audited });
const byStream = 'by the stream';
const changes = (change: AuditAction) => ({ change });
const reads = (read: AuditAction) => ({ read });

/** Keys are API Gateway's route keys, with `socket` before those of the WebSocket API. */
export const policy = {
  'GET /health': rule('no', 'anyone'),
  'GET /clinics/{clinicId}': rule('no', 'anyone'),
  'POST /clinics/{clinicId}/callers': rule(byStream, 'anyone'),

  'POST /clinics/{clinicId}/callers/{callerId}/tickets': rule('no', 'caller'),
  'GET /clinics/{clinicId}/callers/{callerId}/messages': rule(reads('read-conversation'), 'caller', 'member'),
  'GET /clinics/{clinicId}/callers/{callerId}/export': rule(reads('export-visit'), 'caller', 'administrator'),
  'socket resume': rule('no', 'caller'),
  'socket sendMessage': rule(byStream, 'caller'),
  'socket acknowledge': rule('no', 'caller'),
  'socket leave': rule(byStream, 'caller'),

  'GET /clinics': rule('no', 'user'),
  'POST /invitations/{code}': rule(changes('join'), 'user'),
  'POST /clinics': rule(changes('create-clinic'), 'operator'),

  'POST /clinics/{clinicId}/tickets': rule(reads('open-dashboard'), 'member'),
  'GET /clinics/{clinicId}/settings': rule('no', 'member'),
  'GET /clinics/{clinicId}/callers': rule(reads('read-board'), 'member'),
  'PATCH /clinics/{clinicId}/callers/{callerId}': rule(byStream, 'member'),
  'POST /clinics/{clinicId}/callers/{callerId}/messages': rule(byStream, 'member'),
  'POST /clinics/{clinicId}/broadcasts': rule(changes('broadcast'), 'member'),
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}': rule('no', 'member'),
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}/recipients': rule('no', 'member'),
  'socket subscribe': rule('no', 'member'),
  'socket thread': rule(reads('read-conversation'), 'member'),
  'socket notify': rule(byStream, 'member'),
  'socket broadcast': rule(changes('broadcast'), 'member'),
  'socket markRead': rule(byStream, 'member'),
  'socket setStatus': rule(byStream, 'member'),

  'PATCH /clinics/{clinicId}/settings': rule(changes('change-settings'), 'administrator'),
  'POST /clinics/{clinicId}/invitations': rule(changes('invite'), 'administrator'),
  'GET /clinics/{clinicId}/members': rule('no', 'administrator'),
  'PUT /clinics/{clinicId}/members/{userId}': rule(changes('put-member'), 'administrator'),
  'DELETE /clinics/{clinicId}/members/{userId}': rule(changes('remove-member'), 'administrator'),
  'DELETE /clinics/{clinicId}/callers/{callerId}': rule(changes('erase'), 'administrator'),
  'GET /clinics/{clinicId}/audit': rule(reads('read-audit'), 'administrator'),

  'hear of an unanswered caller at once': rule('no', 'member on duty'),
} as const satisfies Record<string, Rule>;

export type Operation = keyof typeof policy;
export type SocketOperation = Extract<Operation, `socket ${string}`>;

/** A frame's operation. */
export const onSocket = <A extends Action>(action: A): `socket ${A}` => `socket ${action}`;

/** What the audit log calls it, where a door records it. @throws where the policy has none record it: whoever asks is mistaken */
export const auditActionOf = (operation: Operation): AuditAction => {
  const { audited } = policy[operation];
  if (typeof audited === 'string') throw new Error(`"${operation}" is not recorded at a door`);
  return 'change' in audited ? audited.change : audited.read;
};

export const isOperation = (key: string): key is Operation => Object.hasOwn(policy, key);

/** Who asks, as far as it is known: a member only of the clinic that the request names. */
export type Who =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'caller' }
  | { readonly kind: 'user'; readonly isOperator?: boolean; readonly member?: Pick<Member, 'role' | 'answersMessages'> | undefined };

const holds: Readonly<Record<Audience, (who: Who) => boolean>> = {
  anyone: () => true,
  caller: ({ kind }) => kind === 'caller',
  user: ({ kind }) => kind === 'user',
  operator: (who) => who.kind === 'user' && who.isOperator === true,
  member: (who) => who.kind === 'user' && who.member !== undefined,
  'member on duty': (who) => who.kind === 'user' && who.member?.answersMessages === true,
  administrator: (who) => who.kind === 'user' && who.member?.role === 'administrator',
};

export const may = (operation: Operation, who: Who): boolean => policy[operation].may.some((audience) => holds[audience](who));

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
  kind === 'caller' ? may(operation, { kind }) : policy[operation].may.some((audience) => audience !== 'caller');
