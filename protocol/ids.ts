import * as z from 'zod/mini';

/** Any id of the contract but `userId`. */
export const id = z
  .string({ error: 'must be an id' })
  .check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'must be 1 to 64 of A–Z a–z 0–9 _ -' }));

/** An OIDC subject. */
export const userId = z
  .string({ error: 'must be a user id' })
  .check(z.regex(/^[A-Za-z0-9_.@+|:-]{1,128}$/, { error: 'must be 1 to 128 of A–Z a–z 0–9 _ . @ + | : -' }));

/** A position in a conversation; 0 stands before the first message. */
export const seq = z.int({ error: 'must be a whole number' }).check(z.nonnegative({ error: 'must not be negative' }));
