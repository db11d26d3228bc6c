/** What may be said of an error anywhere outside: its name and where it was thrown, never its message, which could quote what a person wrote. */
export interface ErrorPlace {
  readonly error: string;
  readonly frames: readonly string[];
}

/** Names of errors, as JavaScript, the SDK and AWS give them; any other name could be anything. */
const namePattern = /^[A-Z][A-Za-z0-9.]{0,80}(?:Error|Exception|Exceeded|Unavailable|Timeout|Denied|Conflict|Failed|Warning)$/;

/** `at async Name.method [as other] (file:///path/module.ts:12:34)`, as V8 writes a call site. */
const framePattern =
  /^at (?:(?:async |new )?[\w$.<>]+ (?:\[as [\w$]+\] )?\()?(?:async )?(?:file:\/\/|node:)?[\w./@+~-]+\.?(?:[cm]?[jt]sx?)?:\d+:\d+\)?$/;

/** V8 keeps ten (`Error.stackTraceLimit`), of which the first are the SDK’s own. */
const mostFrames = 10;

/** Is this the name of an error, and no text? */
export const isErrorName = (value: unknown): value is string => typeof value === 'string' && (value === 'Error' || namePattern.test(value));

/** Is this one line of a stack, and no text? */
export const isFrame = (value: unknown): value is string => typeof value === 'string' && value.length <= 400 && framePattern.test(value);

export const placeOf = (thrown: unknown): ErrorPlace => {
  if (!(thrown instanceof Error)) return { error: 'NotAnError', frames: [] };
  return { error: isErrorName(thrown.name) ? thrown.name : 'Error', frames: framesOf(thrown) };
};

/** The call sites. A stack begins with the message, whose lines may look like call sites: where it cannot be cut off, nothing is sure. */
const framesOf = ({ message, stack = '' }: Error): string[] => {
  const messageAt = stack.indexOf(message);
  if (messageAt < 0 || (message === '' && !/^[\w.]*(?:\n|$)/.test(stack))) return [];
  return stack
    .slice(messageAt + message.length)
    .split('\n')
    .map((line) => line.trim())
    .filter(isFrame)
    .slice(0, mostFrames);
};
