import type { Broadcast, Caller, Clinic, Member, Message } from '../../../protocol/objects.ts';

const time = '2026-11-22T09:00:00.000Z';

export const aCaller = (given: Partial<Caller> = {}): Caller => ({
  callerId: 'sue',
  clinicId: 'demo',
  name: 'Sue Smith',
  phone: null,
  language: null,
  details: {},
  status: 'waiting',
  statusSince: time,
  arrivedAt: time,
  online: true,
  messageCount: 0,
  lastMessageFrom: null,
  lastMessageAt: null,
  lastMessagePreview: null,
  unreadCount: 0,
  unansweredSince: null,
  deliveredSeq: 0,
  readSeq: 0,
  guestMessages: null,
  version: 1,
  ...given,
});

export const aMessage = (seq: number, given: Partial<Message> = {}): Message => ({
  messageId: `m${seq}`,
  seq,
  from: 'clinic',
  kind: 'notification',
  text: `message ${seq}`,
  language: null,
  sentAt: time,
  ...given,
});

/** Messages with these `seq`s. */
export const messages = (...seqs: number[]): Message[] => seqs.map((seq) => aMessage(seq));

export const aClinic = (given: Partial<Clinic> = {}): Clinic => ({
  clinicId: 'demo',
  name: 'Demo Clinic',
  languages: ['en'],
  entryFields: [],
  guestMessages: true,
  expectationText: '',
  waitingThresholdMinutes: 30,
  version: 1,
  ...given,
});

export const aMember = (given: Partial<Member> = {}): Member => ({
  userId: 'clerk@demo.example',
  name: 'Demo Clerk',
  role: 'member',
  answersMessages: true,
  ...given,
});

export const aBroadcast = (given: Partial<Broadcast> = {}): Broadcast => ({
  broadcastId: 'b1',
  text: 'to all',
  filter: null,
  callerIds: null,
  requestedBy: 'clerk@demo.example',
  requestedAt: time,
  state: 'running',
  matched: 0,
  stored: 0,
  delivered: 0,
  read: 0,
  offline: 0,
  failed: 0,
  ...given,
});
