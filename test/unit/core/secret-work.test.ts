import * as crypto from 'node:crypto';
import { beforeEach, expect, it, jest } from '@jest/globals';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { aCaller } from '../../builders/a-caller.ts';
import { only } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';

/** The primitives that were used, in order, with the bytes that each was given. */
let work: string[] = [];

jest.unstable_mockModule('node:crypto', () => ({
  ...crypto,
  createHash: (algorithm: string) => {
    work.push(algorithm);
    return crypto.createHash(algorithm);
  },
  timingSafeEqual: (one: Buffer, other: Buffer) => {
    work.push(`compare ${one.length} and ${other.length} bytes in constant time`);
    return crypto.timingSafeEqual(one, other);
  },
}));

const { hashOf, isSecretOf } = await import('../../../functions/core/secrets.ts');
const { authenticateCaller } = await import('../../../functions/core/visits.ts');

const inConstantTime = ['sha256', 'compare 43 and 43 bytes in constant time'];
const rightToken = 's'.repeat(43);
const tokenHash = hashOf(rightToken);

beforeEach(() => {
  work = [];
});

it.each([rightToken, 'x'.repeat(43), `${rightToken.slice(0, 42)}x`, '', 'x'.repeat(100_000)])(
  'a secret is compared by its hash, in constant time, whatever it is (case %#)',
  (given) => {
    expect(isSecretOf(given, tokenHash)).toBe(given === rightToken);
    expect(work).toEqual(inConstantTime);
  },
);

it.each<[string, Visit | undefined, string]>([
  ['the right token', aCaller().with({ tokenHash }).build(), rightToken],
  ['another token', aCaller().with({ tokenHash }).build(), 'x'.repeat(43)],
  ['a token for nobody', undefined, rightToken],
])('costs the same work with %s', async (_case, visit, token) => {
  const ports = { callers: only<CallersTable>({ find: async () => visit }), now: () => morning };
  await authenticateCaller(ports, { clinicId: 'demo', callerId: 'sue' }, token).catch(() => undefined);
  expect(work).toEqual(inConstantTime);
});
