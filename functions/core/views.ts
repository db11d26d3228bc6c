import { RequestError } from '../../protocol/errors.ts';
import type { Caller, Clinic, Message, Settings } from '../../protocol/objects.ts';
import type { ClinicProfile } from '../data/clinics-table.ts';
import { type BoardRow, type ConversationEntry, kindOf, type Visit } from '../data/visit.ts';

/** What the wire shows of what is stored. */

/** The refusal that tells a caller that the visit is over, and why. */
export const callerEnded = ({ endReason }: Pick<Visit, 'endReason'>): RequestError =>
  new RequestError('caller-ended', endReason && { reason: endReason });

/** Too many in this clock minute: the next one begins so many seconds later. */
export const rateLimited = (nowMs: number): RequestError =>
  new RequestError('rate-limited', { retryAfterSeconds: 60 - Math.floor((nowMs % 60_000) / 1000) });

export const toTime = (ms: number): string => new Date(ms).toISOString();

export const isOnline = (row: Pick<BoardRow, 'connections'>): boolean => Object.keys(row.connections).length > 0;

export const toCaller = (row: BoardRow): Caller => ({
  callerId: row.callerId,
  clinicId: row.clinicId,
  name: row.name,
  phone: row.phone ?? null,
  language: row.language ?? null,
  details: row.details,
  status: row.status,
  statusSince: toTime(row.statusSince),
  arrivedAt: toTime(row.arrivedAt),
  online: isOnline(row),
  messageCount: row.messageCount,
  lastMessageFrom: row.lastMessageFrom ?? null,
  lastMessageAt: row.lastMessageAt === undefined ? null : toTime(row.lastMessageAt),
  lastMessagePreview: row.lastMessagePreview ?? null,
  unreadCount: row.unreadCount,
  unansweredSince: row.unansweredSince === undefined ? null : toTime(row.unansweredSince),
  deliveredSeq: row.deliveredSeq,
  readSeq: row.readSeq,
  guestMessages: row.guestMessages ?? null,
  version: row.version,
});

/** Who reads: staff see who of them wrote, callers do not. */
export type Reader = 'staff' | 'caller';

const isFromCaller = (entry: ConversationEntry) => entry.k === 'm' || entry.k === 'q';

export const toMessage = (visit: Pick<Visit, 'language'>, entry: ConversationEntry, seq: number, reader: Reader): Message => ({
  messageId: entry.i,
  seq,
  from: isFromCaller(entry) ? 'caller' : 'clinic',
  kind: kindOf[entry.k],
  text: entry.t,
  language: entry.l ?? (isFromCaller(entry) ? (visit.language ?? null) : null),
  sentAt: toTime(entry.s),
  ...(reader === 'staff' && { senderName: entry.n ?? null }),
  ...(entry.k === 'b' && { broadcastId: entry.i }),
});

/** The messages behind `afterSeq`, in order. */
export const messagesAfter = (visit: Visit, afterSeq: number, reader: Reader): Message[] =>
  visit.messages.slice(afterSeq).map((entry, index) => toMessage(visit, entry, afterSeq + index + 1, reader));

/** How many messages of the caller stand behind `seq`: what members who have read up to there have not read. */
export const countFromCallerAfter = (visit: Visit, seq: number): number => visit.messages.slice(seq).filter(isFromCaller).length;

export const toClinic = (profile: ClinicProfile): Clinic => ({
  clinicId: profile.clinicId,
  name: profile.name,
  languages: [...profile.languages],
  entryFields: [...profile.entryFields],
  guestMessages: profile.guestMessages,
  expectationText: profile.expectationText,
  waitingThresholdMinutes: profile.waitingThresholdMinutes,
  version: profile.version,
});

/** What holds where a clinic has set nothing else: half a day, so that nobody is ended who merely went for lunch. */
const usualEndOfflineAfterMinutes = 720;

export const endOfflineAfterMinutesOf = (profile: Pick<ClinicProfile, 'endOfflineAfterMinutes'>): number =>
  profile.endOfflineAfterMinutes ?? usualEndOfflineAfterMinutes;

export const toSettings = (profile: ClinicProfile): Settings => ({
  ...toClinic(profile),
  unansweredAfterMinutes: profile.unansweredAfterMinutes,
  endOfflineAfterMinutes: endOfflineAfterMinutesOf(profile),
  retentionDays: profile.retentionDays,
});
