import { invalidField, RequestError } from '../../protocol/errors.ts';
import type { FieldsOf, Results } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';
import { mayWrite } from '../../protocol/may-write.ts';
import type { Message } from '../../protocol/objects.ts';
import { type CallerKey, minuteOf } from '../data/callers-table.ts';
import { isLive } from '../data/document-client.ts';
import { type ConversationEntry, entryBytes, type Visit } from '../data/visit.ts';
import { deliverToCaller, messagesAddedFor } from './deliver.ts';
import { frameRoom, jsonBytes, takeFitting } from './pages.ts';
import type { CallerSocket, StaffActor, Uses } from './ports.ts';
import { callerEnded, countFromCallerAfter, messagesAfter, type Reader, rateLimited, toCaller, toMessage } from './views.ts';

/** The `seq` under which this id was stored before with the same text, or `conflict` with another. Absent: never used. */
export const findRepeat = (visit: Visit, entry: Pick<ConversationEntry, 'i' | 't'>): number | 'conflict' | undefined => {
  const index = visit.messages.findIndex((stored) => stored.i === entry.i);
  if (index === -1) return undefined;
  return visit.messages[index]?.t === entry.t ? index + 1 : 'conflict';
};

/** The same for one who waits for an answer: a conflict is refused. */
const repeatedSeq = (visit: Visit, entry: ConversationEntry): number | undefined => {
  const repeat = findRepeat(visit, entry);
  if (repeat === 'conflict') throw new RequestError('conflict');
  return repeat;
};

const messageAt = (visit: Visit, seq: number, reader: Reader): Message => {
  const entry = visit.messages[seq - 1];
  if (!entry) throw new Error(`no message ${seq} on the visit`);
  return toMessage(visit, entry, seq, reader);
};

const isFull = (visit: Visit, entry: ConversationEntry) =>
  visit.messageCount >= limits.messagesPerConversation || visit.conversationBytes + entryBytes(entry) > limits.conversationBytes;

/** A member writes to one caller. It is stored, or an error says why not; then it is posted to the caller's sockets. */
export const notify = async (
  ports: Uses<'callers' | 'poster' | 'now'>,
  actor: StaffActor,
  { callerId, messageId, text }: FieldsOf<'notify'>,
): Promise<Results['notify']> => {
  const now = ports.now();
  const entry: ConversationEntry = { i: messageId, k: 'n', t: text, s: now, n: actor.name };
  const written = await ports.callers.appendFromClinic({ clinicId: actor.clinicId, callerId }, entry, { answers: true, by: actor.userId });
  const visit = written.image;
  if (!visit || !isLive(visit, now)) throw new RequestError('not-found');
  const repeated = written.outcome === 'done' ? undefined : repeatedSeq(visit, entry);
  if (written.outcome === 'refused' && repeated === undefined) throw whyClinicCannot(visit, entry);
  const seq = repeated ?? visit.messageCount;
  // A repeat is posted again while the device has not acknowledged it: the first try may have died before its post.
  if (visit.deliveredSeq < seq) await deliverToCaller(ports, visit, messagesAddedFor([messageAt(visit, seq, 'caller')]));
  return { message: messageAt(visit, seq, 'staff'), caller: toCaller(visit), duplicate: repeated !== undefined };
};

const whyClinicCannot = (visit: Visit, entry: ConversationEntry): RequestError => {
  if (visit.status === 'ended') return new RequestError('caller-ended');
  if (isFull(visit, entry)) return new RequestError('conversation-full');
  return new RequestError('unavailable');
};

/** The caller writes, when the clinic, or the caller's own switch, allows it at this moment. */
export const sendMessage = async (
  ports: Uses<'callers' | 'clinics' | 'poster' | 'now'>,
  socket: CallerSocket,
  { messageId, text }: FieldsOf<'sendMessage'>,
  mostInMinute: number = limits.callerMessagesPerMinute,
): Promise<Results['sendMessage']> => {
  const clinic = await ports.clinics.profile(socket.clinicId);
  if (!clinic) throw new RequestError('unauthenticated');
  const now = ports.now();
  const entry: ConversationEntry = { i: messageId, k: 'm', t: text, s: now };
  const written = await ports.callers.appendFromCaller(socket, entry, {
    connectionId: socket.connectionId,
    clinicLetsCallersWrite: clinic.guestMessages,
    mostInMinute,
  });
  const visit = written.image;
  if (!visit || !isLive(visit, now)) throw new RequestError('unauthenticated');
  const repeated = written.outcome === 'done' ? undefined : repeatedSeq(visit, entry);
  if (written.outcome === 'refused' && repeated === undefined) throw whyCallerCannot(visit, entry, socket, clinic, mostInMinute);
  const message = messageAt(visit, repeated ?? visit.messageCount, 'caller');
  await deliverToCaller(ports, visit, messagesAddedFor([message]), { except: socket.connectionId });
  return { message, duplicate: repeated !== undefined };
};

