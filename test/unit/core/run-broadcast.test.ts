import { describe, expect, it } from '@jest/globals';
import { runBroadcast } from '../../../functions/core/run-broadcast.ts';
import type { BroadcastJob, BroadcastsTable } from '../../../functions/data/broadcasts-table.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { ConnectionsTable } from '../../../functions/data/connections-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import type { Filter } from '../../../protocol/filter.ts';
import { aBroadcast } from '../../builders/a-broadcast.ts';
import { aCaller, broadcasted, manyCallers, notified } from '../../builders/a-caller.ts';
import { aDashboard } from '../../builders/a-clinic.ts';
import { aPoster, only, someDashboards } from '../../builders/fakes.ts';
import { inMemoryBroadcasts } from '../../builders/in-memory-broadcasts.ts';
import { inMemoryCallers } from '../../builders/in-memory-callers.ts';
import { aClock } from '../../builders/times.ts';

const throttled = () => Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

interface Given {
  readonly visits: readonly Visit[];
  readonly job?: BroadcastJob;
  readonly poster?: ReturnType<typeof aPoster>;
  readonly pageSize?: number;
  /** What the pages of the index show, where that is not what is stored. */
  readonly pages?: readonly Visit[][];
  /** Stands before the store: may throw, or change what is stored meanwhile. */
  readonly beforeAppend?: (callerId: string, callers: ReturnType<typeof inMemoryCallers>) => void;
  readonly broadcasts?: (table: BroadcastsTable) => Partial<BroadcastsTable>;
  readonly connections?: (store: ConnectionsTable) => ConnectionsTable;
}

const pagesOf = (pages: readonly Visit[][]): CallersTable['boardPage'] => {
  let page = 0;
  return async () => {
    page += 1;
    return { rows: pages[page - 1] ?? [], next: page < pages.length ? 'p#1#next' : undefined };
  };
};

const given = ({ visits, job = aBroadcast(), poster = aPoster(), pageSize = 1000, ...hooks }: Given) => {
  const clock = aClock();
  const callers = inMemoryCallers(visits, { pageSize });
  const broadcasts = inMemoryBroadcasts(job);
  const dashboards = someDashboards(aDashboard('d1'));
  const appended: string[] = [];
  const options: unknown[] = [];
  const append = callers.table.appendFromClinic;
  const ports = {
    callers: only<CallersTable>({
      ...callers.table,
      ...(hooks.pages && { boardPage: pagesOf(hooks.pages) }),
      appendFromClinic: async (key, entry, given) => {
        appended.push(key.callerId);
        options.push(given);
        hooks.beforeAppend?.(key.callerId, callers);
        if (!append) throw new Error('not reached');
        return append(key, entry, given);
      },
    }),
    broadcasts: only<BroadcastsTable>({ ...broadcasts.table, ...hooks.broadcasts?.(broadcasts.table) }),
    connections: hooks.connections?.(dashboards.store) ?? dashboards.store,
    poster,
    now: clock.now,
  };
  return {
    run: () => runBroadcast(ports, 'demo', 'b1'),
    /** The broadcast as a dashboard was last told. */
    told: () => poster.to('d1').map(({ broadcast }) => broadcast),
    textsOf: (callerId: string) => callers.get(callerId).messages.map(({ t }) => t),
    callers,
    broadcasts,
    poster,
    clock,
    appended,
    options,
  };
};

const text = aBroadcast().text;

