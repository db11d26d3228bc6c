import { RequestError } from '../../protocol/errors.ts';
import type { StaffEvent } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';
import type { Member } from '../../protocol/objects.ts';
import type { Invitation } from '../data/clinics-table.ts';
import { recordChange } from './audit.ts';
import { auditActionOf } from './policy.ts';
import type { StaffActor, Uses } from './ports.ts';
import { hashOf, openTagged, tagged } from './secrets.ts';
import { toTime } from './views.ts';

const lastAdministrator = () =>
  new RequestError('conflict', undefined, 'The last administrator of a clinic can be neither removed nor demoted: name another first.');

/** Writes a member; a changed role takes effect with the next frame and closes the member's sockets. */
export const putMember = async (
  ports: Uses<'clinics' | 'connections' | 'poster' | 'now'>,
  clinicId: string,
  member: Member,
): Promise<{ member: Member; created: boolean }> => {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = await ports.clinics.member(clinicId, member.userId);
    const change = await ports.clinics.putMember(clinicId, member, before);
    if (change === 'last-administrator') throw lastAdministrator();
    if (change === 'done') {
      if (before && before.role !== member.role) await closeSocketsOf(ports, clinicId, member.userId);
      return { member, created: before === undefined };
    }
  }
  throw new RequestError('unavailable');
};

/** Removes a member and closes their sockets. */
export const removeMember = async (
  ports: Uses<'clinics' | 'connections' | 'poster' | 'now'>,
  clinicId: string,
  userId: string,
): Promise<void> => {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const member = await ports.clinics.member(clinicId, userId);
    if (!member) {
      // The removal that was faster may have broken off before it closed them: then nobody else does.
      await closeSocketsOf(ports, clinicId, userId);
      throw new RequestError('not-found');
    }
    const change = await ports.clinics.removeMember(clinicId, member);
    if (change === 'last-administrator') throw lastAdministrator();
    if (change === 'done') return closeSocketsOf(ports, clinicId, userId);
  }
  throw new RequestError('unavailable');
};

/** Each is told first: a page that knows why it is closed comes back at once, to another role or to its refusal. */
const closeSocketsOf = async (ports: Uses<'connections' | 'poster' | 'now'>, clinicId: string, userId: string): Promise<void> => {
  const connections = await ports.connections.ofClinic(clinicId, ports.now());
  const changed: StaffEvent = { type: 'membershipChanged' };
  await Promise.all(
    connections
      .filter((connection) => connection.userId === userId)
      .map(async ({ connectionId }) => {
        await ports.poster.post(connectionId, JSON.stringify(changed));
        await ports.poster.close(connectionId);
        await ports.connections.remove(clinicId, connectionId);
      }),
  );
};

/**
 * A single-use code that makes whoever redeems it a member, within seven days and as long as the actor is an administrator: who is removed
 * comes back by no code of their own. Only its hash is stored.
 */
export const invite = async (
  ports: Uses<'clinics' | 'now' | 'newSecret'>,
  { clinicId, userId }: StaffActor,
  invitation: Omit<Invitation, 'invitedBy'>,
): Promise<{ code: string; expiresAt: string }> => {
  const secret = ports.newSecret();
  const expiresAtSeconds = Math.floor(ports.now() / 1000) + limits.invitationLifeSeconds;
  await ports.clinics.putInvitation(clinicId, hashOf(secret), { ...invitation, invitedBy: userId }, expiresAtSeconds);
  return { code: tagged(secret, clinicId), expiresAt: toTime(expiresAtSeconds * 1000) };
};

/** Makes the signed-in user a member by an invitation; of two redemptions at once, one succeeds. */
export const redeemInvitation = async (
  ports: Uses<'clinics' | 'audit' | 'reportFailure' | 'now' | 'newId'>,
  userId: string,
  code: string,
): Promise<{ clinicId: string; member: Member }> => {
  const opened = openTagged(code);
  const invitation = opened && (await ports.clinics.invitation(opened.clinicId, hashOf(opened.secret), ports.now()));
  if (!opened || !invitation) throw new RequestError('not-found');
  const { clinicId, secret } = opened;
  const { invitedBy, ...duties } = invitation;
  const member: Member = { userId, ...duties };
  // Whoever holds a good code may write into the clinic's log; a guess leaves no trace there.
  const deed = {
    clinicId,
    actor: { kind: 'user', id: userId },
    action: auditActionOf('POST /invitations/{code}'),
    about: { userId, role: member.role },
  } as const;
  return recordChange(ports, deed, async () => {
    const outcome = await ports.clinics.redeem(clinicId, hashOf(secret), member, invitedBy);
    if (outcome === 'void') throw new RequestError('not-found');
    if (outcome === 'already-member') throw new RequestError('conflict', undefined, 'You are a member of this clinic already.');
    return { clinicId, member };
  });
};
