import * as z from 'zod/mini';
import { id, seq, userId } from './ids.ts';

/** The objects that the server sends, as the wire contract describes them. */

export const status = z.enum(['waiting', 'being-seen', 'on-hold', 'ended'], {
  error: 'must be one of waiting, being-seen, on-hold, ended',
});
export type Status = z.output<typeof status>;

export const role = z.enum(['administrator', 'member'], { error: 'must be administrator or member' });
export type Role = z.output<typeof role>;

const time = z.iso.datetime({ precision: 3 });
const count = z.int().check(z.nonnegative());

export const caller = z.object({
  callerId: id,
  clinicId: id,
  name: z.string(),
  phone: z.nullable(z.string()),
  language: z.nullable(z.string()),
  details: z.record(z.string(), z.string()),
  status,
  statusSince: time,
  arrivedAt: time,
  /** A page of this caller is connected. */
  online: z.boolean(),
  /** Messages in both directions; equals the highest `seq`. */
  messageCount: count,
  lastMessageFrom: z.nullable(z.enum(['clinic', 'caller'])),
  lastMessageAt: z.nullable(time),
  /** The first 80 code points of the last message. */
  lastMessagePreview: z.nullable(z.string()),
  /** The caller's messages that no member has read. */
  unreadCount: count,
  /** When the first message came that no individual notification has answered since. */
  unansweredSince: z.nullable(time),
  deliveredSeq: seq,
  readSeq: seq,
  /** This caller's own switch; null follows the clinic's. */
  guestMessages: z.nullable(z.boolean()),
  /** Grows with every change of this caller: a client drops what is not newer. */
  version: count,
});
export type Caller = z.output<typeof caller>;

export const message = z.object({
  messageId: id,
  /** 1, 2, 3 … per caller, both directions together, in order of acceptance. */
  seq,
  from: z.enum(['clinic', 'caller']),
  kind: z.enum(['notification', 'broadcast', 'message', 'automatic', 'quick-answer']),
  text: z.string(),
  language: z.nullable(z.string()),
  sentAt: time,
  /** Goes to staff only; callers never see it. */
  senderName: z.optional(z.nullable(z.string())),
  broadcastId: z.optional(id),
});
export type Message = z.output<typeof message>;

export const entryField = z.object({ key: z.string(), label: z.string(), required: z.boolean() });
export type EntryField = z.output<typeof entryField>;

/** What every page of a clinic, a caller's too, may know of it. */
export const clinic = z.object({
  clinicId: id,
  name: z.string(),
  languages: z.array(z.string()),
  entryFields: z.array(entryField),
  guestMessages: z.boolean(),
  expectationText: z.string(),
  /** Minutes after which a waiting caller is shown darker. */
  waitingThresholdMinutes: count,
  /** Grows with every change of the settings: a client drops what is not newer. */
  version: count,
});
export type Clinic = z.output<typeof clinic>;

/** What an administrator sets. */
export const settings = z.extend(clinic, {
  /** Minutes after which an unanswered message alerts every member. */
  unansweredAfterMinutes: count,
  /** Minutes after which the visit of a caller who has no page connected is ended. */
  endOfflineAfterMinutes: count,
  /** Days after the end of a visit until it is deleted. */
  retentionDays: count,
});
export type Settings = z.output<typeof settings>;

export const member = z.object({
  userId,
  name: z.string(),
  role,
  /** This member has the duty of answering messages. */
  answersMessages: z.boolean(),
});
export type Member = z.output<typeof member>;

export const broadcast = z.object({
  broadcastId: id,
  text: z.string(),
  filter: z.nullable(z.record(z.string(), z.unknown())),
  callerIds: z.nullable(z.array(id)),
  requestedBy: userId,
  requestedAt: time,
  state: z.enum(['running', 'finished', 'failed']),
  /** `stored` + `failed`. */
  matched: count,
  stored: count,
  delivered: count,
  read: count,
  /** Stored, and no connection took it while the broadcast ran. */
  offline: count,
  failed: count,
});
export type Broadcast = z.output<typeof broadcast>;

export const outcome = z.enum(['delivered', 'read', 'stored', 'offline', 'failed']);
export type Outcome = z.output<typeof outcome>;

export const recipient = z.object({ callerId: id, outcome, seq: z.nullable(seq) });
export type Recipient = z.output<typeof recipient>;

/** What the audit log can say of a clinic. */
export const auditAction = z.enum([
  'create-clinic',
  'change-settings',
  'invite',
  'join',
  'put-member',
  'remove-member',
  'open-dashboard',
  'read-board',
  'read-conversation',
  'export-visit',
  'read-audit',
  'check-in',
  'send-message',
  'leave',
  'notify',
  'broadcast',
  'mark-read',
  'set-status',
  'set-guest-messages',
  'end-offline',
  'erase',
  'expire',
]);
export type AuditAction = z.output<typeof auditAction>;

/** Who did it. `service`: the software itself, by a rule of the clinic. */
export const auditActor = z.object({ kind: z.enum(['member', 'operator', 'user', 'caller', 'service']), id: z.nullable(z.string()) });
export type AuditActor = z.output<typeof auditActor>;

/** One line of a clinic's audit log: ids and words of this contract, never what a person wrote. */
export const auditEntry = z.object({
  entryId: z.string(),
  /** Each day (UTC) of a clinic has two chains: what was done to visits, and all else. */
  chain: z.enum(['visits', 'doors']),
  /** 1, 2, 3 … within its chain. */
  seq,
  at: time,
  actor: auditActor,
  action: auditAction,
  /** `started` is followed by another outcome; where it is not, the function died in between, or the log was out of reach. Else `done` or an error code. */
  outcome: z.string(),
  /** Ids of what it was done to, and the words of the contract that say how: `callerId`, `messageId`, `status`, `role` … */
  about: z.record(z.string(), z.string()),
  /** The hash of the entry before, and of this one with it: SHA-256, base64url. */
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.output<typeof auditEntry>;
