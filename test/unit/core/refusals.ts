import { expect } from '@jest/globals';
import { type ErrorCode, RequestError } from '../../../protocol/errors.ts';

/** Expects a refusal with this code, and these details where they are given. */
export const expectRefusal = async (attempt: Promise<unknown>, code: ErrorCode, details?: unknown): Promise<void> => {
  const error = await attempt.then(
    (value) => {
      throw new Error(`expected ${code}, but it was done: ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof RequestError)) throw error;
  expect(error.code).toBe(code);
  if (details !== undefined) expect(error.details).toEqual(details);
};
