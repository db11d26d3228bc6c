import { describe, expect, it } from '@jest/globals';
import { meetDeadlines } from '../../../functions/core/meet-deadlines.ts';
import { activeForSeconds } from '../../../functions/core/visits.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { ClinicProfile, ClinicsTable } from '../../../functions/data/clinics-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { aCaller, manyCallers, notified, wrote } from '../../builders/a-caller.ts';
import { aClinic, aDashboard } from '../../builders/a-clinic.ts';
import { aPoster, only, someDashboards } from '../../builders/fakes.ts';
import { inMemoryCallers } from '../../builders/in-memory-callers.ts';
import { minute, morning, second } from '../../builders/times.ts';

const nowSeconds = Math.floor(morning / 1000);
const inCare = nowSeconds + 2 * 3600;

const given = ({
  visits,
  clinics = [aClinic({ activeUntilSeconds: inCare })],
  poster = aPoster(),
  active = clinics,
  pageSize = 100,
  broken,
  brokenCaller,
  beforeEnd,
}: {
  visits: readonly Visit[];
  clinics?: ClinicProfile[];
  /** Those that the index shows. */
  active?: ClinicProfile[];
  poster?: ReturnType<typeof aPoster>;
  pageSize?: number;
  broken?: string;
  brokenCaller?: string;
  /** What happens between the reading of the board and the end of a visit. */
  beforeEnd?: (callers: ReturnType<typeof inMemoryCallers>) => void;
}) => {
  const time = { now: morning };
  const callers = inMemoryCallers(visits, { pageSize });
  const dashboards = someDashboards(aDashboard('d1', 'clerk'), aDashboard('d2', 'admin'));
  const care: unknown[] = [];
  const ports = {
    callers: only<CallersTable>({
      ...callers.table,
      markAlerted: async (key, since) => {
        if (key.callerId === brokenCaller || !callers.table.markAlerted) throw new Error('out of reach');
        return callers.table.markAlerted(key, since);
      },
      end: async (key, change) => {
        beforeEnd?.(callers);
        if (!callers.table.end) throw new Error('not reached');
        return callers.table.end(key, change);
      },
    }),
    clinics: only<ClinicsTable>({
      async *activeClinics() {
        for (const { clinicId, activeUntilSeconds = 0 } of active) yield { clinicId, activeUntilSeconds };
      },
      profile: async (clinicId) => {
        if (clinicId === broken) throw new Error('out of reach');
        return clinics.find((clinic) => clinic.clinicId === clinicId);
      },
      keepActive: async (clinicId, until) => {
        care.push(['keep', clinicId, until]);
      },
      letRest: async (clinicId, asRead) => {
        care.push(['rest', clinicId, asRead]);
      },
    }),
    connections: dashboards.store,
    poster,
    now: () => time.now,
  };
  return { run: () => meetDeadlines(ports), callers, poster, care, time };
};

describe('an unanswered message', () => {
  const unansweredFor = (ms: number, callerId = 'sue') => aCaller(callerId).withMessages(wrote('Hello?', { s: morning - ms }));
  const alerts = (poster: ReturnType<typeof aPoster>) => poster.to('d1').filter(({ type }) => type === 'callerUnanswered');

  it('alerts every member after the clinic’s minutes', async () => {
    const { run, poster } = given({ visits: [unansweredFor(5 * minute).build()] });
    await run();
    for (const id of ['d1', 'd2'])
      expect(poster.to(id)).toMatchObject([{ type: 'callerUnanswered', caller: { callerId: 'sue', unreadCount: 1 } }]);
  });

  it('alerts nobody before', async () => {
    const { run, poster } = given({ visits: [unansweredFor(5 * minute - 1).build()] });
    await run();
    expect(poster.tried).toEqual([]);
  });

  it('goes by what the clinic has set', async () => {
    const clinics = [aClinic({ unansweredAfterMinutes: 10, activeUntilSeconds: inCare })];
    const { run, poster } = given({ visits: [unansweredFor(9 * minute).build()], clinics });
    await run();
    expect(alerts(poster)).toEqual([]);
  });

  it('alerts once, however often the worker runs', async () => {
    const { run, poster, callers } = given({ visits: [unansweredFor(6 * minute).build()] });
    await run();
    await run();
    expect(alerts(poster)).toHaveLength(1);
    expect(callers.get('sue').deadlines).toEqual({ alertedFor: morning - 6 * minute });
  });

  it('alerts anew when a later one stands unanswered', async () => {
    const alerted = unansweredFor(6 * minute).with({ deadlines: { alertedFor: morning - 60 * minute } });
    const { run, poster } = given({ visits: [alerted.build()] });
    await run();
    expect(alerts(poster)).toHaveLength(1);
  });

  it('that was answered alerts nobody', async () => {
    const answered = aCaller().withMessages(wrote('Hello?', { s: morning - 9 * minute }), notified('Yes', { s: morning - 8 * minute }));
    const { run, poster } = given({ visits: [answered.build()] });
    await run();
    expect(alerts(poster)).toEqual([]);
  });

  it('is met on every page of the board', async () => {
    const visits = manyCallers(7, (caller) => caller.withMessages(wrote('Hello?', { s: morning - 6 * minute })));
    const { run, poster } = given({ visits, pageSize: 3 });
    await run();
    expect(alerts(poster)).toHaveLength(7);
  });
});

