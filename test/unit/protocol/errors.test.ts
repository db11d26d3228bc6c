import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { errorCatalogue, invalidField, RequestError, reasonsOf } from '../../../protocol/errors.ts';

const page = readFileSync('docs/errors.md', 'utf8');

describe('the error catalogue', () => {
  it('stands in docs/errors.md, code by code, in this order', () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (.+) \|$/gm)].map(([, code, status, message]) => [
      code,
      Number(status),
      message,
    ]);
    expect(rows).toEqual(Object.entries(errorCatalogue).map(([code, { status, message }]) => [code, status, message]));
  });

  it('is the wire contract’s', () => {
    expect(Object.fromEntries(Object.entries(errorCatalogue).map(([code, { status }]) => [code, status]))).toEqual({
      'invalid-request': 400,
      unauthenticated: 401,
      forbidden: 403,
      'not-found': 404,
      conflict: 409,
      'caller-ended': 409,
      'guest-messages-off': 409,
      'conversation-full': 409,
      'too-large': 413,
      'rate-limited': 429,
      unavailable: 503,
      internal: 500,
    });
  });
});

describe('a refusal', () => {
  it('has the status and the sentence of its code', () => {
    const refusal = new RequestError('not-found');
    expect(refusal.status).toBe(404);
    expect(refusal.toBody()).toEqual({ code: 'not-found', message: errorCatalogue['not-found'].message });
  });

  it('carries details where there are any', () => {
    expect(new RequestError('rate-limited', { retryAfterSeconds: 3 }).toBody().details).toEqual({ retryAfterSeconds: 3 });
    expect(invalidField('cursor', 'is not a cursor').toBody()).toMatchObject({
      code: 'invalid-request',
      details: [{ path: 'cursor', reason: 'is not a cursor' }],
    });
  });
});

describe('reasons', () => {
  it('name each field and each unknown one', () => {
    const schema = z.strictObject({ list: z.array(z.strictObject({ a: z.string({ error: 'must be text' }) })) });
    const { error } = z.safeParse(schema, { list: [{ a: 1 }, { a: 'x', b: 1, c: 2 }], d: 3 });
    expect(error && reasonsOf(error.issues)).toEqual([
      { path: 'list.0.a', reason: 'must be text' },
      { path: 'list.1.b', reason: 'unknown field' },
      { path: 'list.1.c', reason: 'unknown field' },
      { path: 'd', reason: 'unknown field' },
    ]);
  });

  it('keep a path short, whatever a client calls its fields', () => {
    const { error } = z.safeParse(z.strictObject({}), { ['x'.repeat(1000)]: 1 });
    expect(error && reasonsOf(error.issues)[0]?.path).toHaveLength(200);
  });

  it('are valid Unicode, wherever a path is cut', () => {
    const { error } = z.safeParse(z.strictObject({}), { [`${'x'.repeat(199)}😀`]: 1, '\ud800': 1 });
    const paths = error ? reasonsOf(error.issues).map(({ path }) => path) : [];
    expect(paths).toHaveLength(2);
    expect(paths.every((path) => path.isWellFormed())).toBe(true);
  });

  it('are at most twenty: an answer is never larger than what it answers allows', () => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}${'\u0000'.repeat(200)}`, 1]));
    const reasonsFor = (count: number) => reasonsOf(z.safeParse(z.strictObject({}), fields(count)).error?.issues ?? []);
    expect(reasonsFor(20)).toHaveLength(20);
    expect(reasonsFor(10_000)).toHaveLength(20);
    expect(JSON.stringify(reasonsFor(10_000)).length).toBeLessThan(31 * 1024);
  });
});
