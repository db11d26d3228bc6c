import { isDeepStrictEqual } from 'node:util';
import { toBroadcast } from '../../functions/core/broadcasts.ts';
import { messagesAfter, toCaller, toClinic } from '../../functions/core/views.ts';
import { findBreaks } from '../../functions/data/audit-chain.ts';
import { entryBytes, type Visit } from '../../functions/data/visit.ts';
import type { Filter } from '../../protocol/filter.ts';
import type { Broadcast, Caller, Message } from '../../protocol/objects.ts';
import { truncate } from '../../protocol/text.ts';
import type { DashboardEvidence, Evidence, PageEvidence, Send } from './evidence.ts';
import { mostLagMs } from './store/store.ts';
import type { VisitStep } from './world.ts';

/**
 * Which promises does a history break? It must be over: faults ended, everybody connected, time passed for every repair.
 * Answers sentences, none where all were kept.
 */
export const check = (evidence: Evidence): string[] => [
  ...evidence.breaches,
  ...evidence.sends.flatMap((send) => checkSend(evidence, send)),
  ...evidence.visits.flatMap(checkVisit),
  ...evidence.visitSteps.flatMap(checkStep),
  ...evidence.pages.flatMap((page) => checkPage(evidence, page)),
  ...evidence.dashboards.flatMap((dashboard) => checkDashboard(evidence, dashboard)),
  ...evidence.visits.flatMap((visit) => checkPresence(evidence, visit)),
  ...evidence.broadcasts.flatMap((record) => checkBroadcast(evidence, record)),
  ...checkAudit(evidence),
];

/** An acknowledged message is stored, under the `seq` that was said; every send says what became of it. */
const checkSend = ({ visits, visitSteps, broadcasts }: Evidence, send: Send): string[] => {
  const what = `${send.kind} ${send.id}`;
  if (send.kind === 'broadcast') {
    if (send.outcome !== 'ok') return [`${what} ended as "${send.outcome}"`];
    const job = broadcasts.find(({ job }) => job.broadcastId === send.id)?.job;
    return job ? [] : [`${what} was acknowledged and is not stored`];
  }
  const visit = visits.find(({ callerId }) => callerId === send.callerId);
  const wasErased = visitSteps.some(({ callerId, after }) => callerId === send.callerId && !after);
  if (!visit) return wasErased ? [] : [`${send.callerId} is not stored`];
  const index = visit.messages.findIndex(({ i }) => i === send.id);
  switch (send.outcome) {
    case 'ok':
      if (index === -1) return [`${what} was acknowledged and is not stored`];
      if (visit.messages[index]?.t !== send.text) return [`${what} is stored with another text`];
      return send.seq === index + 1 ? [] : [`${what} was acknowledged as message ${send.seq} and is message ${index + 1}`];
    case 'guest-messages-off':
    case 'caller-ended':
    case 'conversation-full':
      // An earlier try may still be on its way, from a page that is long gone.
      return wasStoredBy(visitSteps, send) ? [`${what} was refused (${send.outcome}) and is stored`] : [];
    case 'no-answer':
      // Cut off by the end of the visit: the client says that it does not know.
      return visit.status === 'ended' ? [] : [`${what} ended as "${send.outcome}"`];
    default:
      return [`${what} ended as "${send.outcome}"`];
  }
};

const wasStoredBy = (steps: readonly VisitStep[], { id, callerId, saidAt }: Send): boolean =>
  steps.some((step) => step.callerId === callerId && step.at <= saidAt && step.after?.messages.at(-1)?.i === id);

