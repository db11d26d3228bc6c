import type { AuditActor } from '../../protocol/objects.ts';
import type { AuditEvent } from '../data/audit-chain.ts';
import type { Visit } from '../data/visit.ts';
import type { Uses } from './ports.ts';
import type { VisitChange } from './update-board.ts';

/** A change of a visit, with the time at which it was stored, ms, to the second. */
export interface TimedChange extends VisitChange {
  readonly at: number;
}

/**
 * Has the audit log say what was done to the visits of one clinic, as the stream tells it: what was stored is recorded, whichever door it came
 * through, at no cost to whoever waits for an answer. A batch that comes again adds nothing.
 */
export const auditChanges = async (ports: Uses<'audit'>, clinicId: string, changes: readonly TimedChange[]): Promise<void> => {
  const events = changes.flatMap(toEvent);
  if (events.length > 0) await ports.audit.append(clinicId, 'visits', events);
};

/** What one stored change means; nothing for what no person did: sockets, receipts, the recipients of a broadcast (the request is recorded). */
const toEvent = ({ before, after, at }: TimedChange): AuditEvent[] => {
  const visit = after ?? before;
  if (!visit) return [];
  const { callerId } = visit;
  /** @param exactly when it was done, where the change itself says so */
  const event = (actor: AuditActor, action: AuditEvent['action'], about: AuditEvent['about'] = {}, exactly = at): AuditEvent[] => [
    {
      entryId: `${callerId}/${after ? after.version : 'deleted'}`,
      at: exactly,
      actor,
      action,
      outcome: 'done',
      about: { callerId, ...about },
    },
  ];
  const caller: AuditActor = { kind: 'caller', id: callerId };
  const member: AuditActor = { kind: 'member', id: visit.changedBy ?? null };
  const service: AuditActor = { kind: 'service', id: null };

  // Who erases a caller is recorded at the door.
  if (!after) return hasExpired(visit, at) ? event(service, 'expire') : [];
  if (!before) return event(caller, 'check-in', {}, after.arrivedAt);
  if (after.status !== before.status) {
    if (after.status !== 'ended') return event(member, 'set-status', { status: after.status }, after.statusSince);
    if (after.endReason === 'left') return event(caller, 'leave', {}, after.statusSince);
    if (after.endReason === 'offline') return event(service, 'end-offline', {}, after.statusSince);
    return event(member, 'set-status', { status: 'ended' }, after.statusSince);
  }
  if (after.messageCount > before.messageCount) {
    const added = after.messages.at(-1);
    const about = { messageId: added?.i ?? '', seq: String(after.messageCount) };
    if (added?.k === 'n') return event(member, 'notify', about, added.s);
    return added?.k === 'm' || added?.k === 'q' ? event(caller, 'send-message', about, added.s) : [];
  }
  if (after.staffReadSeq > before.staffReadSeq) return event(member, 'mark-read', { seq: String(after.staffReadSeq) });
  if (after.guestMessages !== before.guestMessages)
    return event(member, 'set-guest-messages', { guestMessages: String(after.guestMessages ?? null) });
  return [];
};

const hasExpired = (visit: Visit, at: number): boolean => visit.expiresAtSeconds !== undefined && visit.expiresAtSeconds * 1000 <= at;
