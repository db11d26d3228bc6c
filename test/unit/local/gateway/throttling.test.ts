import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Throttles } from '../../../../local/deployment.ts';
import { createAdmission } from '../../../../local/gateway/throttling.ts';

const aStage = (throttles: Partial<Throttles> = {}) => {
  const clock = { nowMs: 1_000_000 };
  const admits = createAdmission({ stage: { ratePerSecond: 10, burst: 3 }, routes: new Map(), ...throttles }, () => clock.nowMs);
  /** How many of so many requests at once go on. */
  const of = (requests: number, routeKey = 'notify') => Array.from({ length: requests }, () => admits(routeKey)).filter(Boolean).length;
  return { clock, of, admits };
};

describe('a throttle', () => {
  it('lets a burst go on, and no more at once', () => {
    expect(aStage().of(5)).toBe(3);
  });

  it('lets as many follow as its rate gives for the time that went by', () => {
    const { clock, of } = aStage();
    of(3);
    clock.nowMs += 200;
    expect(of(5)).toBe(2);
    clock.nowMs += 50;
    expect(of(1)).toBe(0);
    clock.nowMs += 50;
    expect(of(1)).toBe(1);
  });

  it('saves up no more than a burst', () => {
    const { clock, of } = aStage();
    clock.nowMs += 3_600_000;
    expect(of(10)).toBe(3);
  });

  it('is not emptied by a clock that is set back', () => {
    const { clock, of } = aStage();
    clock.nowMs -= 10_000;
    expect(of(5)).toBe(3);
  });

  it('of a stage is for all routes together that have none of their own', () => {
    const { of } = aStage({ routes: new Map([['broadcast', { ratePerSecond: 1, burst: 2 }]]) });
    expect(of(2, 'notify') + of(2, 'resume')).toBe(3);
    expect(of(5, 'broadcast')).toBe(2);
  });

  it('that the template does not set refuses nothing', () => {
    expect(aStage({ stage: undefined }).of(10_000)).toBe(10_000);
  });

  it('never lets more go on than the burst and what the rate has given since', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ wait: fc.nat(500), requests: fc.nat(5) })), (steps) => {
        const { clock, of } = aStage();
        const begin = clock.nowMs;
        let admitted = 0;
        for (const { wait, requests } of steps) {
          clock.nowMs += wait;
          admitted += of(requests);
          expect(admitted).toBeLessThanOrEqual(3 + ((clock.nowMs - begin) / 1000) * 10 + 1e-9);
        }
      }),
    );
  });
});
