import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LocalStackError, messageOf } from './errors.ts';

/** Where everything is: the content of the endpoints file. */
export interface Endpoints {
  /** The HTTP API's stage. */
  readonly http: string;
  /** The WebSocket API's stage. */
  readonly webSocket: string;
  readonly web: string;
  readonly issuer: string;
  readonly dynamodb: string;
  readonly control: string;
}

/** By rename, so that whoever waits for the file finds it complete. @throws LocalStackError when it cannot be written */
export const writeEndpoints = (file: string, endpoints: Endpoints): void => {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, `${JSON.stringify(endpoints, undefined, 2)}\n`);
    renameSync(`${file}.part`, file);
  } catch (error) {
    throw new LocalStackError(`The endpoints file ${file} cannot be written: ${messageOf(error)}`);
  }
};

/** A file that an earlier run left would tell of a stack that is not there. */
export const removeEndpoints = (file: string): void => rmSync(file, { force: true });