/** A conversation has every message once, and its counts are what a recount finds. */
const checkVisit = (visit: Visit): string[] => {
  const { callerId, messages } = visit;
  const ids = messages.map(({ i }) => i);
  const isFromCaller = ({ k }: { k: string }) => k === 'm' || k === 'q';
  const last = messages.at(-1);
  const answeredAt = messages.findLastIndex(({ k }) => k === 'n');
  const expected: Partial<Visit> = {
    messageCount: messages.length,
    conversationBytes: messages.reduce((sum, entry) => sum + entryBytes(entry), 0),
    unreadCount: messages.slice(visit.staffReadSeq).filter(isFromCaller).length,
    ...(last && {
      lastMessageFrom: isFromCaller(last) ? 'caller' : 'clinic',
      lastMessageAt: last.s,
      lastMessagePreview: truncate(last.t, 80),
    }),
  };
  const unanswered = messages.slice(answeredAt + 1).find(isFromCaller)?.s;
  return [
    ...(new Set(ids).size === ids.length ? [] : [`${callerId} has a message twice`]),
    ...(isDeepStrictEqual(new Set(ids), new Set(visit.messageIds ?? [])) ? [] : [`${callerId}: messageIds are not those of the messages`]),
    ...Object.entries(expected)
      .filter(([name, value]) => visit[name as keyof Visit] !== value)
      .map(([name, value]) => `${callerId}: ${name} is ${visit[name as keyof Visit]}, a recount finds ${value}`),
    ...(visit.unansweredSince === unanswered
      ? []
      : [`${callerId}: unansweredSince is ${visit.unansweredSince}, a recount finds ${unanswered}`]),
    ...(visit.readSeq <= visit.deliveredSeq && visit.deliveredSeq <= messages.length ? [] : [`${callerId}: marks are out of order`]),
  ];
};

/** Marks only go forward, and a change that anyone sees has a new version. */
const checkStep = ({ callerId, before, after }: VisitStep): string[] => {
  if (!before || !after) return [];
  const marks = ['deliveredSeq', 'readSeq', 'staffReadSeq', 'messageCount', 'version'] as const;
  const isSeen = before.version === after.version && !isDeepStrictEqual(toCaller(before), toCaller(after));
  return [
    ...marks
      .filter((mark) => after[mark] < before[mark])
      .map((mark) => `${callerId}: ${mark} went back from ${before[mark]} to ${after[mark]}`),
    ...(isSeen ? [`${callerId} changed under version ${after.version}: ${differences(toCaller(before), toCaller(after))}`] : []),
  ];
};

/** A page applies the conversation from its beginning, each message once and in order; in the end it shows what is stored. */
const checkPage = ({ visits, visitSteps, clinic }: Evidence, page: PageEvidence): string[] => {
  const { name, callerId, applied } = page;
  const visit = visits.find((each) => each.callerId === callerId);
  // What was erased in the meantime can be compared with what stood there before.
  const thread = visit ?? visitSteps.findLast((step) => step.callerId === callerId && step.before)?.before;
  const expected = thread ? messagesAfter(thread, 0, 'caller').slice(0, applied.length) : [];
  if (!isDeepStrictEqual(applied, expected)) return [`${name} applied ${seqsOf(applied)}, which is not how the conversation begins`];
  if (page.versions.some((version, index) => version <= (page.versions[index - 1] ?? -1)))
    return [`${name} showed versions ${page.versions.join(' ')} of the caller`];
  if (!page.isCurrent) return [];
  if (!visit || visit.status === 'ended') return page.hasEnded ? [] : [`${name} was not told that the visit is over`];
  if (page.hasEnded) return [`${name} believes that the visit is over`];
  return [
    ...(applied.length === visit.messageCount ? [] : [`${name} shows ${applied.length} of ${visit.messageCount} messages`]),
    ...(isDeepStrictEqual(ownFacts(page.caller), ownFacts(toCaller(visit)))
      ? []
      : [`${name} shows its caller as ${differences(page.caller, ownFacts(toCaller(visit)))}`]),
    ...(isDeepStrictEqual(page.clinic, toClinic(clinic))
      ? []
      : [`${name} shows the clinic as ${differences(page.clinic, toClinic(clinic))}`]),
    ...(visit.deliveredSeq === visit.messageCount ? [] : [`${callerId}: deliveredSeq is ${visit.deliveredSeq} of ${visit.messageCount}`]),
    ...(visit.readSeq >= page.readSeq ? [] : [`${callerId}: readSeq is ${visit.readSeq}, ${name} has read ${page.readSeq}`]),
  ];
};

