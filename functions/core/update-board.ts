import type { EndReason, StaffEvent } from '../../protocol/frames.ts';
import type { Message } from '../../protocol/objects.ts';
import type { OutcomeSet } from '../data/broadcasts-table.ts';
import type { ConversationEntry, Visit } from '../data/visit.ts';
import { storedMark, toBroadcast } from './broadcasts.ts';
import { deliverToStaff } from './deliver.ts';
import { frameRoom, jsonBytes, splitFitting } from './pages.ts';
import { may } from './policy.ts';
import type { Uses } from './ports.ts';
import { toCaller, toMessage } from './views.ts';

/** One change of a visit, as the stream tells it: created without `before`, deleted without `after`. */
export interface VisitChange {
  readonly before?: Visit | undefined;
  readonly after?: Visit | undefined;
}

type BoardPorts = Uses<'clinics' | 'connections' | 'broadcasts' | 'poster' | 'now'>;

/**
 * Tells the dashboards of one clinic, and the callers concerned, what a batch of changes came to. The only writer of board frames,
 * whatever changed the caller. It never writes visits. Run again with the same changes it says the same again; clients drop what is not newer.
 */
export const updateBoard = async (ports: BoardPorts, clinicId: string, changes: readonly VisitChange[]): Promise<void> => {
  // All are awaited, whichever fails: what is left un-awaited is frozen with the function.
  const settled = await Promise.allSettled([
    tellCallers(ports, changes),
    deliverToStaff(ports, clinicId, [...callersChanged(changes), ...messagesAdded(changes)]),
    tellDuty(ports, clinicId, changes),
    countReceipts(ports, clinicId, changes),
  ]);
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
};

/** The newest image of each caller that changed, in as few frames as hold them. */
const callersChanged = (changes: readonly VisitChange[]): StaffEvent[] => {
  const newest = new Map<string, Visit | undefined>();
  for (const { before, after } of changes) {
    const callerId = (after ?? before)?.callerId;
    if (callerId === undefined || (before && after && before.version === after.version)) continue;
    newest.set(callerId, after);
  }
  const present = [...newest.values()]
    .filter((visit) => visit !== undefined && visit.status !== 'ended')
    .map((visit) => toCaller(visit as Visit));
  const removed = [...newest].filter(([, visit]) => visit === undefined || visit.status === 'ended').map(([callerId]) => callerId);
  if (present.length + removed.length === 0) return [];
  if (jsonBytes(present) + jsonBytes(removed) <= frameRoom) return [{ type: 'callersChanged', callers: present, removed }];
  return [
    ...splitFitting(present).map((callers): StaffEvent => ({ type: 'callersChanged', callers, removed: [] })),
    ...splitFitting(removed).map((ids): StaffEvent => ({ type: 'callersChanged', callers: [], removed: ids })),
  ];
};

const addedEntries = ({ before, after }: VisitChange): [ConversationEntry, number][] => {
  const known = before?.messageCount ?? 0;
  return (after?.messages.slice(known) ?? []).map((entry, index) => [entry, known + index + 1]);
};

/** New messages by caller. A broadcast is told once, by its progress, and not again for each recipient: dashboards are the costliest readers. */
const messagesAdded = (changes: readonly VisitChange[]): StaffEvent[] => {
  const added = new Map<string, Message[]>();
  for (const change of changes) {
    const visit = change.after;
    if (!visit) continue;
    const messages = addedEntries(change)
      .filter(([entry]) => entry.k !== 'b')
      .map(([entry, seq]) => toMessage(visit, entry, seq, 'staff'));
    if (messages.length > 0) added.set(visit.callerId, [...(added.get(visit.callerId) ?? []), ...messages]);
  }
  return [...added].flatMap(([callerId, messages]) =>
    splitFitting(messages).map((run): StaffEvent => ({ type: 'messagesAdded', callerId, messages: run })),
  );
};

