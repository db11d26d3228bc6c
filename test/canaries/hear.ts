import { keepRefusal, keepSecrets, runFolder } from './run-folder.ts';
import { secretOfHeader, secretsIn } from './secrets.ts';

const folder = runFolder();

/** A body, or a frame, that went over the wire in either direction. */
export const hear = (sent: string): void => {
  if (folder === undefined) return;
  keepSecrets(folder, secretsIn(sent));
  if (sent.startsWith('{"type":"error"')) keepRefusal(folder, sent);
};

/** An `Authorization` header that was sent. */
export const hearAuthorization = (header: string): void => {
  if (folder !== undefined) keepSecrets(folder, secretOfHeader(header));
};

/** The body of an HTTP answer. */
export const hearAnswer = (status: number, body: string): void => {
  hear(body);
  if (folder !== undefined && status >= 400) keepRefusal(folder, body);
};
