import { describe, expect, it } from '@jest/globals';
import type { Verdict } from '../../simulation/history.ts';
import { mutants } from '../../simulation/mutants.ts';
import { runInThread } from '../../simulation/threads.ts';
import type { WorkerData } from '../../simulation/worker.ts';

/** `npm run simulate` runs more of both. */
const seeds = 100;
const mostSeedsForAMutant = 1000;

const run = async (data: WorkerData): Promise<Verdict[]> => {
  const verdicts: Verdict[] = [];
  await runInThread(data, (verdict) => verdicts.push(verdict));
  return verdicts;
};

const fromSeed = (from: number, count: number) => ({ order: { kind: 'seeds', from, seeds: count, untilBreach: false } }) as const;

describe('a history', () => {
  it(`keeps every promise, whatever goes wrong (${seeds} seeds)`, async () => {
    const verdicts = await run(fromSeed(1, seeds));
    expect(verdicts).toHaveLength(seeds);
    expect(verdicts.flatMap(({ seed, breaches }) => breaches.map((breach) => `seed ${seed}: ${breach}`))).toEqual([]);
    expect(verdicts.reduce((sum, { faults }) => sum + [...faults.values()].reduce((one, other) => one + other, 0), 0)).toBeGreaterThan(
      seeds,
    );
  });

  it('is the same for the same seed, in whatever thread', async () => {
    const [once, again] = [await run(fromSeed(40, 5)), await run(fromSeed(41, 3))];
    expect(once.slice(1, 4)).toEqual(again);
  });

  it('keeps every promise in every order of the small case with at most one deviation', async () => {
    const verdicts = await run({ order: { kind: 'interleavings', mostDeviations: 1, share: 0, shares: 1 } });
    expect(verdicts.length).toBeGreaterThan(40);
    expect(verdicts.flatMap(({ breaches }) => breaches)).toEqual([]);
  });
});

describe('without its handling a promise is broken', () => {
  // Two at a time: each is a thread of its own.
  const waiting = mutants.values();
  const found = new Map(mutants.map((mutant) => [mutant, Promise.withResolvers<readonly string[]>()]));
  const work = async () => {
    for (const mutant of waiting) {
      const order = { kind: 'seeds', from: mutant.from ?? 1, seeds: mostSeedsForAMutant, untilBreach: true } as const;
      await run({ order, mutant }).then(
        (verdicts) => found.get(mutant)?.resolve(verdicts.at(-1)?.breaches ?? []),
        (error) => found.get(mutant)?.reject(error),
      );
    }
  };
  const all = [work(), work()];

  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s', async (_, mutant) => {
    expect(await found.get(mutant)?.promise).not.toEqual([]);
  });

  it('and each is a line of its own', async () => {
    await Promise.all(all);
    expect(new Set(mutants.map(({ file, find }) => `${file} ${find}`)).size).toBe(mutants.length);
  });
});
