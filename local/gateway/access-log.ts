import { openSync, writeSync } from 'node:fs';
import { isObject } from '../json.ts';

/** Writes one line for a request: `$context` variables by name, those with a dot in their name as objects in objects. */
export type AccessLog = (context: Readonly<Record<string, unknown>>) => void;

/**
 * A stage's access log, in the template's own format, so that a variable which tells too much is seen here. A variable without a value is `-`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 * @param format as the template has it; absent where the stage writes none
 */
export const openAccessLog = (format: string | undefined, file: string): AccessLog => {
  if (format === undefined) return () => {};
  const log = openSync(file, 'a');
  return (context) =>
    void writeSync(log, `${format.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => inJson(variable(context, name)))}\n`);
};

const variable = (context: Readonly<Record<string, unknown>>, name: string): unknown =>
  name.split('.').reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), context);

/** The format quotes the value itself. */
const inJson = (value: unknown): string => (value === undefined || value === null ? '-' : JSON.stringify(String(value)).slice(1, -1));
