import type { Who } from '../../functions/core/policy.ts';
import type { SocketOwner } from '../../functions/middleware/socket-event.ts';
import type { Role } from '../../protocol/objects.ts';
import { audiences, type HttpDeed, isPublicDoor, type SocketDeed } from './operations.ts';
import { type ClinicOfTests, secretOf } from './two-clinics.ts';

export const operatorId = 'operator@example';

/** Someone who tries. */
export interface Actor {
  readonly name: string;
  readonly home: ClinicOfTests;
  /** Signed in as this user. */
  readonly userId?: string;
  /** In the home clinic, by what is stored. */
  readonly role?: Role;
  readonly isOnDuty?: boolean;
  /** Holds the token of this visit of the home clinic. */
  readonly callerId?: string;
  /** The token opens the visit: it is there and not over. */
  readonly isPresent?: boolean;
  /** What is sent where no good token is. */
  readonly badToken?: string;
}

export const actorsOf = (home: ClinicOfTests): Actor[] => {
  const member = (name: string, role: Role, more: Partial<Actor> = {}): Actor => ({ name, home, userId: home.userId(name), role, ...more });
  const caller = (name: string, isPresent: boolean): Actor => ({
    name: `caller ${name}`,
    home,
    callerId: home.callerId(name),
    isPresent,
  });
  return [
    { name: 'nobody', home },
    { name: 'somebody with a bad token', home, badToken: 'header.claims.signature' },
    { name: 'user without a clinic', home, userId: 'stranger@example' },
    { name: 'operator', home, userId: operatorId },
    member('clerk', 'member'),
    member('duty', 'member', { isOnDuty: true }),
    member('administrator', 'administrator'),
    { name: 'removed member', home, userId: home.userId('removed') },
    member('demoted', 'member'),
    caller('present', true),
    caller('ended', false),
    caller('expired', false),
    caller('erased', false),
  ];
};

/** The bearer token of a caller. */
export const callerTokenOf = ({ callerId }: Actor): string | undefined => (callerId === undefined ? undefined : secretOf(callerId));

/** The socket that the actor opened while they still might; absent for those who never could. */
export const socketOf = ({ home, userId, callerId }: Actor): { owner: SocketOwner; connectionId: string } | undefined => {
  const { clinicId } = home;
  if (userId !== undefined) return { owner: { kind: 'staff', clinicId, userId }, connectionId: `dashboard-${userId}` };
  if (callerId !== undefined) return { owner: { kind: 'caller', clinicId, callerId }, connectionId: `socket-${callerId}` };
  return undefined;
};

/** Who the actor is to a clinic and a visit of it, in the policy's words. */
export const whoIn = (
  { home, userId, role, isOnDuty = false, callerId, isPresent }: Actor,
  aim: { clinicId: string; callerId: string },
): Who => {
  const isHome = aim.clinicId === home.clinicId;
  if (userId !== undefined) {
    const member = isHome && role !== undefined ? { role, answersMessages: isOnDuty } : undefined;
    return { kind: 'user', isOperator: userId === operatorId, ...(member && { member }) };
  }
  return isHome && isPresent && aim.callerId === callerId ? { kind: 'caller' } : { kind: 'nobody' };
};

/** May the actor do it there? By what this suite says, not by the policy. */
export const isAllowed = (actor: Actor, deed: HttpDeed | SocketDeed, aim: { clinicId: string; callerId: string }): boolean => {
  const isHome = aim.clinicId === actor.home.clinicId;
  const isMember = isHome && actor.role !== undefined;
  const isTheCaller = isHome && actor.isPresent === true && aim.callerId === actor.callerId;
  switch (audiences[deed]) {
    case 'anyone':
      return true;
    case 'user':
      return actor.userId !== undefined;
    case 'operator':
      return actor.userId === operatorId;
    case 'member':
      return isMember;
    case 'administrator':
      return isMember && actor.role === 'administrator';
    case 'caller':
      return isTheCaller;
    case 'caller or member':
      return isTheCaller || isMember;
    case 'caller or administrator':
      return isTheCaller || (isMember && actor.role === 'administrator');
  }
};

/** Does API Gateway let the request through to a function? */
export const passesDoor = (actor: Actor, deed: HttpDeed): boolean => isPublicDoor(deed) || actor.userId !== undefined;