describe('a broadcast without a filter', () => {
  it('reaches every caller present, whatever the status, online or not, and nobody else', async () => {
    const { run, textsOf, poster } = given({
      visits: [
        aCaller('waiting').waiting().online('c1').build(),
        aCaller('seen').beingSeen().online('c2').build(),
        aCaller('hold').onHold().offline().build(),
        aCaller('left').online('c4').ended().build(),
        aCaller('foreign', 'other').online('c5').build(),
      ],
    });
    await run();
    for (const callerId of ['waiting', 'seen', 'hold']) expect(textsOf(callerId)).toEqual([text]);
    expect(textsOf('left')).toEqual([]);
    expect(new Set(poster.tried)).toEqual(new Set(['c1', 'c2', 'd1']));
  });

  it('is stored with its id, its sender and its shard, and told the caller without the sender', async () => {
    const { run, callers, poster } = given({ visits: [aCaller().online('c1').withMessages(notified('Hello')).build()] });
    await run();
    expect(callers.get('sue').messages[1]).toMatchObject({ i: 'b1', k: 'b', t: text, n: 'Ada Admin', b: 0 });
    expect(poster.to('c1')).toMatchObject([
      { type: 'messagesAdded', messages: [{ messageId: 'b1', seq: 2, kind: 'broadcast', broadcastId: 'b1' }] },
    ]);
    expect(JSON.stringify(poster.to('c1'))).not.toContain('Ada Admin');
  });

  it('answers nobody: what stands unanswered stays so', async () => {
    const { run, options } = given({ visits: [aCaller().build()] });
    await run();
    expect(options).toEqual([{ answers: false, onlyStatuses: undefined }]);
  });

  it('reads every page of the index', async () => {
    const { run, appended } = given({ visits: manyCallers(23), pageSize: 5 });
    await run();
    expect(new Set(appended).size).toBe(23);
  });

  it('meets nobody twice whose row moves while the pages are read', async () => {
    const [first, second] = manyCallers(2);
    if (!first || !second) throw new Error('two were made');
    const moved = { ...first, boardKey: 'p#9999999999999#caller-0001' };
    const { run, appended } = given({ visits: [first, second], pages: [[first], [second, moved]] });
    await run();
    expect(appended).toEqual(['caller-0001', 'caller-0002']);
  });

  it('ends as finished, with the outcome told', async () => {
    const { run, told, broadcasts } = given({
      visits: [aCaller('on').online('c1').build(), aCaller('off').offline().build(), aCaller('gone').online('c2').build()],
      poster: aPoster({ c2: 'gone' }),
    });
    await run();
    expect(broadcasts.job('b1')?.state).toBe('finished');
    expect(told().at(-1)).toMatchObject({ state: 'finished', matched: 3, stored: 3, offline: 2, failed: 0 });
  });

  it('to nobody is finished too', async () => {
    const { run, told } = given({ visits: [] });
    await run();
    expect(told()).toMatchObject([{ state: 'finished', matched: 0 }]);
  });
});

describe('a broadcast with a filter', () => {
  const visits = [
    aCaller('waiting').waiting().build(),
    aCaller('seen').beingSeen().with({ name: 'René' }).build(),
    aCaller('hold').onHold().build(),
  ];

  it.each<[Filter, string[]]>([
    [{ statuses: ['being-seen'] }, ['seen']],
    [{ statuses: ['waiting', 'on-hold'] }, ['waiting', 'hold']],
    [{ search: 'rene' }, ['seen']],
    [{ statuses: ['waiting'], search: 'rene' }, []],
    [{ online: true }, []],
    [{ statuses: [] }, []],
  ])('reaches exactly those whom %j shows', async (filter, expected) => {
    const { run, appended } = given({ visits, job: aBroadcast({ filter }) });
    await run();
    expect(new Set(appended)).toEqual(new Set(expected));
  });

  it('leaves out who changed to another status since the list was read: no recipient, no failure', async () => {
    const { run, told, textsOf } = given({
      visits,
      job: aBroadcast({ filter: { statuses: ['waiting'] } }),
      beforeAppend: (_id, callers) => callers.put(aCaller('waiting').beingSeen().build()),
    });
    await run();
    expect(textsOf('waiting')).toEqual([]);
    expect(told().at(-1)).toMatchObject({ state: 'finished', matched: 0 });
  });

  it('still reaches who changed to another of its statuses', async () => {
    const { run, textsOf } = given({
      visits,
      job: aBroadcast({ filter: { statuses: ['waiting', 'being-seen'], search: 'smith' } }),
      beforeAppend: (_id, callers) => callers.put(aCaller('waiting').beingSeen().build()),
    });
    await run();
    expect(textsOf('waiting')).toEqual([text]);
  });

  it.each([
    ['left', (callers: ReturnType<typeof inMemoryCallers>) => callers.put(aCaller('waiting').ended().build())],
    ['was erased', (callers: ReturnType<typeof inMemoryCallers>) => callers.delete('waiting')],
  ])('leaves out who %s since', async (_how, change) => {
    const { run, told } = given({ visits: visits.slice(0, 1), beforeAppend: (_id, callers) => change(callers) });
    await run();
    expect(told().at(-1)).toMatchObject({ state: 'finished', matched: 0, failed: 0 });
  });
});

