import { describe, expect, it } from '@jest/globals';
import { updateBoard, type VisitChange } from '../../../functions/core/update-board.ts';
import type { BroadcastJob } from '../../../functions/data/broadcasts-table.ts';
import type { ClinicsTable } from '../../../functions/data/clinics-table.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Member } from '../../../protocol/objects.ts';
import { aBroadcast } from '../../builders/a-broadcast.ts';
import { aCaller, broadcasted, type CallerBuilder, type GivenEntry, manyCallers, notified, wrote } from '../../builders/a-caller.ts';
import { aDashboard, aMember, anAdministrator } from '../../builders/a-clinic.ts';
import { aPoster, only, someDashboards } from '../../builders/fakes.ts';
import { inMemoryBroadcasts } from '../../builders/in-memory-broadcasts.ts';
import { morning } from '../../builders/times.ts';

const given = ({
  members = [aMember(), anAdministrator()],
  jobs = [],
  poster = aPoster(),
}: {
  members?: Member[];
  jobs?: BroadcastJob[];
  poster?: ReturnType<typeof aPoster>;
} = {}) => {
  const broadcasts = inMemoryBroadcasts(...jobs);
  const dashboards = someDashboards(aDashboard('d1', 'clerk'), aDashboard('d2', 'admin'), aDashboard('foreign', 'eve', 'other'));
  const ports = {
    clinics: only<ClinicsTable>({ members: async () => members }),
    connections: dashboards.store,
    broadcasts: broadcasts.store,
    poster,
    now: () => morning,
  };
  return { update: (...changes: VisitChange[]) => updateBoard(ports, 'demo', changes), poster, broadcasts, dashboards };
};

/** A change from one state of a visit to the next, with the version growing. */
const change = (before: CallerBuilder | undefined, after: CallerBuilder | undefined): VisitChange => {
  const version = before?.build().version ?? 0;
  return { before: before?.build(), after: after?.with({ version: version + 1 }).build() };
};
const sue = aCaller().online('c1', 'c2');
const saying = (...entries: GivenEntry[]) => sue.withMessages(...entries);
const arriving = (visit: VisitChange['after']): VisitChange => ({ after: visit });

describe('dashboards', () => {
  it('all hear of a change in one frame, another clinic’s do not', async () => {
    const { update, poster } = given();
    await update(change(sue.waiting(), sue.beingSeen()));
    for (const id of ['d1', 'd2']) {
      expect(poster.to(id)).toMatchObject([
        { type: 'callersChanged', callers: [{ callerId: 'sue', status: 'being-seen', version: 2 }], removed: [] },
      ]);
    }
    expect(poster.to('foreign')).toEqual([]);
  });

  it('hear of a batch of many callers in one frame', async () => {
    const { update, poster } = given();
    await update(...manyCallers(20).map(arriving));
    expect(poster.to('d1')).toHaveLength(1);
    expect(poster.to('d1')[0]).toMatchObject({ callers: { length: 20 } });
  });

  it('hear of a caller who changed often once, with the newest state', async () => {
    const { update, poster } = given();
    await update(change(sue, sue.beingSeen()), change(sue.with({ version: 2 }), sue.onHold()));
    expect(poster.to('d1')).toMatchObject([{ callers: [{ callerId: 'sue', status: 'on-hold', version: 3 }] }]);
  });

  it('hear of more than a frame holds in several, each under 32 KB, with nobody missing', async () => {
    const { update, poster } = given();
    const many = manyCallers(100, (caller) => caller.with({ details: { note: 'é'.repeat(900) } }));
    await update(...many.map(arriving));
    for (const { frame } of poster.taken) expect(Buffer.byteLength(frame)).toBeLessThan(limits.frameBytes);
    const met = poster.to('d1').flatMap(({ callers }) => (callers as { callerId: string }[]).map(({ callerId }) => callerId));
    expect(met).toEqual(many.map(({ callerId }) => callerId));
  });

  it.each([
    ['ended', change(sue, sue.ended())],
    ['was erased', change(sue, undefined)],
    ['was deleted after its retention', change(sue.ended(), undefined)],
  ])('take a caller off who %s', async (_how, gone) => {
    const { update, poster } = given();
    await update(gone);
    expect(poster.to('d1')).toEqual([{ type: 'callersChanged', callers: [], removed: ['sue'] }]);
  });

  it('take a caller off who changed and ended in the same batch', async () => {
    const { update, poster } = given();
    await update(change(sue, sue.beingSeen()), change(sue.with({ version: 2 }), sue.ended()));
    expect(poster.to('d1')).toEqual([{ type: 'callersChanged', callers: [], removed: ['sue'] }]);
  });

  it('put a caller back whose end was undone', async () => {
    const { update, poster } = given();
    await update(change(sue.ended(), sue.waiting()));
    expect(poster.to('d1')).toMatchObject([{ callers: [{ callerId: 'sue', status: 'waiting' }], removed: [] }]);
  });

  it('hear of some who changed and some who left in one frame', async () => {
    const { update, poster } = given();
    await update(change(sue, sue.beingSeen()), change(aCaller('tom'), aCaller('tom').ended()));
    expect(poster.to('d1')).toMatchObject([{ type: 'callersChanged', callers: [{ callerId: 'sue' }], removed: ['tom'] }]);
  });

  it('hear nothing of what nobody sees, such as a sign of life', async () => {
    const { update, poster } = given();
    await update({ before: sue.build(), after: sue.with({ connections: { c1: { at: 1, seen: 2 } } }).build() });
    expect(poster.tried).toEqual([]);
  });

  it('hear the same again when a batch is repeated', async () => {
    const { update, poster } = given();
    const batch = change(saying(wrote('Hello')), saying(wrote('Hello'), notified('Welcome')));
    await update(batch);
    const once = poster.to('d1');
    await update(batch);
    expect(poster.to('d1')).toEqual([...once, ...once]);
  });

  it('hear it though another one is gone or throttled', async () => {
    const { update, poster, dashboards } = given({ poster: aPoster({ d1: 'gone' }) });
    await update(change(sue, sue.beingSeen()));
    expect(poster.to('d2')).toHaveLength(1);
    expect(dashboards.ids()).toEqual(['d2', 'foreign']);
  });
});

