import { type ErrorBody, errorCatalogue } from '../protocol/errors.ts';
import type { CallerEvent, Results, StaffEvent } from '../protocol/frames.ts';
import {
  boolean,
  broadcast,
  caller,
  clinic,
  count,
  id,
  isObject,
  list,
  member,
  message,
  object,
  orNull,
  type Shape,
  text,
} from './shapes.ts';

export type Action = keyof Results;
export type ServerEvent = StaffEvent | CallerEvent;

/** What a server sent, as far as it is known to be what it says. A result is judged by `isResultOf`, as only who asked knows for what. */
export type ServerFrame =
  | { readonly kind: 'ok'; readonly requestId: string; readonly result: unknown }
  | { readonly kind: 'error'; readonly requestId: string; readonly error: ErrorBody }
  | { readonly kind: 'event'; readonly event: ServerEvent };

const nothing: Shape = () => true;

const events: { readonly [Type in ServerEvent['type']]: Shape } = {
  callersChanged: object({ callers: list(caller), removed: list(id) }),
  messagesAdded: object({ messages: list(message), callerId: (value) => value === undefined || id(value) }),
  clinicChanged: object({ clinic }),
  broadcastProgress: object({ broadcast }),
  callerUnanswered: object({ caller }),
  callerChanged: object({ caller }),
  membershipChanged: nothing,
  displaced: nothing,
  ended: object({ reason: text }),
};

const results: { readonly [A in Action]: Shape } = {
  subscribe: object<Results['subscribe']>({ callers: list(caller), nextCursor: orNull(text), clinic, me: member }),
  notify: object<Results['notify']>({ message, duplicate: boolean, caller }),
  broadcast: object<Results['broadcast']>({ broadcast }),
  thread: object<Results['thread']>({ messages: list(message), nextAfterSeq: orNull(count), caller }),
  markRead: object<Results['markRead']>({ caller }),
  setStatus: object<Results['setStatus']>({ caller }),
  resume: object<Results['resume']>({ caller, clinic, messages: list(message), nextAfterSeq: orNull(count) }),
  sendMessage: object<Results['sendMessage']>({ message, duplicate: boolean }),
  acknowledge: nothing,
  leave: nothing,
};

export const isResultOf = <A extends Action>(action: A, result: unknown): result is Results[A] => results[action](result);

/**
 * Reads a server's frame. Absent: none of ours, as are API Gateway's own (`{"message": "Internal server error"}`), those of a later version of
 * the contract, and those that only look like ours: a page goes on without it, and heals by its next `resume` or `subscribe`.
 */
export const readFrame = (frame: string): ServerFrame | undefined => {
  const given = parse(frame);
  if (!isObject(given) || typeof given.type !== 'string') return undefined;
  const { type, requestId } = given;
  if (type === 'ok' || type === 'error') {
    if (typeof requestId !== 'string') return undefined;
    return type === 'ok' ? { kind: 'ok', requestId, result: given.result } : { kind: 'error', requestId, error: errorIn(given.error) };
  }
  if (!isEventType(type) || !events[type](given)) return undefined;
  // Its shape was just looked at.
  return { kind: 'event', event: given as unknown as ServerEvent };
};

const isEventType = (type: string): type is ServerEvent['type'] => Object.hasOwn(events, type);

/** A refusal is one, however badly it is put. */
const errorIn = (given: unknown): ErrorBody => {
  const { code, message: sentence, details } = isObject(given) ? given : {};
  return {
    code: isErrorCode(code) ? code : 'internal',
    message: typeof sentence === 'string' ? sentence : '',
    ...(isDetails(details) && { details }),
  };
};

const isErrorCode = (code: unknown): code is ErrorBody['code'] => typeof code === 'string' && Object.hasOwn(errorCatalogue, code);

const isDetails = (details: unknown): details is NonNullable<ErrorBody['details']> => {
  if (Array.isArray(details)) return details.every(object({ path: text, reason: text }));
  if (!isObject(details)) return false;
  const { retryAfterSeconds, reason } = details;
  return retryAfterSeconds === undefined ? text(reason) : count(retryAfterSeconds);
};

const parse = (frame: string): unknown => {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined;
  }
};