describe('a broadcast to chosen callers', () => {
  it('reaches each of them once, whatever the status, without the unknown, the ended and another clinic’s', async () => {
    const { run, told, textsOf, appended } = given({
      visits: [
        aCaller('sue').onHold().build(),
        aCaller('tom').build(),
        aCaller('left').ended().build(),
        aCaller('foreign', 'other').build(),
        aCaller('unasked').build(),
      ],
      job: aBroadcast({ callerIds: ['sue', 'tom', 'sue', 'left', 'foreign', 'nobody'] }),
    });
    await run();
    expect(textsOf('sue')).toEqual([text]);
    expect(textsOf('unasked')).toEqual([]);
    expect(appended.filter((callerId) => callerId === 'sue')).toHaveLength(1);
    expect(told().at(-1)).toMatchObject({ state: 'finished', matched: 2, stored: 2 });
  });
});

describe('a recipient', () => {
  it('whose conversation is full, or has the id for another text, has failed; all others are reached', async () => {
    const { run, told, textsOf } = given({
      visits: [
        aCaller('full').with({ messageCount: 300 }).build(),
        aCaller('other-text').withMessages(broadcasted('b1', 'Another text')).build(),
        aCaller('fine').build(),
      ],
    });
    await run();
    expect(textsOf('fine')).toEqual([text]);
    expect(told().at(-1)).toMatchObject({ state: 'finished', matched: 3, stored: 1, failed: 2 });
  });

  it('who has acknowledged it already is not told again', async () => {
    const { run, poster, told } = given({ visits: [aCaller().online('c1').withMessages(broadcasted('b1', text)).acknowledged(1).build()] });
    await run();
    expect(poster.to('c1')).toEqual([]);
    expect(told().at(-1)).toMatchObject({ stored: 1, offline: 0 });
  });

  it('who has it, but has not acknowledged it, is told the stored one again, of its own time', async () => {
    const { run, poster, clock } = given({
      visits: [aCaller().online('c1').withMessages(broadcasted('b1', text), notified('Next')).build()],
    });
    clock.advance(60_000);
    await run();
    expect(poster.to('c1')).toMatchObject([{ messages: [{ messageId: 'b1', seq: 1, sentAt: '2026-11-22T09:00:19.000Z' }] }]);
  });
});

describe('a broadcast run twice', () => {
  it('stores and counts once', async () => {
    let runs = 0;
    const { run, told, textsOf } = given({
      visits: manyCallers(3),
      broadcasts: (table) => ({
        // The first run dies right before its end.
        finish: async (...call) => {
          runs += 1;
          if (runs > 1) await table.finish(...call);
        },
      }),
    });
    await run();
    await run();
    expect(textsOf('caller-0002')).toEqual([text]);
    expect(told().at(-1)).toMatchObject({ state: 'finished', matched: 3, stored: 3 });
  });

  it.each(['finished', 'failed'] as const)(
    'reaches nobody once it is %s, and only tells the end, which nobody may have heard',
    async (state) => {
      const { run, appended, told } = given({ visits: manyCallers(3), job: aBroadcast({ state }) });
      await run();
      expect(appended).toEqual([]);
      expect(told()).toMatchObject([{ state }]);
    },
  );

  it('does nothing where there is no such broadcast', async () => {
    const { run, appended } = given({ visits: manyCallers(1), job: aBroadcast({ broadcastId: 'another' }) });
    await run();
    expect(appended).toEqual([]);
  });
});

