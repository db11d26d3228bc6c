import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { RequestError } from '../../protocol/errors.ts';
import { type LogIds, logFailure } from './log.ts';
import type { Subject } from './log-formatter.ts';

/** What a client is told of anything thrown: a refusal as it is, a store out of reach as `unavailable`, the rest as `internal`, logged. */
export const toRequestError = (error: unknown, subject: Subject, ids: LogIds): RequestError => {
  if (error instanceof RequestError) return error;
  logFailure(subject, error, ids);
  return new RequestError(isPassing(error) ? 'unavailable' : 'internal');
};

const passingNames = new Set([
  'TimeoutError',
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
  'TooManyRequestsException',
  'InternalServerError',
  'ServiceUnavailable',
]);

/** Another write held one of the items at that moment (TransactWriteItems API, "CancellationReasons"). */
const isConflictOfTransactions = (error: Error): boolean =>
  error instanceof TransactionCanceledException && (error.CancellationReasons ?? []).some(({ Code }) => Code === 'TransactionConflict');

/** Will the same request most likely succeed later? */
const isPassing = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (passingNames.has(error.name) || isConflictOfTransactions(error)) return true;
  if ('code' in error && typeof error.code === 'string' && /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_)/.test(error.code)) return true;
  // Every error of SDK v3 carries its metadata under this name.
  const status = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode : undefined;
  return status !== undefined && status >= 500;
};
