import type { Member } from '../../protocol/objects.ts';
import { type About, type Deed, record, recordChange, recordRead } from './audit.ts';
import { auditActionOf, may, type Operation, permit, policy } from './policy.ts';
import type { StaffActor, Uses } from './ports.ts';

/** Who asks for what. */
export interface MemberRequest {
  readonly operation: Operation;
  readonly clinicId: string;
  readonly userId: string;
}

/** The user as a member of the clinic, by one consistent read, who may do this. @throws RequestError as `permit` does */
export const requireMember = async (ports: Uses<'clinics'>, request: MemberRequest): Promise<StaffActor> =>
  toActor(request, await ports.clinics.member(request.clinicId, request.userId));

const toActor = ({ operation, clinicId }: MemberRequest, member: Member | undefined): StaffActor => {
  permit(operation, { kind: 'user', member });
  if (!member) throw new Error(`"${operation}" is open to more than members`);
  return { kind: 'staff', clinicId, ...member };
};

/**
 * Lets a member do what the policy allows, and has the audit log say so, as the policy asks. A member who may not is recorded too; who is
 * no member writes nothing into a clinic's log.
 * @param about ids that the request names, for the log
 * @param act may `note` what only becomes known while it is done
 */
export const admitMember = async <Result>(
  ports: Uses<'clinics' | 'audit' | 'reportFailure' | 'now' | 'newId'>,
  request: MemberRequest,
  about: About,
  act: (actor: StaffActor, note: (about: About) => void) => Promise<Result>,
): Promise<Result> => {
  const { operation, clinicId, userId } = request;
  const { audited } = policy[operation];
  if (typeof audited === 'string') return act(await requireMember(ports, request), () => {});

  const deed: Deed = { clinicId, actor: { kind: 'member', id: userId }, action: auditActionOf(operation), about };
  const member = await ports.clinics.member(clinicId, userId);
  if (member && !may(operation, { kind: 'user', member })) await record(ports, deed, 'forbidden');
  const actor = toActor(request, member);
  if ('change' in audited) return recordChange(ports, deed, (note) => act(actor, note));
  return recordRead(ports, deed, () => act(actor, () => {}));
};
