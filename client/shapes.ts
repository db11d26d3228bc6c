import type { Broadcast, Caller, Clinic, EntryField, Member, Message } from '../protocol/objects.ts';

/**
 * Whether what a server sent has the shape that the contract gives it, so far as pages go by it. By hand, because zod would add a third to a
 * waiting page's weight; `test/unit/client/hostile-server.test.ts` holds it to the schemas. Fields that are not known are welcome.
 */
export type Shape = (value: unknown) => boolean;
/** A shape for each field of an object; TypeScript fails until a new field has its own. */
type Fields<Of> = { readonly [Field in keyof Required<Of>]: Shape };

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const object =
  <Of>(fields: Fields<Of>): Shape =>
  (value) =>
    isObject(value) && Object.entries<Shape>(fields).every(([name, isGood]) => isGood(value[name]));

export const text: Shape = (value) => typeof value === 'string';
export const id: Shape = (value) => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
export const count: Shape = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
export const boolean: Shape = (value) => typeof value === 'boolean';
export const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);
const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || shape(value);
export const list =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(shape);
const oneOf =
  (...values: readonly string[]): Shape =>
  (value) =>
    values.some((each) => each === value);

const userId: Shape = (value) => typeof value === 'string' && /^[\w.@+|:-]{1,128}$/.test(value);
const time: Shape = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value));

/** `Intl`, which names languages, throws at what is no tag. */
const languageTag: Shape = (value) => {
  try {
    return typeof value === 'string' && Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
};

const texts: Shape = (value) => isObject(value) && Object.values(value).every(text);
const status = oneOf('waiting', 'being-seen', 'on-hold', 'ended');
const side = oneOf('clinic', 'caller');

export const caller = object<Caller>({
  callerId: id,
  clinicId: id,
  name: text,
  phone: orNull(text),
  language: orNull(languageTag),
  details: texts,
  status,
  statusSince: time,
  arrivedAt: time,
  online: boolean,
  messageCount: count,
  lastMessageFrom: orNull(side),
  lastMessageAt: orNull(time),
  lastMessagePreview: orNull(text),
  unreadCount: count,
  unansweredSince: orNull(time),
  deliveredSeq: count,
  readSeq: count,
  guestMessages: orNull(boolean),
  version: count,
});

export const message = object<Message>({
  messageId: id,
  seq: count,
  from: side,
  kind: oneOf('notification', 'broadcast', 'message', 'automatic', 'quick-answer'),
  text,
  language: orNull(languageTag),
  sentAt: time,
  senderName: optional(orNull(text)),
  broadcastId: optional(id),
});

export const clinic = object<Clinic>({
  clinicId: id,
  name: text,
  languages: list(languageTag),
  entryFields: list(object<EntryField>({ key: text, label: text, required: boolean })),
  guestMessages: boolean,
  expectationText: text,
  waitingThresholdMinutes: count,
  version: count,
});

export const member = object<Member>({ userId, name: text, role: oneOf('administrator', 'member'), answersMessages: boolean });

export const broadcast = object<Broadcast>({
  broadcastId: id,
  text,
  filter: orNull(isObject),
  callerIds: orNull(list(id)),
  requestedBy: userId,
  requestedAt: time,
  state: oneOf('running', 'finished', 'failed'),
  matched: count,
  stored: count,
  delivered: count,
  read: count,
  offline: count,
  failed: count,
});
