import { describe, expect, it } from '@jest/globals';
import { Dice } from '../../simulation/dice.ts';
import { Scheduler } from '../../simulation/scheduler.ts';

/** Three people who each take four steps; answers who stepped, in order. */
const race = async (seed: number, choose?: (labels: readonly string[]) => number): Promise<string> => {
  const scheduler = new Scheduler(new Dice(seed));
  if (choose) scheduler.choose = choose;
  let order = '';
  const walk = async (name: string) => {
    for (let step = 0; step < 4; step += 1) {
      await scheduler.step(name, [1, 20]);
      order += name;
    }
  };
  await scheduler.runUntilSettled(Promise.all(['a', 'b', 'c'].map(walk)));
  return order;
};

describe('the scheduler', () => {
  it('runs a seed in the same order every time', async () => {
    expect(await race(7)).toBe(await race(7));
  });

  it('runs other seeds in other orders', async () => {
    const orders = await Promise.all(Array.from({ length: 50 }, (_, seed) => race(seed)));
    expect(new Set(orders).size).toBeGreaterThan(45);
  });

  it('asks which step comes next, the oldest first', async () => {
    expect(await race(1, () => 0)).toBe('abcabcabcabc');
    expect(await race(1, (labels) => labels.length - 1)).toBe('ccccbbbbaaaa');
  });

  it('runs timers at their time, and no cancelled one', async () => {
    const scheduler = new Scheduler(new Dice(1));
    const ran: [string, number][] = [];
    scheduler.after(300, () => ran.push(['late', scheduler.now]));
    scheduler.after(100, () => ran.push(['early', scheduler.now]));
    scheduler.after(200, () => ran.push(['cancelled', scheduler.now]))();
    await scheduler.runUntil(250);
    expect([ran, scheduler.now]).toEqual([[['early', 100]], 250]);
    await scheduler.runUntil(1000);
    expect(ran.at(-1)).toEqual(['late', 300]);
  });

  it('says so where nothing is left that could go on', async () => {
    const scheduler = new Scheduler(new Dice(1));
    await expect(scheduler.runUntilSettled(new Promise(() => {}))).rejects.toThrow('nothing is left');
  });
});