/** What a page tells the caller about themself; presence and marks it does not show, and is not told of. */
const ownFacts = (caller: Caller | undefined): object => {
  const { name, phone, language, details, status, statusSince, messageCount, guestMessages } = caller ?? {};
  return { name, phone, language, details, status, statusSince, messageCount, guestMessages };
};

/** Every dashboard ends up with the board, the open conversations and the broadcasts as they are stored. */
const checkDashboard = (evidence: Evidence, dashboard: DashboardEvidence): string[] => {
  const { name } = dashboard;
  // A dashboard forgets whom it no longer shows; news of them that come late, or again after an undo, are news once more.
  const left = new Set(evidence.visitSteps.filter(({ after }) => !after || after.status === 'ended').map(({ callerId }) => callerId));
  const announced = dashboard.announced.filter((message) => !left.has(message.split('/')[0] ?? ''));
  const breaches = [
    ...announced.filter((message, index) => announced.indexOf(message) !== index).map((message) => `${name} announced ${message} twice`),
    ...dashboard.wentBack.map((callerId) => `${name} showed an older version of ${callerId}`),
    ...goneBack(dashboard.reports).map((id) => `${name} showed ${id} going back`),
  ];
  if (!dashboard.isCurrent) return breaches;
  const present = evidence.visits.filter(({ status }) => status !== 'ended');
  for (const visit of present) {
    const shown = dashboard.callers.find(({ callerId }) => callerId === visit.callerId);
    if (!isDeepStrictEqual(shown, toCaller(visit)))
      breaches.push(`${name} shows ${visit.callerId} as ${differences(shown, toCaller(visit))}`);
  }
  for (const { callerId } of dashboard.callers)
    if (!present.some((visit) => visit.callerId === callerId)) breaches.push(`${name} shows ${callerId}, who is not present`);
  for (const [callerId, shown] of dashboard.threads) {
    const visit = present.find((each) => each.callerId === callerId);
    if (visit && !isDeepStrictEqual(shown, messagesAfter(visit, 0, 'staff')))
      breaches.push(`${name} shows ${seqsOf(shown)} of the ${visit.messageCount} messages of ${callerId}`);
  }
  for (const shown of dashboard.broadcasts) {
    const record = evidence.broadcasts.find(({ job }) => job.broadcastId === shown.broadcastId);
    if (record && !isDeepStrictEqual(shown, toBroadcast(record)))
      breaches.push(`${name} shows ${shown.broadcastId} as ${differences(shown, toBroadcast(record))}`);
  }
  if (!isDeepStrictEqual(dashboard.clinic, toClinic(evidence.clinic)))
    breaches.push(`${name} shows the clinic as ${differences(dashboard.clinic, toClinic(evidence.clinic))}`);
  return breaches;
};

/** In the end those sockets are registered that are alive. */
const checkPresence = ({ isAlive, pages }: Evidence, visit: Visit): string[] => {
  if (visit.status === 'ended') return Object.keys(visit.connections).length === 0 ? [] : [`${visit.callerId} has ended and has sockets`];
  const dead = Object.keys(visit.connections).filter((id) => !isAlive(id));
  const isOnline = pages.some((page) => page.callerId === visit.callerId && page.isCurrent && !page.hasEnded);
  return [
    ...dead.map((id) => `${visit.callerId} is registered with ${id}, which is dead`),
    ...(isOnline === Object.keys(visit.connections).length > 0
      ? []
      : [`${visit.callerId} is ${isOnline ? 'not ' : ''}registered as online`]),
  ];
};

