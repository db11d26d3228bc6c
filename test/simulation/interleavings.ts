import { check } from './checker.ts';
import { Dice } from './dice.ts';
import { Faults } from './faults.ts';
import type { Functions } from './functions.ts';
import { arrive, evidenceOf, foundClinic, type Verdict } from './history.ts';
import { StaffPerson } from './people.ts';
import { World } from './world.ts';

const minuteMs = 60_000;
const healingMinutes = 14;

/** Always the middle: what is explored is the order of steps, and nothing else is left to chance. */
class SteadyDice extends Dice {
  override random(): number {
    return 0.5;
  }
}

/** Which schedules to run. */
export interface Bounds {
  /**
   * A schedule takes the oldest step that waits, but for so many times (delay-bounded scheduling, https://doi.org/10.1145/1926385.1926432).
   * Most bugs of this kind need two or three.
   */
  readonly mostDeviations: number;
  /** This thread's part of the schedules with at least one deviation, of so many parts. */
  readonly share: number;
  readonly shares: number;
}

/** A schedule: which of the waiting steps comes next, at each point with a choice; beyond its end always the oldest. */
type Schedule = readonly number[];

/**
 * The small case, in every order that the bounds allow: a caller writes while the clinic writes to them and their socket is lost and opened
 * again; every post comes twice. Timers run when no step is left.
 */
export async function* runInterleavings(functions: Functions, bounds: Bounds): AsyncGenerator<Verdict> {
  const { verdict, options } = await runSmallCase(functions, []);
  if (bounds.share === 0) yield verdict;
  const first = deviationsOf([], options).filter((_, index) => index % bounds.shares === bounds.share);
  const waiting = bounds.mostDeviations === 0 ? [] : first.map((schedule) => ({ schedule, deviations: 1 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { schedule, deviations } = next;
    const run = await runSmallCase(functions, schedule);
    yield run.verdict;
    if (deviations === bounds.mostDeviations) continue;
    for (const deeper of deviationsOf(schedule, run.options)) waiting.push({ schedule: deeper, deviations: deviations + 1 });
  }
}

/** The schedules that differ from this one for the first time behind its end. `options`: how many steps waited at each point. */
const deviationsOf = (schedule: Schedule, options: readonly number[]): Schedule[] =>
  options.flatMap((count, point) => {
    if (point < schedule.length) return [];
    const upToHere = [...schedule, ...Array.from({ length: point - schedule.length }, () => 0)];
    return Array.from({ length: count - 1 }, (_, other) => [...upToHere, other + 1]);
  });

const runSmallCase = async (functions: Functions, schedule: Schedule): Promise<{ verdict: Verdict; options: number[] }> => {
  const dice = new SteadyDice(0);
  const faults = new Faults(dice, { 'post doubled': 1 });
  const world = new World({ dice, faults, functions });
  const { scheduler } = world;
  await foundClinic(world, ['staff-1'], true);
  const staff = new StaffPerson(world, 'staff-1');
  const caller = await scheduler.runUntilSettled(arrive(world, 'caller-1'));
  await scheduler.runUntilSettled(Promise.all([staff.client.open(), caller.client.open()]));
  // The second listing is over.
  await scheduler.runUntil(scheduler.now + 4000);

  const options: number[] = [];
  scheduler.choose = (labels) => {
    options.push(labels.length);
    return Math.min(schedule[options.length - 1] ?? 0, labels.length - 1);
  };
  staff.notify(caller.visit.callerId, 'Please come in');
  caller.write('I am here');
  caller.device.resetSockets();
  // The page is looked at: it comes back at once, not spread over a window.
  caller.client.wake();
  await scheduler.runUntil(scheduler.now + 3000);
  scheduler.choose = undefined;

  faults.end();
  world.startSchedule();
  for (let minute = 1; minute <= healingMinutes; minute += 1) {
    for (const person of [caller, staff]) person.retry();
    await scheduler.runUntil(scheduler.now + minuteMs);
  }
  const breaches = check(evidenceOf(world, [caller], [staff]));
  return {
    verdict: {
      seed: 0,
      breaches: breaches.map((breach) => `${breach} (schedule ${schedule.join(' ')})`),
      faults: faults.counts,
      deeds: new Map(),
      steps: scheduler.steps,
    },
    options,
  };
};