describe('a silent socket', () => {
  const silentFor = (seconds: number) =>
    aCaller()
      .with({ connections: { c1: { at: morning, seen: nowSeconds - seconds } } })
      .build();

  it('that is gone is forgotten: the caller goes offline', async () => {
    const { run, callers } = given({ visits: [silentFor(721)], poster: aPoster({}, { c1: false }) });
    await run();
    expect(callers.get('sue').connections).toEqual({});
  });

  it('that only pings stays, and is not looked up again the next minute', async () => {
    const { run, callers } = given({ visits: [silentFor(721)], poster: aPoster({}, { c1: true }) });
    await run();
    expect(callers.get('sue').connections).toEqual({ c1: { at: morning, seen: nowSeconds } });
  });

  it('that cannot be looked up now stays as it is', async () => {
    const { run, callers } = given({ visits: [silentFor(721)], poster: aPoster({}, { c1: undefined }) });
    await run();
    expect(callers.get('sue')).toEqual(silentFor(721));
  });

  it('is left alone for 12 minutes, as a living one may be silent for so long', async () => {
    const { run, callers } = given({ visits: [silentFor(720)], poster: aPoster({}, { c1: false }) });
    await run();
    expect(callers.get('sue')).toEqual(silentFor(720));
  });

  it('goes without the caller’s other sockets', async () => {
    const visit = aCaller().with({ connections: { c1: { at: 1, seen: nowSeconds - 721 }, c2: { at: 2, seen: nowSeconds } } });
    const { run, callers } = given({ visits: [visit.build()], poster: aPoster({}, { c1: false }) });
    await run();
    expect(Object.keys(callers.get('sue').connections)).toEqual(['c2']);
  });
});

describe('a caller without a page', () => {
  const offlineFor = (minutes: number) =>
    aCaller()
      .offline()
      .with({ deadlines: { disconnectedAt: morning - minutes * minute } });

  it('is ended after half a day, unless the clinic has set another time, and the retention begins', async () => {
    const { run, callers } = given({ visits: [offlineFor(720).build()] });
    await run();
    expect(callers.get('sue')).toMatchObject({
      status: 'ended',
      endReason: 'offline',
      expiresAtSeconds: nowSeconds + 7 * 24 * 3600,
      closing: {},
    });
  });

  it.each([
    ['is not ended before', offlineFor(719), 720],
    ['is not ended before the clinic’s minutes', offlineFor(29), 30],
    ['is not ended while one of the pages is open', offlineFor(5000).online('c1'), 720],
    ['who never had one is not ended before, by the arrival', aCaller().with({ arrivedAt: morning - 719 * minute }), 720],
  ])('%s', async (_what, visit, endOfflineAfterMinutes) => {
    const { run, callers } = given({
      visits: [visit.build()],
      clinics: [aClinic({ endOfflineAfterMinutes, activeUntilSeconds: inCare })],
    });
    await run();
    expect(callers.get('sue')).toEqual(visit.build());
  });

  it.each([
    ['after the clinic’s minutes', offlineFor(30), 30],
    ['who never had one, by the arrival', aCaller().with({ arrivedAt: morning - 720 * minute }), 720],
  ])('is ended %s', async (_what, visit, endOfflineAfterMinutes) => {
    const { run, callers } = given({
      visits: [visit.build()],
      clinics: [aClinic({ endOfflineAfterMinutes, activeUntilSeconds: inCare })],
    });
    await run();
    expect(callers.get('sue').endReason).toBe('offline');
  });

  it.each([
    ['is back', aCaller().online('c9').build()],
    ['was back, and left again', offlineFor(1).build()],
  ])('is not ended who %s since the board was read', async (_what, meanwhile) => {
    const { run, callers } = given({ visits: [offlineFor(720).build()], beforeEnd: (stored) => stored.put(meanwhile) });
    await run();
    expect(callers.get('sue')).toEqual(meanwhile);
  });

  it('is ended once, however often and late the worker runs', async () => {
    const { run, callers, time } = given({ visits: [offlineFor(720).build()] });
    await run();
    const ended = callers.get('sue');
    time.now += 60 * minute;
    await run();
    expect(callers.get('sue')).toEqual(ended);
  });

  it('alerts nobody any more once the visit is over', async () => {
    const visit = offlineFor(720).withMessages(wrote('Hello?', { s: morning - 800 * minute }));
    const { run, poster } = given({ visits: [visit.build()] });
    await run();
    expect(poster.tried).toEqual([]);
  });

  it('who is forgotten by the worker itself is offline from then on', async () => {
    const silent = aCaller().with({ connections: { c1: { at: morning, seen: nowSeconds - 721 } } });
    const { run, callers } = given({ visits: [silent.build()], poster: aPoster({}, { c1: false }) });
    await run();
    expect(callers.get('sue').deadlines).toEqual({ disconnectedAt: morning });
  });

  it('does not keep the clinic in care for ever: once all have ended, it rests', async () => {
    const { run, care, time } = given({ visits: [offlineFor(719).build()], clinics: [aClinic({ activeUntilSeconds: nowSeconds + 59 })] });
    await run();
    expect(care).toEqual([['keep', 'demo', nowSeconds + activeForSeconds]]);
    time.now += minute;
    await run();
    care.length = 0;
    time.now += minute;
    await run();
    expect(care).toEqual([['rest', 'demo', nowSeconds + 59]]);
  });
});