describe('new messages', () => {
  const added = (poster: ReturnType<typeof aPoster>, connectionId = 'd1') =>
    poster.to(connectionId).filter(({ type }) => type === 'messagesAdded');

  it('are told to dashboards with their seq and sender, and only the new ones', async () => {
    const { update, poster } = given();
    await update(change(saying(wrote('Hello')), saying(wrote('Hello'), notified('Welcome'), wrote('Thanks'))));
    expect(added(poster)).toMatchObject([
      {
        callerId: 'sue',
        messages: [
          { seq: 2, text: 'Welcome', senderName: 'Ada Admin' },
          { seq: 3, text: 'Thanks', senderName: null },
        ],
      },
    ]);
  });

  it('of one caller share a frame, of several do not', async () => {
    const { update, poster } = given();
    await update(
      change(saying(), saying(notified('1'))),
      change(aCaller('tom'), aCaller('tom').withMessages(notified('2'))),
      change(saying(notified('1')).with({ version: 2 }), saying(notified('1'), notified('3'))),
    );
    expect(added(poster).map(({ callerId, messages }) => [callerId, (messages as unknown[]).length])).toEqual([
      ['sue', 2],
      ['tom', 1],
    ]);
  });

  it('come after the row that counts them', async () => {
    const { update, poster } = given();
    await update(change(saying(), saying(notified('1'))));
    expect(poster.to('d1').map(({ type }) => type)).toEqual(['callersChanged', 'messagesAdded']);
  });

  it('of a broadcast are told by its progress, not again for each recipient', async () => {
    const { update, poster } = given();
    await update(change(saying(), saying(broadcasted('b1', 'Late'))));
    expect(added(poster)).toEqual([]);
    expect(poster.to('d1')).toMatchObject([{ type: 'callersChanged', callers: [{ lastMessageFrom: 'clinic', messageCount: 1 }] }]);
  });

  it('are none where only marks or status changed', async () => {
    const { update, poster } = given();
    await update(change(saying(notified('1')), saying(notified('1')).acknowledged(1)));
    expect(added(poster)).toEqual([]);
  });
});

