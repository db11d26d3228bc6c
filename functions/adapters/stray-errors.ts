import { logFailure } from './log.ts';

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
