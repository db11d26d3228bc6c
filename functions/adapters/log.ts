import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { placeOf } from './error-place.ts';
import { AllowListFormatter, type LogOutcome, type Subject } from './log-formatter.ts';

/** Ids that may stand in a log line. Never a text, a name, a phone, a token or a ticket. */
export interface LogIds {
  readonly clinicId?: string | undefined;
  readonly callerId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly broadcastId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly route?: string | undefined;
}

/** How one event went. */
export interface Handled extends LogIds {
  readonly outcome: LogOutcome;
  readonly durationMs: number;
}

/** The only way to write a log. Level and service come from `POWERTOOLS_LOG_LEVEL` and `POWERTOOLS_SERVICE_NAME` (`lib/handler-function.ts`). */
const logger = new Logger({ logFormatter: new AllowListFormatter() });

/** The lines that follow belong to this invocation. */
export const beginLog = (context: Context): void => logger.addContext(context);

/** Something broke, at ERROR: the error's name and place, without its message. */
export const logFailure = (subject: Subject, error: unknown, ids: LogIds = {}): void =>
  logger.error(subject, { ...given(ids), ...placeOf(error) });

/** Something may break one day, at WARN: the warning's name and place. */
export const logWarning = (warning: Error): void => logger.warn('stray', { ...placeOf(warning) });

/** An event was handled, at DEBUG. `handled` is asked only where the level lets the line through. */
export const logHandled = (handled: () => Handled): void => {
  if (logger.getLevelName() === 'DEBUG' || logger.getLevelName() === 'TRACE') logger.debug('handled', given(handled()));
};

const given = (fields: object): Record<string, string | number> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
