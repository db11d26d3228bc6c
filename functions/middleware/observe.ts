import type { Context } from 'aws-lambda';
import { placeOf } from '../adapters/error-place.ts';
import { beginLog, type LogIds, logFailure, logHandled } from '../adapters/log.ts';
import type { LogOutcome, Subject } from '../adapters/log-formatter.ts';
import { endOnStrayErrors, logWarningsOf } from '../adapters/stray-errors.ts';

export interface Observation<Event, Result> {
  /** What a failure is said to be of. */
  readonly subject: Subject | ((event: Event) => Subject);
  readonly idsOf?: (event: Event) => LogIds;
  /** How an event went that was answered. @default - `ok` */
  readonly outcomeOf?: (result: Result) => LogOutcome;
  /** What is thrown because the platform asks for it: it passes as it is, and is no failure. */
  readonly isRefusal?: (error: unknown) => boolean;
  /** The time, ms. */
  readonly now: () => number;
}

/** What Lambda is thrown. It writes name, message and stack to the log and into dead letters: the message is the first error's name. */
export class HandlerFailed extends Error {
  override readonly name = 'HandlerFailed';
}

// Lambda sets the name before it loads a function; where there is none, the process is not ours to end.
if (process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined) {
  endOnStrayErrors(process);
  logWarningsOf(process);
}

/** A handler that logs each event at DEBUG by ids, outcome and duration alone, and from which no error escapes with a message. */
export const observe = <Event, Result>(
  { subject, idsOf = () => ({}), outcomeOf = () => 'ok', isRefusal = () => false, now }: Observation<Event, Result>,
  handler: (event: Event, context: Context) => Promise<Result> | Result,
) => {
  return async (event: Event, context: Context): Promise<Result> => {
    const startedAt = now();
    const ids = (): LogIds => {
      try {
        return idsOf(event);
      } catch {
        // An event of no shape that we know fails for that reason, which is to be logged.
        return {};
      }
    };
    const about = (): Subject => {
      try {
        return typeof subject === 'function' ? subject(event) : subject;
      } catch {
        return 'stray';
      }
    };
    const log = (outcome: () => LogOutcome) =>
      logHandled(() => ({ ...ids(), outcome: outcome(), durationMs: Math.max(0, now() - startedAt) }));
    beginLog(context);
    try {
      const result = await handler(event, context);
      log(() => outcomeOf(result));
      return result;
    } catch (error) {
      const isRefused = isRefusal(error);
      log(() => (isRefused ? 'refused' : 'failed'));
      if (isRefused) throw error;
      logFailure(about(), error, ids());
      throw new HandlerFailed(placeOf(error).error);
    }
  };
};
