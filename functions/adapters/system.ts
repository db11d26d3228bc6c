import { randomBytes } from 'node:crypto';

/** The clock and the dice of a running function. */
export const system = {
  now: () => Date.now(),
  newId: () => randomBytes(16).toString('base64url'),
  newSecret: () => randomBytes(32).toString('base64url'),
} as const;
