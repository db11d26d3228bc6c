import { describe, expect, it } from '@jest/globals';
import { createRest } from '../../../functions/adapters/rest.ts';

const aRest = () => {
  const clock = { now: 1_000_000 };
  return { clock, rest: createRest(() => clock.now) };
};

/** For how long, in whole seconds, nothing is to be tried. */
const secondsOf = ({ clock, rest }: ReturnType<typeof aRest>, connectionId: string): number => {
  let seconds = 0;
  for (; rest.isResting(connectionId); seconds += 1) clock.now += 1000;
  return seconds;
};

describe('the rest after refusals', () => {
  it('doubles with each refusal of a socket, up to 16 s', () => {
    const given = aRest();
    const pauses = Array.from({ length: 4 }, () => {
      given.rest.refused('c1');
      return secondsOf(given, 'c1');
    });
    expect(pauses).toEqual([1, 2, 4, 8]);
  });

  it('is of that socket alone, until five refusals in a row are of all', () => {
    const { rest } = aRest();
    for (const connectionId of ['c1', 'c2', 'c3', 'c4']) rest.refused(connectionId);
    expect([rest.isResting('c1'), rest.isResting('other')]).toEqual([true, false]);
    rest.refused('c5');
    expect(rest.isResting('other')).toBe(true);
  });

  it('ends with a post that was taken', () => {
    const { clock, rest } = aRest();
    for (let refusal = 0; refusal < 5; refusal += 1) rest.refused('c1');
    clock.now += 20_000;
    rest.taken('c1');
    rest.refused('c2');
    expect([rest.isResting('c1'), rest.isResting('c2'), rest.isResting('other')]).toEqual([false, true, false]);
    clock.now += 1000;
    expect(rest.isResting('c2')).toBe(false);
  });

  it('ends where the clock was set back', () => {
    const { clock, rest } = aRest();
    rest.refused('c1');
    clock.now -= 1;
    expect(rest.isResting('c1')).toBe(false);
  });

  it('in 30 s of refusals lets few attempts through, whoever is written to', () => {
    const { clock, rest } = aRest();
    let attempts = 0;
    for (let message = 0; message < 100; message += 1) {
      clock.now += 300;
      const connectionId = `c${message}`;
      if (rest.isResting(connectionId)) continue;
      attempts += 1;
      rest.refused(connectionId);
    }
    // Each is two of the SDK's, and each of the hundred callers is posted to once afterwards: 1.2 attempts a message.
    expect(attempts).toBeLessThanOrEqual(10);
  });
});