describe('a store that is out of reach for one recipient', () => {
  const poisoned = (callerId: string) => {
    if (callerId === 'caller-0002') throw throttled();
  };

  it('is thrown after all the others were served, and the job goes on with the next run', async () => {
    const { run, textsOf, broadcasts } = given({ visits: manyCallers(300), beforeAppend: poisoned });
    await expect(run()).rejects.toThrow('Rate exceeded');
    expect(textsOf('caller-0001')).toEqual([text]);
    expect(textsOf('caller-0300')).toEqual([text]);
    expect(broadcasts.job('b1')).toMatchObject({ state: 'running', failedRuns: 1 });
  });

  it('is made up for by the next run', async () => {
    let runs = 0;
    const { run, told } = given({
      visits: manyCallers(3),
      beforeAppend: (callerId) => {
        if (callerId === 'caller-0002' && runs === 0) throw throttled();
      },
    });
    await expect(run()).rejects.toThrow('Rate exceeded');
    runs += 1;
    await run();
    expect(told().at(-1)).toMatchObject({ state: 'finished', stored: 3, failed: 0 });
  });

  it('the third time gives the broadcast up as failed, and says so', async () => {
    const { run, told, broadcasts } = given({ visits: manyCallers(3), beforeAppend: poisoned });
    for (let runs = 0; runs < 3; runs += 1) await expect(run()).rejects.toThrow('Rate exceeded');
    expect(broadcasts.job('b1')?.state).toBe('failed');
    // No run comes after the third: who could not be reached has failed.
    expect(told()).toMatchObject([{ state: 'failed', matched: 3, stored: 2, failed: 1 }]);
  });
});

describe('outcomes', () => {
  it('stand in shards of 250 recipients, one write a shard', async () => {
    const written: [number, number][] = [];
    const { run, callers } = given({
      visits: manyCallers(600),
      pageSize: 100,
      broadcasts: (table) => ({
        addOutcome: async (job, shard, outcome) => {
          written.push([shard, outcome.stored?.length ?? 0]);
          return table.addOutcome(job, shard, outcome);
        },
      }),
    });
    await run();
    expect(written).toEqual([
      [0, 250],
      [1, 250],
      [2, 100],
    ]);
    expect(callers.get('caller-0251').messages[0]?.b).toBe(1);
  });
});

describe('progress', () => {
  const running = (clockStep: number, count = 100) => {
    const scene = given({ visits: manyCallers(count), beforeAppend: () => scene.clock.advance(clockStep) });
    return scene;
  };

  it('is told at most four times a second', async () => {
    const { run, told } = running(10);
    await run();
    // 100 recipients of 10 ms each: 1 s, and the end.
    expect(told().length).toBeGreaterThan(1);
    expect(told().length).toBeLessThanOrEqual(5);
  });

  it('of a short broadcast is its end alone', async () => {
    const { run, told } = running(1);
    await run();
    expect(told()).toMatchObject([{ state: 'finished', stored: 100 }]);
  });

  it('grows towards the end', async () => {
    const { run, told } = running(10, 200);
    await run();
    const stored = told().map((broadcast) => (broadcast as { stored: number }).stored);
    expect(stored).toEqual(stored.toSorted((a, b) => a - b));
    expect(stored.at(-1)).toBe(200);
  });

  it('that cannot be told stops no recipient', async () => {
    const scene = given({
      visits: manyCallers(100),
      beforeAppend: () => scene.clock.advance(10),
      connections: (store) =>
        only<ConnectionsTable>({
          ...store,
          ofClinic: async () => {
            throw throttled();
          },
        }),
    });
    await expect(scene.run()).rejects.toThrow('Rate exceeded');
    expect(scene.appended).toHaveLength(100);
    expect(scene.textsOf('caller-0100')).toEqual([text]);
  });

  it('that cannot be recorded is recorded with the rest', async () => {
    let refused = false;
    const scene = given({
      visits: manyCallers(100),
      beforeAppend: () => scene.clock.advance(10),
      broadcasts: (table) => ({
        addOutcome: async (job, shard, outcome) => {
          if (!refused) {
            refused = true;
            throw throttled();
          }
          return table.addOutcome(job, shard, outcome);
        },
      }),
    });
    await scene.run();
    expect(refused).toBe(true);
    expect(scene.told().at(-1)).toMatchObject({ state: 'finished', stored: 100 });
  });

  it('of a repeated run never falls behind what the first one had stored', async () => {
    const scene = given({ visits: manyCallers(200), beforeAppend: () => scene.clock.advance(5) });
    await scene.broadcasts.table.addOutcome?.(aBroadcast(), 0, { stored: manyCallers(150).map(({ callerId }) => `${callerId}:1`) });
    await scene.run();
    const stored = scene.told().map((broadcast) => (broadcast as { stored: number }).stored);
    expect(stored.length).toBeGreaterThan(1);
    expect(Math.min(...stored)).toBeGreaterThanOrEqual(150);
  });
});
