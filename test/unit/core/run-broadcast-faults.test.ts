import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeBroadcast } from '../../../client/merge-broadcast.ts';
import { toBroadcast } from '../../../functions/core/broadcasts.ts';
import type { Ports } from '../../../functions/core/ports.ts';
import { runBroadcast } from '../../../functions/core/run-broadcast.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import type { Broadcast } from '../../../protocol/objects.ts';
import { aBroadcast } from '../../builders/a-broadcast.ts';
import { aCaller, broadcasted, manyCallers, notified } from '../../builders/a-caller.ts';
import { aDashboard } from '../../builders/a-clinic.ts';
import { aPoster, someDashboards } from '../../builders/fakes.ts';
import { inMemoryBroadcasts } from '../../builders/in-memory-broadcasts.ts';
import { inMemoryCallers } from '../../builders/in-memory-callers.ts';
import { aClock } from '../../builders/times.ts';

const { text } = aBroadcast();

/** One of each kind of recipient. */
const everyKind = (): Visit[] => [
  aCaller('online').online('c1').withMessages(notified('Hello')).build(),
  aCaller('two-pages').online('c2', 'c3').build(),
  aCaller('offline').offline().build(),
  aCaller('gone').online('c4').build(),
  aCaller('full').online('c5').with({ messageCount: 300 }).build(),
  aCaller('conflict').online('c6').withMessages(broadcasted('b1', 'Another text')).build(),
  aCaller('ended').online('c7').ended().build(),
];

const aClinicAtWork = (visits: readonly Visit[] = everyKind()) => {
  const clock = aClock();
  const callers = inMemoryCallers(visits, { pageSize: 100 });
  const broadcasts = inMemoryBroadcasts(aBroadcast());
  const poster = aPoster({ c4: 'gone' });
  const ports = {
    callers: callers.store,
    broadcasts: broadcasts.store,
    connections: someDashboards(aDashboard('d1')).store,
    poster,
    // Time goes on by itself, so that progress falls due between any two steps.
    now: () => {
      clock.advance(40);
      return clock.now();
    },
  };
  const outcome = async (): Promise<Broadcast> => {
    const record = await broadcasts.table.find('demo', 'b1', clock.now());
    if (!record) throw new Error('the broadcast is gone');
    return toBroadcast(record);
  };
  return {
    ports,
    callers,
    outcome,
    // Dashboards are told broadcasts alone.
    told: () => poster.to('d1').map(({ broadcast }) => broadcast as Broadcast),
    timesStored: () => visits.map(({ callerId }) => callers.get(callerId).messages.filter(({ i, t }) => i === 'b1' && t === text).length),
  };
};

type UsedPorts = Pick<Ports, 'callers' | 'broadcasts' | 'connections' | 'poster' | 'now'>;

/** The same ports, of which each call goes through `step`. */
const through = (ports: UsedPorts, step: <Answer>(name: string, call: () => Promise<Answer>) => Promise<Answer>): UsedPorts => {
  const wrap = <Port extends object>(portName: string, port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => step(`${portName}.${String(name)}`, async () => member.apply(target, args));
      },
    });
  return {
    callers: wrap('callers', ports.callers),
    broadcasts: wrap('broadcasts', ports.broadcasts),
    connections: wrap('connections', ports.connections),
    poster: wrap('poster', ports.poster),
    now: ports.now,
  };
};

/** A process that dies at its n-th step, before the step is done or after it: from then on it does nothing more. */
const dyingAt = (ports: UsedPorts, last: number, when: 'before' | 'after') => {
  let steps = 0;
  const mortal = through(ports, async (_name, call) => {
    steps += 1;
    if (steps > last || (steps === last && when === 'before')) throw new Error('killed');
    const answer = await call();
    if (steps >= last) throw new Error('killed');
    return answer;
  });
  return { ports: mortal, steps: () => steps };
};

const undisturbed = async (visits?: Visit[]) => {
  const scene = aClinicAtWork(visits);
  await runBroadcast(scene.ports, 'demo', 'b1');
  return { outcome: await scene.outcome(), timesStored: scene.timesStored() };
};

const stepsOfARun = async (): Promise<number> => {
  const scene = aClinicAtWork();
  const counted = dyingAt(scene.ports, Number.POSITIVE_INFINITY, 'before');
  await runBroadcast(counted.ports, 'demo', 'b1');
  return counted.steps();
};

describe('a broadcast that is killed', () => {
  it('without any fault reaches all, and has something to be killed at', async () => {
    expect((await undisturbed()).outcome).toMatchObject({ state: 'finished', matched: 6, stored: 4, offline: 2, failed: 2 });
    expect(await stepsOfARun()).toBeGreaterThan(20);
  });

  it.each(['before', 'after'] as const)('%s any of its steps, and run again, comes to the same: each thread has it once', async (when) => {
    const expected = await undisturbed();
    for (let last = 1; last <= (await stepsOfARun()); last += 1) {
      const scene = aClinicAtWork();
      await runBroadcast(dyingAt(scene.ports, last, when).ports, 'demo', 'b1').catch(() => {});
      const before = await scene.outcome();
      await runBroadcast(scene.ports, 'demo', 'b1');
      const after = await scene.outcome();
      expect({ last, outcome: after, timesStored: scene.timesStored() }).toEqual({ last, ...expected });
      expect(after.stored).toBeGreaterThanOrEqual(before.stored);
      // The end is told, whatever was told before.
      expect(scene.told().at(-1)).toEqual(expected.outcome);
    }
  });

  it('twice, at any two steps, comes to the same at the third run', async () => {
    const expected = await undisturbed();
    const steps = await stepsOfARun();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: steps }), fc.integer({ min: 1, max: steps }), async (first, second) => {
        const scene = aClinicAtWork();
        await runBroadcast(dyingAt(scene.ports, first, 'after').ports, 'demo', 'b1').catch(() => {});
        await runBroadcast(dyingAt(scene.ports, second, 'before').ports, 'demo', 'b1').catch(() => {});
        await runBroadcast(scene.ports, 'demo', 'b1');
        expect({ outcome: await scene.outcome(), timesStored: scene.timesStored() }).toEqual(expected);
      }),
    );
  });
});