describe('what an online caller has not acknowledged', () => {
  const sentAgo = (ms: number) =>
    aCaller()
      .online('c1')
      .withMessages(notified('1', { s: morning - 60 * minute }), notified('2', { s: morning - ms }), notified('3', { s: morning - ms }))
      .acknowledged(1);

  it('is posted again after 30 s, in order, without what was acknowledged', async () => {
    const { run, poster } = given({ visits: [sentAgo(30 * second).build()] });
    await run();
    expect(poster.to('c1')).toMatchObject([{ type: 'messagesAdded', messages: [{ seq: 2 }, { seq: 3 }] }]);
    expect(JSON.stringify(poster.to('c1'))).not.toContain('Ada Admin');
  });

  it.each([
    ['before 30 s', sentAgo(30 * second - 1)],
    ['after 10 minutes', sentAgo(10 * minute + 1)],
    ['to one who is offline', sentAgo(30 * second).offline()],
    ['once it is acknowledged', sentAgo(30 * second).acknowledged(3)],
    ['where there is nothing', aCaller().online('c1')],
  ])('is not posted again %s', async (_case, visit) => {
    const { run, poster } = given({ visits: [visit.build()] });
    await run();
    expect(poster.tried).toEqual([]);
  });
});

describe('a caller', () => {
  it('whose visit cannot be written does not stop the others of the clinic, and is thrown at the end', async () => {
    const visits = ['ann', 'bob', 'cid'].map((callerId) =>
      aCaller(callerId)
        .withMessages(wrote('Hello?', { s: morning - 10 * minute }))
        .build(),
    );
    const { run, callers } = given({ visits, pageSize: 1, brokenCaller: 'ann' });
    await expect(run()).rejects.toThrow('out of reach');
    expect(['ann', 'bob', 'cid'].map((callerId) => callers.get(callerId).deadlines.alertedFor)).toEqual([
      undefined,
      morning - 10 * minute,
      morning - 10 * minute,
    ]);
  });
});

describe('a clinic', () => {
  it('that is out of reach does not stop the others, and is thrown at the end', async () => {
    const clinics = ['first', 'broken', 'last'].map((clinicId) => aClinic({ clinicId, activeUntilSeconds: inCare }));
    const visits = clinics.map(({ clinicId }) =>
      aCaller('sue', clinicId)
        .online(`socket-${clinicId}`)
        .withMessages(notified('Hello', { s: morning - 60 * second }))
        .build(),
    );
    const { run, poster } = given({ visits, clinics, broken: 'broken' });
    await expect(run()).rejects.toThrow('out of reach');
    expect(poster.tried).toEqual(['socket-first', 'socket-last']);
  });

  it('with anyone present stays in care', async () => {
    const clinics = [aClinic({ activeUntilSeconds: nowSeconds + 3599 })];
    const { run, care } = given({ visits: [aCaller().build()], clinics });
    await run();
    expect(care).toEqual([['keep', 'demo', nowSeconds + activeForSeconds]]);
  });

  it('with anyone present is not written every minute', async () => {
    const { run, care } = given({ visits: [aCaller().build()] });
    await run();
    expect(care).toEqual([]);
  });

  it.each([
    ['rests once its time is over', nowSeconds - 1, [['rest', 'demo', nowSeconds - 1]]],
    ['stays in care until then', nowSeconds + 1, []],
  ])('without anyone present %s', async (_what, activeUntilSeconds, expected) => {
    const { run, care } = given({ visits: [aCaller().ended().build()], clinics: [aClinic({ activeUntilSeconds })] });
    await run();
    expect(care).toEqual(expected);
  });

  it('that is gone is passed over', async () => {
    const { run, care, poster } = given({ visits: [aCaller().build()], clinics: [], active: [aClinic({ activeUntilSeconds: 1 })] });
    await run();
    expect([care, poster.tried]).toEqual([[], []]);
  });
});
