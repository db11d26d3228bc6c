import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Thread } from '../../../client/thread.ts';
import { messages } from './builders.ts';

const seqs = (list: readonly { seq: number }[]) => list.map(({ seq }) => seq);

describe('a thread', () => {
  it('applies what comes in order at once', () => {
    const thread = new Thread();
    expect(seqs(thread.add(messages(1, 2)))).toEqual([1, 2]);
    expect(seqs(thread.add(messages(3)))).toEqual([3]);
  });

  it('keeps what came too early until the gap is filled', () => {
    const thread = new Thread();
    expect(thread.add(messages(3, 2))).toEqual([]);
    expect(thread.hasGap).toBe(true);
    expect(seqs(thread.add(messages(1)))).toEqual([1, 2, 3]);
    expect(thread.hasGap).toBe(false);
  });

  it('applies nothing twice', () => {
    const thread = new Thread();
    thread.add(messages(1, 2));
    expect(thread.add(messages(1, 2, 2, 1))).toEqual([]);
    expect(seqs(thread.messages)).toEqual([1, 2]);
  });

  it('applies each message exactly once and in order, however frames are doubled and shuffled', () => {
    const frames = fc.integer({ min: 1, max: 30 }).chain((count) => {
      const all = Array.from({ length: count }, (_, index) => index + 1);
      const doubled = fc.array(fc.constantFrom(...all), { maxLength: 30 }).map((more) => [...all, ...more]);
      return doubled.chain((list) => fc.shuffledSubarray(list, { minLength: list.length }).map((order) => ({ all, order })));
    });
    fc.assert(
      fc.property(frames, ({ all, order }) => {
        const thread = new Thread();
        const applied = order.flatMap((seq) => seqs(thread.add(messages(seq))));
        expect(applied).toEqual(all);
        expect(thread.hasGap).toBe(false);
      }),
    );
  });
});