/** A caller wrote: those on duty are alerted at once. */
const tellDuty = async (ports: BoardPorts, clinicId: string, changes: readonly VisitChange[]): Promise<void> => {
  const wrote = new Map<string, Visit>();
  for (const change of changes) {
    const visit = change.after;
    if (visit && visit.status !== 'ended' && addedEntries(change).some(([entry]) => entry.k === 'm' || entry.k === 'q'))
      wrote.set(visit.callerId, visit);
  }
  if (wrote.size === 0) return;
  const members = await ports.clinics.members(clinicId);
  const onDuty = new Set(
    members.filter((member) => may('hear of an unanswered caller at once', { kind: 'user', member })).map(({ userId }) => userId),
  );
  if (onDuty.size === 0) return;
  const events = [...wrote.values()].map((visit): StaffEvent => ({ type: 'callerUnanswered', caller: toCaller(visit) }));
  await deliverToStaff(ports, clinicId, events, { onlyUserIds: onDuty });
};

/** Callers hear of their own status and switch; the sockets of a visit that ended, or was erased, are told and closed. */
const tellCallers = async (ports: BoardPorts, changes: readonly VisitChange[]): Promise<void> => {
  for (const { before, after } of changes) {
    if (!before || before.status === 'ended') continue;
    const ending = endingOf(before, after);
    if (ending) {
      await Promise.all(ending.connectionIds.map((connectionId) => close(ports, connectionId, ending.reason)));
    } else if (after && (after.status !== before.status || after.guestMessages !== before.guestMessages)) {
      const frame = JSON.stringify({ type: 'callerChanged', caller: toCaller(after) });
      await Promise.all(Object.keys(after.connections).map((connectionId) => ports.poster.post(connectionId, frame)));
    }
  }
};

const endingOf = (before: Visit, after: Visit | undefined): { reason: EndReason; connectionIds: string[] } | undefined => {
  if (!after) return { reason: 'erased', connectionIds: Object.keys(before.connections) };
  if (after.status !== 'ended') return undefined;
  const closing = Object.keys(after.closing ?? {}).filter((connectionId) => connectionId !== after.leftFrom);
  return { reason: after.endReason ?? 'ended-by-staff', connectionIds: closing };
};

const close = async (ports: BoardPorts, connectionId: string, reason: EndReason): Promise<void> => {
  await ports.poster.post(connectionId, JSON.stringify({ type: 'ended', reason }));
  await ports.poster.close(connectionId);
};

/**
 * Acknowledgements of broadcasts are added to their outcomes, one write a shard and batch; finished ones tell their new counts. Who has it is
 * stored, too: a run that died before it recorded them may have been their only one, where they have left its filter since.
 */
const countReceipts = async (ports: BoardPorts, clinicId: string, changes: readonly VisitChange[]): Promise<void> => {
  const receipts = new Map<string, { broadcastId: string; shard: number; stored: string[]; delivered: string[]; read: string[] }>();
  for (const { before, after } of changes) {
    if (!before || !after) continue;
    for (const [set, from, to] of [
      ['delivered', before.deliveredSeq, after.deliveredSeq],
      ['read', before.readSeq, after.readSeq],
    ] as const satisfies [OutcomeSet, number, number][]) {
      for (const [index, entry] of after.messages.slice(from, to).entries()) {
        if (entry.k !== 'b') continue;
        const key = `${entry.i}/${entry.b ?? 0}`;
        const receipt = receipts.get(key) ?? { broadcastId: entry.i, shard: entry.b ?? 0, stored: [], delivered: [], read: [] };
        receipt[set].push(after.callerId);
        // The worker may have died before it could record this, and have met the caller no more when it ran again.
        receipt.stored.push(storedMark(after.callerId, from + index + 1));
        receipts.set(key, receipt);
      }
    }
  }
  const broadcastIds = new Set([...receipts.values()].map(({ broadcastId }) => broadcastId));
  await Promise.all(
    [...broadcastIds].map(async (broadcastId) => {
      const record = await ports.broadcasts.find(clinicId, broadcastId, ports.now());
      if (!record) return;
      const mine = [...receipts.values()].filter((receipt) => receipt.broadcastId === broadcastId);
      await Promise.all(
        mine.map(({ shard, stored, delivered, read }) => ports.broadcasts.addOutcome(record.job, shard, { stored, delivered, read })),
      );
      const now = await ports.broadcasts.find(clinicId, broadcastId, ports.now());
      // While it runs the worker tells the progress, these counts included.
      if (now && now.job.state !== 'running')
        await deliverToStaff(ports, clinicId, [{ type: 'broadcastProgress', broadcast: toBroadcast(now) }]);
    }),
  );
};
