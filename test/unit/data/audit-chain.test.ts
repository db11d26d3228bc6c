import { describe, expect, it } from '@jest/globals';
import { type AuditEvent, type ChainedEvent, chain, findBreaks, hashOfEntry } from '../../../functions/data/audit-chain.ts';
import { morning } from '../../builders/times.ts';

const day = 'demo#2026-11-23';
const event = (entryId: string): AuditEvent => ({
  entryId,
  at: morning,
  actor: { kind: 'member', id: 'clerk' },
  action: 'notify',
  outcome: 'done',
  about: { callerId: 'sue', messageId: entryId },
});

const a = chain(day, undefined, event('a'));
const b = chain(day, a, event('b'));
const c = chain(day, b, event('c'));
const d = chain(day, c, event('d'));
const entries: ChainedEvent[] = [a, b, c, d];

/** What is wrong with a whole day. */
const breaksOf = (log: readonly ChainedEvent[]) => log.flatMap((entry, index) => findBreaks(entry, log[index - 1]));

describe('a day of the audit log', () => {
  it('holds as it was written', () => {
    expect(breaksOf(entries)).toEqual([]);
    expect(breaksOf([])).toEqual([]);
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it.each<[string, Partial<ChainedEvent>]>([
    ['who', { actor: { kind: 'member', id: 'eve' } }],
    ['what', { action: 'erase' }],
    ['when', { at: morning + 1 }],
    ['what became of it', { outcome: 'forbidden' }],
    ['to whom', { about: { callerId: 'tom', messageId: 'b' } }],
  ])('breaks where %s was changed', (_what, change) => {
    expect(breaksOf([a, { ...b, ...change }, c, d])).toEqual(['entry 2 was changed']);
  });

  it('breaks behind an entry whose hash was made to fit', () => {
    const forged = { ...b, actor: { kind: 'member', id: 'eve' } } as const;
    expect(breaksOf([a, { ...forged, hash: hashOfEntry(forged) }, c, d])).toEqual(['entry 3 does not follow the one before it']);
  });

  it('breaks where one was taken out, put in or moved', () => {
    expect(breaksOf([a, c, d])).toEqual(['entry 2 is missing']);
    expect(breaksOf([b, c, d])).toEqual(['entry 1 is missing']);
    expect(breaksOf([a, chain(day, a, event('x')), c, d])).toEqual(['entry 3 does not follow the one before it']);
    expect(breaksOf([a, c, b, d])).not.toEqual([]);
  });

  it('is no other day’s, and no other clinic’s', () => {
    for (const chainId of ['demo#2026-11-24', 'other#2026-11-23'])
      expect(breaksOf(entries.map((entry) => ({ ...entry, chainId })))).not.toEqual([]);
  });

  it('has the same hash however a store orders the fields', () => {
    expect(hashOfEntry({ ...b, about: { messageId: 'b', callerId: 'sue' } })).toBe(b.hash);
  });
});