/** A broadcast ends; its outcome is what a recount of the threads finds; it reached those whom its filter showed, and nobody else. */
const checkBroadcast = (evidence: Evidence, record: Evidence['broadcasts'][number]): string[] => {
  const { job } = record;
  const { broadcastId } = job;
  const shown = toBroadcast(record);
  if (shown.state === 'running') return [`${broadcastId} never ended`];
  const holders = evidence.visits.filter(({ messages }) => messages.some(({ i }) => i === broadcastId));
  const breaches: string[] = [];
  // Whoever was erased is counted, and in no thread any more.
  const erased = new Set(evidence.visitSteps.filter(({ after }) => !after).map(({ callerId }) => callerId));
  const stored = new Set(record.shards.flatMap((shard) => [...(shard.stored ?? [])]));
  const storedIds = new Set([...stored].map((mark) => mark.slice(0, mark.lastIndexOf(':'))));
  for (const visit of holders) {
    const seq = visit.messages.findIndex(({ i }) => i === broadcastId) + 1;
    // The worker died before it recorded this, the caller left before it ran again, and there is no receipt: that is not found out.
    const isUnknown = visit.deliveredSeq < seq && hasMovedSince(evidence, visit.callerId, broadcastId);
    if (!stored.has(`${visit.callerId}:${seq}`) && shown.state === 'finished' && !isUnknown)
      breaches.push(`${broadcastId} stands as message ${seq} with ${visit.callerId} and is not counted`);
  }
  for (const callerId of storedIds)
    if (!erased.has(callerId) && !holders.some((visit) => visit.callerId === callerId))
      breaches.push(`${broadcastId} counts ${callerId}, whose conversation does not have it`);
  if (storedIds.size !== stored.size) breaches.push(`${broadcastId} counts someone under two numbers`);
  if (shown.matched !== shown.stored + shown.failed) breaches.push(`${broadcastId}: matched is not stored and failed together`);
  if (evidence.droppedChanges === 0) {
    for (const set of ['delivered', 'read'] as const) {
      const counted = new Set(record.shards.flatMap((shard) => [...(shard[set] ?? [])]));
      for (const visit of holders) {
        const seq = visit.messages.findIndex(({ i }) => i === broadcastId) + 1;
        const isMarked = (set === 'read' ? visit.readSeq : visit.deliveredSeq) >= seq;
        if (counted.has(visit.callerId) !== isMarked)
          breaches.push(`${broadcastId}: ${visit.callerId} is ${isMarked ? 'not ' : ''}counted as ${set}`);
      }
    }
  }
  return [...breaches, ...checkAudience(evidence, job.filter ?? {}, job.callerIds, broadcastId, storedIds, shown)];
};

const hasMovedSince = ({ visitSteps, broadcastTimes }: Evidence, callerId: string, broadcastId: string): boolean => {
  const from = broadcastTimes.get(broadcastId)?.createdAt ?? 0;
  return visitSteps.some((step) => step.callerId === callerId && step.at >= from && step.before?.status !== step.after?.status);
};

const checkAudience = (
  { visits, visitSteps, broadcastTimes }: Evidence,
  filter: Filter,
  callerIds: readonly string[] | undefined,
  broadcastId: string,
  storedIds: ReadonlySet<string>,
  shown: Broadcast,
): string[] => {
  const breaches: string[] = [];
  const { statuses } = filter;
  for (const { before, after } of visitSteps) {
    if (!after || before?.messages.length === after.messages.length || after.messages.at(-1)?.i !== broadcastId) continue;
    if (after.status === 'ended' || (statuses && !statuses.includes(after.status)))
      breaches.push(`${broadcastId} was given to ${after.callerId}, who was ${after.status}`);
    if (callerIds && !callerIds.includes(after.callerId))
      breaches.push(`${broadcastId} was given to ${after.callerId}, who was not chosen`);
  }
  const times = broadcastTimes.get(broadcastId);
  if (shown.state !== 'finished' || shown.failed > 0 || times?.finishedAt === undefined) return breaches;
  if (filter.needsReply !== undefined || filter.online !== undefined || filter.search !== undefined) return breaches;
  const [from, until] = [times.createdAt - mostLagMs, times.finishedAt];
  for (const { callerId } of visits) {
    if (callerIds && !callerIds.includes(callerId)) continue;
    const wasMeant = statusesBetween(visitSteps, callerId, from, until).every(
      (status) => status !== undefined && status !== 'ended' && (statuses?.includes(status) ?? true),
    );
    if (wasMeant && !storedIds.has(callerId)) breaches.push(`${broadcastId} passed over ${callerId}`);
  }
  return breaches;
};

