import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { broadcast, caller, clinic, member, message } from '../../../protocol/objects.ts';
import { aBroadcast, aCaller, aClinic, aMember, aMessage } from '../client/builders.ts';

const accepts = (schema: z.ZodMiniType, given: unknown) => z.safeParse(schema, given).success;

describe('what the server sends', () => {
  it.each([
    ['caller', caller, aCaller()],
    ['message', message, aMessage(1)],
    ['clinic', clinic, aClinic()],
    ['member', member, aMember()],
    ['broadcast', broadcast, aBroadcast()],
  ])('has every field of a %s', (_name, schema, whole) => {
    expect(accepts(schema, whole)).toBe(true);
    for (const name of Object.keys(whole)) {
      const rest = Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name));
      expect([name, accepts(schema, rest)]).toEqual([name, false]);
    }
  });

  it('may grow: a client reads past what it does not know', () => {
    expect(accepts(caller, { ...aCaller(), pronouns: 'they' })).toBe(true);
  });

  it('names times in UTC with milliseconds', () => {
    expect(accepts(caller, aCaller({ arrivedAt: '2026-11-22T09:00:00.000Z' }))).toBe(true);
    for (const arrivedAt of ['2026-11-22T09:00:00Z', '2026-11-22T09:00:00.000+01:00', '2026-11-22'])
      expect(accepts(caller, aCaller({ arrivedAt }))).toBe(false);
  });
});
