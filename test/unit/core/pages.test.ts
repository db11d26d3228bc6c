import { describe, expect, it } from '@jest/globals';
import { frameRoom, jsonBytes, splitFitting, takeFitting } from '../../../functions/core/pages.ts';
import { limits } from '../../../protocol/limits.ts';

describe('takeFitting', () => {
  it('takes the first items that fit, as JSON in UTF-8, with a comma each', () => {
    // "é" is four bytes of JSON and a comma.
    expect(jsonBytes('é')).toBe(5);
    expect(takeFitting(['é', 'é', 'é'], 10)).toHaveLength(2);
    expect(takeFitting(['é', 'é', 'é'], 9)).toHaveLength(1);
  });

  it('takes one at least, so that paging advances', () => {
    expect(takeFitting(['é'], 0)).toEqual(['é']);
    expect(takeFitting([], 100)).toEqual([]);
  });
});

describe('splitFitting', () => {
  it('loses and doubles nothing, in order', () => {
    const items = Array.from({ length: 100 }, (_, index) => index);
    const runs = splitFitting(items, 20);
    expect(runs.length).toBeGreaterThan(1);
    expect(runs.flat()).toEqual(items);
  });

  it('makes no runs of nothing', () => {
    expect(splitFitting([])).toEqual([]);
  });

  it('leaves room in a frame for its envelope', () => {
    const envelope = { type: 'messagesAdded', callerId: 'x'.repeat(64), requestId: 'x'.repeat(64), messages: [], nextAfterSeq: 999_999 };
    expect(frameRoom + jsonBytes(envelope)).toBeLessThan(limits.frameBytes);
  });
});
