import { logFailure, logWarning } from './log.ts';

/**
 * Ends the environment at an error that nobody awaited, as Lambda's runtime would, but before the runtime writes the error's message and
 * properties to the log. The event fails by `Runtime.ExitError`.
 * @param of the process to watch
 */
export const endOnStrayErrors = (of: Pick<NodeJS.Process, 'prependListener' | 'exit'>): void => {
  const end = (error: unknown): void => {
    logFailure('stray', error);
    of.exit(1);
  };
  of.prependListener('uncaughtException', end);
  of.prependListener('unhandledRejection', end);
};

/**
 * Writes the names of Node's and the SDK's warnings, which Node would print with their text (`NODE_OPTIONS` tells it not to: `lib/handler-function.ts`).
 * @param of the process to watch
 */
export const logWarningsOf = (of: Pick<NodeJS.Process, 'on'>): void => {
  of.on('warning', logWarning);
};
