/** A reason why the local stack cannot start or go on, worded for the person who typed `npm start`: no stack trace is shown for it. */
export class LocalStackError extends Error {
  override name = 'LocalStackError';
}

/** The message of whatever was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The `code` of a system error, such as `EADDRINUSE`. */
export const systemCodeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
