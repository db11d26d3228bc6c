import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeBroadcast } from '../../../client/merge-broadcast.ts';
import { aBroadcast } from './builders.ts';

describe('failed recipients', () => {
  it('are fewer when a later run has stored one', () => {
    const known = aBroadcast({ state: 'failed', matched: 2, stored: 1, failed: 1 });
    expect(mergeBroadcast(known, { ...known, stored: 2, failed: 0 })).toMatchObject({ stored: 2, failed: 0 });
  });

  it('stay as they are by a report that came late', () => {
    const known = aBroadcast({ state: 'failed', matched: 2, stored: 2, failed: 0 });
    expect(mergeBroadcast(known, { ...known, stored: 1, failed: 1 })).toMatchObject({ stored: 2, failed: 0 });
    const failed = { ...known, failed: 1, matched: 3 };
    expect(mergeBroadcast(failed, { ...failed, failed: 0 })).toMatchObject({ stored: 2, failed: 1 });
  });
});

describe('reports of a broadcast', () => {
  it('go forward', () => {
    const first = aBroadcast({ matched: 1, stored: 1 });
    expect(mergeBroadcast(first, aBroadcast({ matched: 3, stored: 2, failed: 1, delivered: 1 }))).toMatchObject({
      matched: 3,
      stored: 2,
      delivered: 1,
    });
  });

  it('never go back, when an older one comes late', () => {
    const end = aBroadcast({ state: 'finished', matched: 3, stored: 3, delivered: 2, offline: 1 });
    expect(mergeBroadcast(end, aBroadcast({ matched: 2, stored: 2, offline: 2 }))).toBe(end);
  });

  it('go on counting receipts after the end, and leave offline as it was', () => {
    const end = aBroadcast({ state: 'finished', matched: 3, stored: 3, delivered: 1, offline: 1 });
    const later = mergeBroadcast(end, aBroadcast({ state: 'finished', matched: 3, stored: 3, delivered: 3, read: 1, offline: 1 }));
    expect(later).toMatchObject({ state: 'finished', delivered: 3, read: 1, offline: 1 });
  });

  it('are the same object when they bring nothing new', () => {
    const known = aBroadcast({ stored: 1, matched: 1 });
    expect(mergeBroadcast(known, aBroadcast({ stored: 1, matched: 1 }))).toBe(known);
  });

  it('never count fewer than nobody as failed, though a report keeps no sum', () => {
    const known = aBroadcast({ matched: 1, stored: 0, failed: 1 });
    expect(mergeBroadcast(known, aBroadcast({ matched: 0, stored: 5 }))).toMatchObject({ matched: 5, stored: 5, failed: 0 });
  });

  it('keep the sum, where one who failed was stored by a later run', () => {
    const first = aBroadcast({ matched: 3, stored: 1, failed: 2 });
    expect(mergeBroadcast(first, aBroadcast({ matched: 3, stored: 3 }))).toMatchObject({ matched: 3, stored: 3, failed: 0 });
  });

  it('of two runs at once never go back, and keep the sum', () => {
    const report = fc
      .record({ stored: fc.nat(9), failed: fc.nat(9), delivered: fc.nat(9) })
      .map(({ stored, failed, delivered }) =>
        aBroadcast({ matched: stored + failed, stored, failed, delivered: Math.min(delivered, stored) }),
      );
    fc.assert(
      fc.property(fc.array(report, { minLength: 2 }), ([first = aBroadcast(), ...rest]) => {
        let known = first;
        for (const next of rest) {
          const merged = mergeBroadcast(known, next);
          for (const count of ['matched', 'stored', 'delivered'] as const) expect(merged[count]).toBeGreaterThanOrEqual(known[count]);
          expect(merged.matched).toBe(merged.stored + merged.failed);
          known = merged;
        }
      }),
    );
  });

  it('come to the last one, in whatever order they come', () => {
    const run = [
      aBroadcast(),
      aBroadcast({ matched: 2, stored: 2, offline: 1 }),
      aBroadcast({ matched: 5, stored: 4, failed: 1, delivered: 1, offline: 2 }),
      aBroadcast({ state: 'finished', matched: 5, stored: 4, failed: 1, delivered: 2, offline: 1 }),
      aBroadcast({ state: 'finished', matched: 5, stored: 4, failed: 1, delivered: 4, read: 1, offline: 1 }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(run, { minLength: run.length }), (order) => {
        const [first = aBroadcast(), ...rest] = order;
        expect(rest.reduce(mergeBroadcast, first)).toEqual(run.at(-1));
      }),
    );
  });
});
