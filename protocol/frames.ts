import * as z from 'zod/mini';
import type { ErrorBody } from './errors.ts';
import { filter } from './filter.ts';
import { id, seq } from './ids.ts';
import { limits } from './limits.ts';
import type { Broadcast, Caller, Clinic, Member, Message } from './objects.ts';
import { status } from './objects.ts';
import { messageText } from './text.ts';

const fields = { action: z.string(), requestId: id };

/** The body of a broadcast, on the socket and over HTTP. */
export const broadcastFields = {
  broadcastId: id,
  filter: z.optional(filter),
  callerIds: z.optional(
    z
      .array(id, { error: 'must be a list of caller ids' })
      .check(
        z.maxLength(limits.callerIdsPerBroadcast, { error: `has more than ${limits.callerIdsPerBroadcast} ids; a filter has no limit` }),
      ),
  ),
  text: messageText,
};

/** `filter` and `callerIds` exclude one another. */
export const oneAudience = <Body extends { filter?: unknown; callerIds?: unknown }>() =>
  z.refine<Body>((body) => body.filter === undefined || body.callerIds === undefined, {
    error: 'filter and callerIds exclude one another',
    path: ['callerIds'],
  });

export const noticeFields = { messageId: id, text: messageText };

/** Frames of a dashboard's socket, by action. */
export const staffActions = {
  subscribe: z.strictObject({ ...fields, cursor: z.optional(z.string().check(z.maxLength(1000, { error: 'is not a cursor of ours' }))) }),
  notify: z.strictObject({ ...fields, callerId: id, ...noticeFields }),
  broadcast: z.strictObject({ ...fields, ...broadcastFields }).check(oneAudience()),
  thread: z.strictObject({ ...fields, callerId: id, afterSeq: z.optional(seq) }),
  markRead: z.strictObject({ ...fields, callerId: id, seq }),
  setStatus: z.strictObject({ ...fields, callerId: id, status }),
} as const;

/** Frames of a caller's socket, by action. */
export const callerActions = {
  resume: z.strictObject({ ...fields, afterSeq: seq }),
  sendMessage: z.strictObject({ ...fields, ...noticeFields }),
  acknowledge: z.strictObject({ ...fields, deliveredSeq: z.optional(seq), readSeq: z.optional(seq) }),
  leave: z.strictObject({ ...fields }),
} as const;

export type StaffAction = keyof typeof staffActions;
export type CallerAction = keyof typeof callerActions;
type Actions = typeof staffActions & typeof callerActions;
export type Action = keyof Actions;
/** A checked frame, without its envelope. */
export type FieldsOf<A extends Action> = Omit<z.output<Actions[A]>, 'action' | 'requestId'>;

export interface StoredMessage {
  readonly message: Message;
  /** The id was used before with the same text: `message` is the first one. */
  readonly duplicate: boolean;
}

/** What `ok` carries, by action. */
export interface Results {
  subscribe: { callers: Caller[]; nextCursor: string | null; clinic: Clinic; me: Member };
  notify: StoredMessage & { caller: Caller };
  broadcast: { broadcast: Broadcast };
  thread: { messages: Message[]; nextAfterSeq: number | null; caller: Caller };
  markRead: { caller: Caller };
  setStatus: { caller: Caller };
  resume: { caller: Caller; clinic: Clinic; messages: Message[]; nextAfterSeq: number | null };
  sendMessage: StoredMessage;
  acknowledge: Record<string, never>;
  leave: Record<string, never>;
}

export type Answer =
  | { readonly type: 'ok'; readonly requestId: string; readonly result: Results[Action] }
  | { readonly type: 'error'; readonly requestId?: string; readonly error: ErrorBody };

/** Why a caller's visit is over; `offline`: no page was connected for the clinic's `endOfflineAfterMinutes`. */
export type EndReason = 'left' | 'ended-by-staff' | 'offline' | 'erased';

/** Frames the server sends unasked to a dashboard. */
export type StaffEvent =
  | { readonly type: 'callersChanged'; readonly callers: Caller[]; readonly removed: string[] }
  | { readonly type: 'messagesAdded'; readonly callerId: string; readonly messages: Message[] }
  | { readonly type: 'clinicChanged'; readonly clinic: Clinic }
  | { readonly type: 'broadcastProgress'; readonly broadcast: Broadcast }
  | { readonly type: 'callerUnanswered'; readonly caller: Caller }
  /** The member was removed, or has another role: this socket is closed after it, and no other for the same reason. */
  | { readonly type: 'membershipChanged' };

/** Frames the server sends unasked to a caller. */
export type CallerEvent =
  | { readonly type: 'messagesAdded'; readonly messages: Message[] }
  | { readonly type: 'callerChanged'; readonly caller: Caller }
  | { readonly type: 'clinicChanged'; readonly clinic: Clinic }
  /** This socket gave way to a newer one of the same caller, and is closed: opened again by itself it would push out the next. */
  | { readonly type: 'displaced' }
  | { readonly type: 'ended'; readonly reason: EndReason };
