import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { allFaults } from './faults.ts';
import { loadFunctions } from './functions.ts';
import { runHistory, type Verdict } from './history.ts';
import { runInThread } from './threads.ts';
import type { Order } from './worker.ts';

/**
 * `npm run simulate`: runs seeds (or, with `--interleavings N`, every order of the small case with at most N deviations) and says which
 * promise broke. Exit code 1 where one did.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    interleavings: { type: 'string' },
  },
});

/** Seeds that a thread is given at a time. */
const shareOfSeeds = 2000;
const mostShown = 5;
const mostLines = 60;

const add = (sums: Map<string, number>, more: ReadonlyMap<string, number>): void => {
  for (const [name, count] of more) sums.set(name, (sums.get(name) ?? 0) + count);
};

const replayOne = async (seed: number): Promise<boolean> => {
  const functions = await loadFunctions();
  const { breaches } = await runHistory(seed, functions, values.trace ? (line) => console.log(line) : undefined);
  for (const breach of breaches) console.log(`BROKEN  ${breach}`);
  console.log(breaches.length === 0 ? `seed ${seed}: every promise was kept` : `seed ${seed}: ${breaches.length} promises were broken`);
  return breaches.length === 0;
};

/** What happened before the faults ended, as far as it fits a screen. */
const traceOf = async (seed: number): Promise<string> => {
  const lines: string[] = [];
  await runHistory(seed, await loadFunctions(), (line) => lines.push(line));
  const healing = lines.findIndex((line) => line.includes('faults end'));
  return lines
    .slice(Math.max(0, healing - mostLines), healing)
    .map((line) => line.slice(0, 180))
    .join('\n');
};

/** Runs the orders in as many threads as there are processors; answers the first history that broke a promise. */
const runAll = async (orders: readonly Order[]): Promise<Verdict | undefined> => {
  const waiting = orders.values();
  const faults = new Map<string, number>();
  const deeds = new Map<string, number>();
  const broken: Verdict[] = [];
  let count = 0;
  let steps = 0;
  const beganAt = performance.now();
  const work = async (): Promise<void> => {
    for (const order of waiting) {
      await runInThread({ order }, (verdict) => {
        count += 1;
        steps += verdict.steps;
        add(faults, verdict.faults);
        add(deeds, verdict.deeds);
        if (verdict.breaches.length > 0) broken.push(verdict);
      });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const seconds = (performance.now() - beganAt) / 1000;
  console.log(
    `${count} histories in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} a second, ${Math.round(steps / count)} events each`,
  );
  if (deeds.size > 0) console.log(`\nwhat people did\n${list(deeds)}`);
  if (deeds.size > 0) for (const fault of allFaults) if (!faults.has(fault)) faults.set(fault, 0);
  if (faults.size > 0) {
    console.log(`\nwhat went wrong\n${list(faults)}`);
  }
  for (const { seed, breaches } of broken.slice(0, mostShown)) {
    console.log(`\nBROKEN in history ${seed}`);
    for (const breach of breaches) console.log(`  ${breach}`);
  }
  console.log(broken.length === 0 ? '\nEvery promise was kept.' : `\n${broken.length} of ${count} histories broke a promise.`);
  return broken[0];
};

const list = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, count]) => `${String(count).padStart(9)}  ${name}`)
    .join('\n');

const seedOrders = (from: number, seeds: number): Order[] =>
  Array.from({ length: Math.ceil(seeds / shareOfSeeds) }, (_, index) => ({
    kind: 'seeds',
    from: from + index * shareOfSeeds,
    seeds: Math.min(shareOfSeeds, seeds - index * shareOfSeeds),
    untilBreach: false,
  }));

const numberOf = (name: string, text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} is a whole number`);
  return number;
};

const main = async (): Promise<boolean> => {
  if (values.seed !== undefined) return replayOne(numberOf('seed', values.seed));
  if (values.interleavings !== undefined) {
    const mostDeviations = numberOf('interleavings', values.interleavings);
    const shares = availableParallelism();
    const orders = Array.from({ length: shares }, (_, share): Order => ({ kind: 'interleavings', mostDeviations, share, shares }));
    return (await runAll(orders)) === undefined;
  }
  const broken = await runAll(seedOrders(numberOf('from', values.from), numberOf('seeds', values.seeds)));
  if (!broken) return true;
  console.log(`\n${await traceOf(broken.seed)}\n\nAll of it: npm run simulate -- --seed ${broken.seed} --trace`);
  return false;
};

process.exitCode = (await main()) ? 0 : 1;
