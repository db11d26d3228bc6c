import { LogFormatter, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { errorCatalogue } from '../../protocol/errors.ts';
import { isErrorName, isFrame } from './error-place.ts';

/** What a line can be about. */
const subjects = [
  'handled',
  'frame',
  'request',
  'post',
  'close',
  'issuer',
  'look-up',
  'start-worker',
  'board',
  'audit',
  'authorize',
  'broadcast',
  'clinic-changed',
  'deadlines',
  'stray',
] as const;
export type Subject = (typeof subjects)[number];

/** How an event was answered: by one of the contract's codes, or not at all. */
export type LogOutcome = 'ok' | 'refused' | 'failed' | keyof typeof errorCatalogue;

const outcomes: ReadonlySet<unknown> = new Set(['ok', 'refused', 'failed', ...Object.keys(errorCatalogue)]);
const knownSubjects: ReadonlySet<unknown> = new Set(subjects);

/** Ids of the contract and of AWS. At most 42 characters: a secret of 256 bits has 43, a ticket, an invitation's code or a JWT more. */
const isId = (value: unknown): boolean => typeof value === 'string' && /^[A-Za-z0-9_-]{1,42}={0,2}$/.test(value) && value.length <= 42;
/** A key of a route in the template, never a path that somebody typed. */
const isRoute = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^(?:\$?[A-Za-z]{1,20}|(?:GET|POST|PUT|PATCH|DELETE) (?:\/(?:[a-z]{1,20}|\{[A-Za-z]{1,20}\})){1,8})$/.test(value);
const isDuration = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isFrames = (value: unknown): boolean => Array.isArray(value) && value.every(isFrame);
const isFunctionName = (value: unknown): boolean => typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value);

/** Every key that a line may have besides Powertools' own, and the only values it may have. */
const allowed: Readonly<Record<string, (value: unknown) => boolean>> = {
  clinicId: isId,
  callerId: isId,
  connectionId: isId,
  broadcastId: isId,
  requestId: isId,
  route: isRoute,
  outcome: (value) => outcomes.has(value),
  durationMs: isDuration,
  error: isErrorName,
  frames: isFrames,
};

/**
 * Lets ids, routes, codes, durations and call sites through, and drops all else: whatever is handed to the logger by mistake, by us or by a
 * library, is not masked by guess but missing.
 */
export class AllowListFormatter extends LogFormatter {
  formatAttributes(attributes: UnformattedAttributes, additional: LogAttributes): LogItem {
    const { logLevel, timestamp, serviceName, message, lambdaContext } = attributes;
    return new LogItem({
      attributes: {
        level: logLevel,
        timestamp: this.formatTimestamp(timestamp),
        service: serviceName,
        message: knownSubjects.has(message) ? message : 'unknown',
        ...(lambdaContext && {
          cold_start: lambdaContext.coldStart,
          ...(isFunctionName(lambdaContext.functionName) && { function_name: lambdaContext.functionName }),
          ...(isId(lambdaContext.awsRequestId) && { function_request_id: lambdaContext.awsRequestId }),
        }),
        ...Object.fromEntries(Object.entries(additional).filter(([key, value]) => Object.hasOwn(allowed, key) && allowed[key]?.(value))),
      },
    });
  }
}