describe('two runs of a broadcast at once', () => {
  it('come to the same in whatever order their steps fall, and no dashboard sees a count go back', async () => {
    const expected = await undisturbed();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const scene = aClinicAtWork();
        const run = (name: string) =>
          runBroadcast(
            through(scene.ports, async (step, call) => {
              await scheduler.schedule(Promise.resolve(), `${name}: ${step}`);
              return call();
            }),
            'demo',
            'b1',
          );
        await scheduler.waitFor(Promise.all([run('one'), run('other')]));
        expect({ outcome: await scene.outcome(), timesStored: scene.timesStored() }).toEqual(expected);
        let [seen] = scene.told();
        for (const report of scene.told()) {
          const next = mergeBroadcast(seen, report);
          expect(next.stored).toBeGreaterThanOrEqual(seen?.stored ?? 0);
          expect(next.matched).toBe(next.stored + next.failed);
          seen = next;
        }
        expect(seen).toEqual(expected.outcome);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a shard whose outcome cannot be recorded', () => {
  it('stops none of the others, and is made up for by the next run', async () => {
    const scene = aClinicAtWork(manyCallers(600));
    const withoutFirst = through(scene.ports, (name, call) => (name === 'broadcasts.addOutcome' ? refuseFirst(call) : call()));
    let refusals = 0;
    const refuseFirst = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
      refusals += 1;
      if (refusals === 1) throw new Error('shard out of reach');
      return call();
    };
    // At a standing clock there is no progress, which would record it a second time.
    const standing = scene.ports.now();
    await expect(runBroadcast({ ...withoutFirst, now: () => standing }, 'demo', 'b1')).rejects.toThrow('shard out of reach');
    expect(scene.timesStored()).toEqual(Array.from({ length: 600 }, () => 1));
    expect(await scene.outcome()).toMatchObject({ state: 'running', stored: 350 });
    await runBroadcast(scene.ports, 'demo', 'b1');
    expect(await scene.outcome()).toMatchObject({ state: 'finished', matched: 600, stored: 600, failed: 0 });
    expect(scene.timesStored()).toEqual(Array.from({ length: 600 }, () => 1));
  });
});

describe('a poison recipient', () => {
  const without = (scene: ReturnType<typeof aClinicAtWork>, refuse: (visit: Visit) => ReturnType<Ports['callers']['appendFromClinic']>) =>
    ({
      ...scene.ports,
      callers: new Proxy(scene.ports.callers, {
        get: (target, name) =>
          name !== 'appendFromClinic'
            ? Reflect.get(target, name)
            : (...call: Parameters<Ports['callers']['appendFromClinic']>) =>
                call[0].callerId === 'caller-0002' ? refuse(scene.callers.get('caller-0002')) : target.appendFromClinic(...call),
      }),
    }) satisfies UsedPorts;

  it('whose item refuses for a reason of its own has failed, and the broadcast is finished', async () => {
    const scene = aClinicAtWork(manyCallers(5));
    await runBroadcast(
      without(scene, async (image) => ({ outcome: 'refused', image })),
      'demo',
      'b1',
    );
    expect(await scene.outcome()).toMatchObject({ state: 'finished', matched: 5, stored: 4, failed: 1 });
    expect(scene.timesStored()).toEqual([1, 0, 1, 1, 1]);
  });

  it('whose item the store does not take at all has failed after the last run, and everyone else has it once', async () => {
    const scene = aClinicAtWork(manyCallers(5));
    const poisoned = without(scene, () => Promise.reject(new Error('Item size has exceeded the maximum allowed size')));
    for (let runs = 0; runs < 3; runs += 1) await expect(runBroadcast(poisoned, 'demo', 'b1')).rejects.toThrow('Item size');
    expect(await scene.outcome()).toMatchObject({ state: 'failed', matched: 5, stored: 4, failed: 1 });
    expect(scene.timesStored()).toEqual([1, 0, 1, 1, 1]);
    const stored = scene.told().map((report) => report.stored);
    expect(stored).toEqual(stored.toSorted((a, b) => a - b));
  });
});

describe('a list that cannot be read on', () => {
  it('loses none of those who could not be reached before', async () => {
    const scene = aClinicAtWork(manyCallers(400));
    let pages = 0;
    const broken = through(scene.ports, async (name, call) => {
      // The first shard is full when three pages have been read.
      if (name === 'callers.appendFromClinic' && pages === 3) throw new Error('out of reach');
      if (name === 'callers.boardPage') {
        pages += 1;
        if (pages === 4) throw new Error('out of reach');
      }
      return call();
    });
    for (let runs = 0; runs < 3; runs += 1) {
      pages = 0;
      await expect(runBroadcast(broken, 'demo', 'b1')).rejects.toThrow('out of reach');
    }
    expect(await scene.outcome()).toMatchObject({ state: 'failed', matched: 250, stored: 0, failed: 250 });
  });
});
