import type { $ZodIssue } from 'zod/v4/core';
import type { EndReason } from './frames.ts';

/**
 * The error catalogue: every code of the wire contract with its HTTP status and its public sentence.
 * `docs/errors.md` is held to this list by a test.
 */
export const errorCatalogue = {
  'invalid-request': { status: 400, message: 'A field is missing, unknown or out of its bounds; details name each field and the reason.' },
  unauthenticated: { status: 401, message: 'There is no valid token for this request.' },
  forbidden: { status: 403, message: 'This role, or this socket as it stands, may not do that.' },
  'not-found': { status: 404, message: 'There is nothing here under this id.' },
  conflict: { status: 409, message: 'This id was used before with other content, or the change would break a rule of the clinic.' },
  'caller-ended': { status: 409, message: 'The caller has left; their visit is over.' },
  'guest-messages-off': { status: 409, message: 'Messages from callers are switched off.' },
  'conversation-full': { status: 409, message: 'This conversation holds all the messages it can (300 messages or 100 KB).' },
  'too-large': { status: 413, message: 'The request is larger than 128 KB.' },
  'rate-limited': { status: 429, message: 'Too many in this minute; try again after details.retryAfterSeconds.' },
  unavailable: { status: 503, message: 'Nothing was stored. Try again with the same id.' },
  internal: { status: 500, message: 'Something broke on our side.' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One refused field: its path in the request (`filter.statuses.0`, empty for the request itself) and why. */
export interface FieldReason {
  readonly path: string;
  readonly reason: string;
}

export type ErrorDetails =
  | readonly FieldReason[]
  | { readonly retryAfterSeconds: number }
  /** Of `caller-ended`, said to the caller. */
  | { readonly reason: EndReason };

/** What a client sees of a failure, in a frame (`error`) or inside a problem document. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: ErrorDetails;
}

/**
 * A refusal that reaches the client as it is. Core throws it where a request cannot be done;
 * everything else that is thrown becomes `internal` or `unavailable` at the door.
 */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;

  constructor(code: ErrorCode, details?: ErrorDetails, message: string = errorCatalogue[code].message) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  toBody(): ErrorBody {
    return { code: this.code, message: this.message, ...(this.details && { details: this.details }) };
  }
}

/** `invalid-request` for one field. */
export const invalidField = (path: string, reason: string): RequestError => new RequestError('invalid-request', [{ path, reason }]);

/** With so many reasons, and paths of 200 characters, an answer stays under 32 KB: a frame that the gateway sends, whatever it was sent. */
const mostReasons = 20;

/** zod's findings as the contract's `details`, the first twenty; unknown keys are named one by one. */
export const reasonsOf = (issues: readonly $ZodIssue[]): FieldReason[] => {
  const reasons: FieldReason[] = [];
  for (const issue of issues) {
    const isUnknown = issue.code === 'unrecognized_keys';
    for (const path of isUnknown ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]) {
      if (reasons.length === mostReasons) return reasons;
      reasons.push({ path: pathOf(path), reason: isUnknown ? 'unknown field' : issue.message });
    }
  }
  return reasons;
};

/** The sender's own words: cut short, and valid Unicode wherever they are cut. */
const pathOf = (path: readonly PropertyKey[]): string => path.map(String).join('.').slice(0, 200).toWellFormed();
