/** Ids that may stand in a log line. Never a text, a name, a phone, a token or a ticket. */
export interface LogIds {
  readonly clinicId?: string | undefined;
  readonly callerId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly broadcastId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly route?: string | undefined;
}

/** One line of JSON about something that broke: the error's name and place, without its message, which could quote what a caller wrote. */
export const logFailure = (what: string, error: unknown, ids: LogIds = {}): void => {
  const { name, frames } = error instanceof Error ? { name: error.name, frames: framesOf(error) } : { name: typeof error, frames: [] };
  process.stderr.write(`${JSON.stringify({ level: 'ERROR', what, error: name, frames, ...ids })}\n`);
};

/** The stack without its first lines, which repeat the message. */
const framesOf = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, 8);