describe('members on duty', () => {
  const alerts = (poster: ReturnType<typeof aPoster>, connectionId: string) =>
    poster.to(connectionId).filter(({ type }) => type === 'callerUnanswered');
  const onDuty = [aMember({ answersMessages: true }), anAdministrator()];

  it('are alerted when a caller writes, and nobody else is', async () => {
    const { update, poster } = given({ members: onDuty });
    await update(change(saying(), saying(wrote('Hello?'))));
    expect(alerts(poster, 'd1')).toMatchObject([
      { caller: { callerId: 'sue', unreadCount: 1, unansweredSince: '2026-11-22T09:00:20.000Z' } },
    ]);
    expect(alerts(poster, 'd2')).toEqual([]);
  });

  it('are alerted once a batch for each caller', async () => {
    const { update, poster } = given({ members: onDuty });
    await update(
      change(saying(), saying(wrote('Hello?'))),
      change(saying(wrote('Hello?')).with({ version: 2 }), saying(wrote('Hello?'), wrote('Anyone?'))),
      change(aCaller('tom'), aCaller('tom').withMessages(wrote('Hi'))),
    );
    expect(alerts(poster, 'd1')).toMatchObject([{ caller: { callerId: 'sue', unreadCount: 2 } }, { caller: { callerId: 'tom' } }]);
  });

  it.each([
    ['the clinic wrote', change(saying(), saying(notified('Welcome')))],
    ['the caller wrote and then left', change(saying(), saying(wrote('Bye')).ended('left'))],
    ['an old message is still there', change(saying(wrote('Hello?')), saying(wrote('Hello?')).beingSeen())],
  ])('are not alerted where %s', async (_case, what) => {
    const { update, poster } = given({ members: onDuty });
    await update(what);
    expect(alerts(poster, 'd1')).toEqual([]);
  });

  it('are nobody where the clinic gave the duty to nobody', async () => {
    const { update, poster } = given();
    await update(change(saying(), saying(wrote('Hello?'))));
    expect([...alerts(poster, 'd1'), ...alerts(poster, 'd2')]).toEqual([]);
  });
});

describe('callers', () => {
  it.each([
    ['status', change(sue, sue.beingSeen()), { status: 'being-seen' }],
    ['switch', change(sue, sue.with({ guestMessages: true })), { guestMessages: true }],
  ])('hear of their own %s on every socket', async (_what, what, expected) => {
    const { update, poster } = given();
    await update(what);
    for (const id of ['c1', 'c2'])
      expect(poster.to(id)).toMatchObject([{ type: 'callerChanged', caller: { callerId: 'sue', ...expected } }]);
    expect(poster.closed).toEqual([]);
  });

  it('hear nothing of other changes, their messages come by another way', async () => {
    const { update, poster } = given();
    await update(change(saying(), saying(notified('1'))), change(sue, sue.acknowledged(0)));
    expect([...poster.to('c1'), ...poster.to('c2')]).toEqual([]);
  });

  it.each([
    ['ended-by-staff', change(sue, sue.ended())],
    ['erased', change(sue, undefined)],
  ])('whose visit is over hear why, and every socket is closed after it: %s', async (reason, what) => {
    const { update, poster } = given();
    await update(what);
    for (const id of ['c1', 'c2']) {
      expect(poster.to(id)).toEqual([{ type: 'ended', reason }]);
      expect(poster.journal.filter((line) => line.includes(` ${id}`))).toEqual([`post ${id} ended`, `close ${id}`]);
    }
  });

  it('who leave are told on their other sockets; the one that left is served by its own request', async () => {
    const { update, poster } = given();
    await update(change(sue, sue.ended('left').with({ leftFrom: 'c1' })));
    expect(poster.to('c2')).toEqual([{ type: 'ended', reason: 'left' }]);
    expect(poster.closed).toEqual(['c2']);
    expect(poster.to('c1')).toEqual([]);
  });

  it('who connected right before the end are told too', async () => {
    const { update, poster } = given();
    // The stream's old image does not know the third socket; the new one has set it aside.
    await update(change(sue, aCaller().online('c1', 'c2', 'c3').ended()));
    expect(poster.closed).toEqual(['c1', 'c2', 'c3']);
  });

  it.each([
    ['ended before', change(sue.ended(), sue.ended().with({ unreadCount: 0 }))],
    ['ended before and are erased', change(sue.ended(), undefined)],
    ['have just arrived', change(undefined, sue)],
  ])('who %s are told nothing', async (_case, what) => {
    const { update, poster } = given();
    await update(what);
    expect([...poster.to('c1'), ...poster.to('c2'), ...poster.closed]).toEqual([]);
  });
});