const whyCallerCannot = (
  visit: Visit,
  entry: ConversationEntry,
  socket: CallerSocket,
  clinic: { guestMessages: boolean },
  mostInMinute: number,
): RequestError => {
  const socketRefusal = whySocketCannot(visit, socket);
  if (socketRefusal) return socketRefusal;
  if (!mayWrite({ status: visit.status, guestMessages: visit.guestMessages ?? null }, clinic))
    return new RequestError('guest-messages-off');
  if (isFull(visit, entry)) return new RequestError('conversation-full');
  if ((visit.sentInMinute[minuteOf(entry.s)] ?? 0) >= mostInMinute) return rateLimited(entry.s);
  return new RequestError('unavailable');
};

/** Why a caller's socket may not speak, if that is the reason. */
export const whySocketCannot = (visit: Visit | undefined, socket: CallerSocket): RequestError | undefined => {
  if (!visit) return new RequestError('unauthenticated');
  if (visit.status === 'ended') return callerEnded(visit);
  if (!visit.connections[socket.connectionId]) {
    return new RequestError('forbidden', undefined, 'This socket is not registered, or gave way to a newer one: send resume first.');
  }
  return undefined;
};

/** The caller's device has, or the caller has read, everything up to here. Marks only go forward; reading implies having. */
export const acknowledge = async (
  ports: Uses<'callers' | 'now'>,
  socket: CallerSocket,
  { deliveredSeq, readSeq }: FieldsOf<'acknowledge'>,
): Promise<Results['acknowledge']> => {
  if (deliveredSeq === undefined && readSeq === undefined) throw invalidField('deliveredSeq', 'give deliveredSeq, readSeq or both');
  let marks = { deliveredSeq: readSeq === undefined ? deliveredSeq : Math.max(deliveredSeq ?? 0, readSeq), readSeq };
  // Each refusal shows marks that stand higher than before; a second try with what is left can lose only to an even newer one.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const written = await ports.callers.acknowledge(socket, socket.connectionId, marks, ports.now());
    if (written.outcome === 'done') return {};
    const visit = written.image;
    const refusal = whySocketCannot(visit, socket);
    if (refusal || !visit) throw refusal ?? new RequestError('unauthenticated');
    const beyond = Object.entries({ readSeq, deliveredSeq }).find(([, mark]) => mark !== undefined && mark > visit.messageCount);
    if (beyond) throw invalidField(beyond[0], `there are ${visit.messageCount} messages`);
    const left = {
      deliveredSeq: marks.deliveredSeq !== undefined && marks.deliveredSeq > visit.deliveredSeq ? marks.deliveredSeq : undefined,
      readSeq: marks.readSeq !== undefined && marks.readSeq > visit.readSeq ? marks.readSeq : undefined,
    };
    if (left.deliveredSeq === undefined && left.readSeq === undefined) return {};
    marks = left;
  }
  throw new RequestError('unavailable');
};

/** Members have read the conversation up to `seq`. */
export const markRead = async (
  ports: Uses<'callers' | 'now'>,
  actor: StaffActor,
  { callerId, seq }: FieldsOf<'markRead'>,
): Promise<Results['markRead']> => {
  const key: CallerKey = { clinicId: actor.clinicId, callerId };
  // Mostly all is read at once, and no read is needed; otherwise the old image says what remains.
  let mark = { seq, unreadCount: 0, messageCount: seq };
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const written = await ports.callers.markRead(key, mark, actor.userId);
    const visit = written.image;
    if (!visit || !isLive(visit, ports.now())) throw new RequestError('not-found');
    if (written.outcome === 'done' || visit.staffReadSeq >= seq) return { caller: toCaller(visit) };
    if (seq > visit.messageCount) throw invalidField('seq', `there are ${visit.messageCount} messages`);
    mark = { seq, unreadCount: countFromCallerAfter(visit, seq), messageCount: visit.messageCount };
  }
  throw new RequestError('unavailable');
};

/** The messages behind `afterSeq` that fit into `room` bytes, and where the next page starts. */
export const pageOfMessages = (
  visit: Visit,
  afterSeq: number,
  reader: Reader,
  room: number,
): { messages: Message[]; nextAfterSeq: number | null } => {
  const messages = takeFitting(messagesAfter(visit, afterSeq, reader), room);
  const last = messages.at(-1)?.seq ?? visit.messageCount;
  return { messages, nextAfterSeq: last < visit.messageCount ? last : null };
};

/** One page of a conversation, for staff. */
export const readThread = async (
  ports: Uses<'callers' | 'now'>,
  actor: StaffActor,
  { callerId, afterSeq = 0 }: FieldsOf<'thread'>,
): Promise<Results['thread']> => {
  const visit = await ports.callers.find({ clinicId: actor.clinicId, callerId }, ports.now());
  if (!visit) throw new RequestError('not-found');
  const caller = toCaller(visit);
  return { ...pageOfMessages(visit, afterSeq, 'staff', frameRoom - jsonBytes(caller)), caller };
};