/** The statuses that a caller had in a span of time; undefined: was not there. */
const statusesBetween = (steps: readonly VisitStep[], callerId: string, from: number, until: number) => {
  const mine = steps.filter((step) => step.callerId === callerId);
  const before = mine.findLast(({ at }) => at < from)?.after?.status;
  return [before, ...mine.filter(({ at }) => at >= from && at <= until).map(({ after }) => after?.status)];
};

/** Broadcasts of which a later report showed less than an earlier one. */
const goneBack = (reports: readonly Broadcast[]): string[] => {
  const shown = new Map<string, Broadcast>();
  const back = new Set<string>();
  const rank = { running: 0, failed: 1, finished: 2 };
  for (const report of reports) {
    const before = shown.get(report.broadcastId);
    if (before) {
      const isLess = (['stored', 'delivered', 'read', 'matched'] as const).some((count) => report[count] < before[count]);
      if (isLess || rank[report.state] < rank[before.state]) back.add(report.broadcastId);
    }
    shown.set(report.broadcastId, report);
  }
  return [...back];
};

const seqsOf = (messages: readonly Message[]): string => `[${messages.map(({ seq }) => seq).join(' ')}]`;

const differences = (shown: object | undefined, stored: object): string => {
  if (!shown) return 'nothing';
  const fields = shown as Readonly<Record<string, unknown>>;
  return Object.entries(stored)
    .filter(([name, value]) => !isDeepStrictEqual(fields[name], value))
    .map(([name, value]) => `${name} ${JSON.stringify(fields[name])} instead of ${JSON.stringify(value)}`)
    .join(', ');
};

/** The audit log is whole, says nothing twice, and has every notification, message and status that was stored, with whose it was. */
const checkAudit = ({ audit, visitSteps, droppedAudit }: Evidence): string[] => {
  const days = Map.groupBy(audit, ({ chainId }) => chainId);
  const breaks = [...days.values()].flatMap((entries) => {
    const log = entries.toSorted((a, b) => a.seq - b.seq);
    return log.flatMap((entry, index) => findBreaks(entry, log[index - 1])).map((what) => `audit log: ${what}`);
  });
  const ids = audit.map(({ entryId }) => entryId);
  const doubled = new Set(ids).size === ids.length ? [] : ['the audit log says something twice'];
  if (droppedAudit > 0) return [...breaks, ...doubled];
  const said = Map.groupBy(audit, ({ action, about }) => `${action} ${about.callerId} ${about.messageId ?? about.status ?? ''}`);
  const expected = visitSteps.flatMap(({ callerId, before, after }): { what: string; byMember: boolean }[] => {
    if (!after) return [];
    if (!before) return [{ what: `check-in ${callerId} `, byMember: false }];
    const added = after.messages.at(-1);
    if (after.messageCount > before.messageCount && added?.k === 'n') return [{ what: `notify ${callerId} ${added.i}`, byMember: true }];
    if (after.messageCount > before.messageCount && added?.k === 'm')
      return [{ what: `send-message ${callerId} ${added.i}`, byMember: false }];
    if (after.status === before.status) return [];
    if (after.endReason === 'left') return [{ what: `leave ${callerId} `, byMember: false }];
    if (after.endReason === 'offline') return [{ what: `end-offline ${callerId} `, byMember: false }];
    return [{ what: `set-status ${callerId} ${after.status}`, byMember: true }];
  });
  const missing = [...Map.groupBy(expected, ({ what }) => what)].flatMap(([what, steps]) => {
    const entries = said.get(what) ?? [];
    const isByMember = steps[0]?.byMember ?? false;
    if (entries.length !== steps.length) return [`the audit log says "${what}" ${entries.length} times, it happened ${steps.length} times`];
    return entries.every(({ actor }) => (actor.kind === 'member' && actor.id !== null) === isByMember)
      ? []
      : [`the audit log does not say whose "${what}" was`];
  });
  return [...breaks, ...doubled, ...missing];
};
