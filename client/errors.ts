import type { ErrorBody, ErrorCode } from '../protocol/errors.ts';

/**
 * Why a call failed: a code of the contract, or what only a client can know —
 * `no-answer`: nothing came back, so it is unknown whether it was done; the same id may be sent again ·
 * `closed`: this client was closed before there was an answer ·
 * `displaced`: more pages of this caller are open than may be, and this one gave way; `open()` takes the place back.
 */
export type FailureCode = ErrorCode | 'no-answer' | 'closed' | 'displaced';

/** A call that failed. Judge by `code`; `message` is for logs, not for patients. */
export class WaitingAreaError extends Error {
  override readonly name = 'WaitingAreaError';
  readonly code: FailureCode;
  readonly details: ErrorBody['details'];

  constructor(code: FailureCode, message: string, details?: ErrorBody['details']) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** How long a `rate-limited` sender should wait. */
  get retryAfterSeconds(): number | undefined {
    return this.details && 'retryAfterSeconds' in this.details ? this.details.retryAfterSeconds : undefined;
  }
}

export const noAnswer = (what: string): WaitingAreaError => new WaitingAreaError('no-answer', `No answer to ${what}`);

export const closedError = (): WaitingAreaError => new WaitingAreaError('closed', 'The client is closed');

export const displacedError = (): WaitingAreaError => new WaitingAreaError('displaced', 'The visit is open on another page');

/** Any failure as one of ours; what is not one (a broken network, a body that is no JSON) is an answer that never came. */
export const toError = (cause: unknown, what: string): WaitingAreaError => (cause instanceof WaitingAreaError ? cause : noAnswer(what));

/** Would the same connection be refused again, however often it is tried? */
export const isFinal = (error: WaitingAreaError): boolean => {
  switch (error.code) {
    case 'unauthenticated':
    case 'forbidden':
    case 'not-found':
    case 'caller-ended':
    case 'closed':
    case 'displaced':
      return true;
    default:
      return false;
  }
};

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  413: 'too-large',
  429: 'rate-limited',
  503: 'unavailable',
};

/** The code for an HTTP status whose body is not ours: API Gateway's own refusals have another shape. */
export const codeOfStatus = (status: number): ErrorCode => codeByStatus[status] ?? (status >= 500 ? 'unavailable' : 'invalid-request');