describe('acknowledgements of a broadcast', () => {
  const thread = saying(notified('1'), broadcasted('b1', 'Late', 2), broadcasted('b2', 'Later', 0));
  const outcomes = async (broadcasts: ReturnType<typeof inMemoryBroadcasts>, broadcastId = 'b1') =>
    (await broadcasts.table.find('demo', broadcastId, morning))?.shards;

  it('are added to its outcome, delivered and read, as sets of ids; who has it is stored, too', async () => {
    const { update, broadcasts } = given({ jobs: [aBroadcast()] });
    await update(change(thread, thread.acknowledged(2, 2)));
    await expect(outcomes(broadcasts)).resolves.toEqual([
      { stored: new Set(['sue:2']), delivered: new Set(['sue']), read: new Set(['sue']) },
    ]);
  });

  it('go to the shard that counts the recipient, one write a shard and batch', async () => {
    const written: unknown[] = [];
    const { update, broadcasts } = given({ jobs: [aBroadcast()] });
    const { addOutcome } = broadcasts.table;
    broadcasts.table.addOutcome = async (job, shard, outcome) => {
      written.push([job.broadcastId, shard, outcome]);
      return addOutcome(job, shard, outcome);
    };
    const tom = aCaller('tom').withMessages(broadcasted('b1', 'Late', 2));
    await update(change(thread, thread.acknowledged(2)), change(tom, tom.acknowledged(1)));
    expect(written).toEqual([['b1', 2, { stored: ['sue:2', 'tom:1'], delivered: ['sue', 'tom'], read: [] }]]);
  });

  it('count once when a batch is repeated', async () => {
    const { update, broadcasts } = given({ jobs: [aBroadcast()] });
    const receipt = change(thread, thread.acknowledged(2));
    await update(receipt, receipt);
    await update(receipt);
    await expect(outcomes(broadcasts)).resolves.toEqual([{ stored: new Set(['sue:2']), delivered: new Set(['sue']) }]);
  });

  it('are written once: what was acknowledged before is not written again', async () => {
    const { update, broadcasts } = given({ jobs: [aBroadcast(), aBroadcast({ broadcastId: 'b2' })] });
    await update(change(thread.acknowledged(2), thread.acknowledged(3)));
    await expect(outcomes(broadcasts)).resolves.toEqual([]);
    await expect(outcomes(broadcasts, 'b2')).resolves.toEqual([{ stored: new Set(['sue:3']), delivered: new Set(['sue']) }]);
  });

  it('of several broadcasts at once count for each', async () => {
    const { update, broadcasts } = given({ jobs: [aBroadcast(), aBroadcast({ broadcastId: 'b2' })] });
    await update(change(thread, thread.acknowledged(3, 2)));
    await expect(outcomes(broadcasts)).resolves.toEqual([
      { stored: new Set(['sue:2']), delivered: new Set(['sue']), read: new Set(['sue']) },
    ]);
    await expect(outcomes(broadcasts, 'b2')).resolves.toEqual([{ stored: new Set(['sue:3']), delivered: new Set(['sue']) }]);
  });

  it('count the caller as stored where the worker died before it could', async () => {
    const { update, poster } = given({ jobs: [aBroadcast({ state: 'finished' })] });
    await update(change(thread, thread.acknowledged(2)));
    expect(poster.to('d1').at(-1)).toMatchObject({ broadcast: { matched: 1, stored: 1, delivered: 1 } });
  });

  it('are told at once when it is finished, and by the worker while it runs', async () => {
    const progress = async (state: 'running' | 'finished') => {
      const { update, poster } = given({ jobs: [aBroadcast({ state })] });
      await update(change(thread, thread.acknowledged(2)));
      return poster.to('d1').filter(({ type }) => type === 'broadcastProgress');
    };
    await expect(progress('finished')).resolves.toMatchObject([{ broadcast: { broadcastId: 'b1', delivered: 1 } }]);
    await expect(progress('running')).resolves.toEqual([]);
  });

  it('of one that is gone, and of other messages, are nothing', async () => {
    const { update, poster } = given();
    await update(change(thread, thread.acknowledged(2)));
    expect(poster.to('d1').map(({ type }) => type)).toEqual(['callersChanged']);
  });
});
