import { describe, expect, it } from '@jest/globals';
import { toBroadcast } from '../../../functions/core/broadcasts.ts';
import { messagesAfter, toCaller, toClinic } from '../../../functions/core/views.ts';
import { type ChainedEvent, chain } from '../../../functions/data/audit-chain.ts';
import type { BroadcastRecord } from '../../../functions/data/broadcasts-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { aBroadcast } from '../../builders/a-broadcast.ts';
import { aCaller, broadcasted, notified, wrote } from '../../builders/a-caller.ts';
import { aClinic } from '../../builders/a-clinic.ts';
import { check } from '../../simulation/checker.ts';
import type { DashboardEvidence, Evidence, PageEvidence, Send } from '../../simulation/evidence.ts';

const clinic = aClinic();
const sue = aCaller()
  .withMessages(wrote('Hello'), notified('Come in'), broadcasted('b1', 'Late'))
  .acknowledged(3, 2)
  .online('c1')
  .with({ version: 9 })
  .build();

const sent = (given: Partial<Send>): Send => ({
  kind: 'notify',
  id: 'm2',
  callerId: 'sue',
  text: 'Come in',
  outcome: 'ok',
  seq: 2,
  saidAt: 100,
  ...given,
});

const aPage = (visit: Visit, given: Partial<PageEvidence> = {}): PageEvidence => ({
  name: 'page',
  callerId: visit.callerId,
  applied: messagesAfter(visit, 0, 'caller'),
  isCurrent: true,
  hasEnded: false,
  caller: toCaller(visit),
  clinic: toClinic(clinic),
  readSeq: 2,
  versions: [1, 5, 9],
  ...given,
});

const aDashboard = (visit: Visit, record: BroadcastRecord, given: Partial<DashboardEvidence> = {}): DashboardEvidence => ({
  name: 'dashboard',
  isCurrent: true,
  callers: [toCaller(visit)],
  clinic: toClinic(clinic),
  threads: new Map([[visit.callerId, messagesAfter(visit, 0, 'staff')]]),
  wentBack: [],
  announced: ['sue/1', 'sue/2'],
  reports: [],
  broadcasts: [toBroadcast(record)],
  ...given,
});

const record: BroadcastRecord = {
  job: aBroadcast({ state: 'finished' }),
  shards: [{ stored: new Set(['sue:3']), delivered: new Set(['sue']) }],
};

const arrivalOf = (entryId: string, last?: ChainedEvent) =>
  chain('demo#2026-11-23', last, {
    entryId,
    at: 0,
    actor: { kind: 'caller', id: 'sue' },
    action: 'check-in',
    outcome: 'done',
    about: { callerId: 'sue' },
  });
const arrival = arrivalOf('sue/1');

/** A history in which every promise was kept, and what is different in it. */
const judge = (
  given: Partial<Omit<Evidence, 'pages' | 'dashboards'>> & {
    visit?: Visit;
    record?: BroadcastRecord;
    page?: Partial<PageEvidence>;
    dashboard?: Partial<DashboardEvidence>;
  } = {},
) => {
  const { visit = sue, page, dashboard, ...rest } = given;
  const shown = given.record ?? record;
  return check({
    clinic,
    visits: [visit],
    visitSteps: [{ at: 0, callerId: 'sue', before: undefined, after: { ...visit, messages: [] } }],
    broadcasts: [shown],
    broadcastTimes: new Map([['b1', { createdAt: 10_000, finishedAt: 11_000 }]]),
    audit: [arrival],
    droppedAudit: 0,
    sends: [sent({})],
    pages: [aPage(visit, page)],
    dashboards: [aDashboard(visit, shown, dashboard)],
    isAlive: (id) => id === 'c1',
    droppedChanges: 0,
    breaches: [],
    ...rest,
  });
};

const shard = (sets: BroadcastRecord['shards'][number]): BroadcastRecord => ({ ...record, shards: [sets] });
const [first, second, third] = messagesAfter(sue, 0, 'caller');
const stored = [first, second, third].filter((message) => message !== undefined);

describe('the checker', () => {
  it('finds nothing where every promise was kept', () => {
    expect(judge()).toEqual([]);
  });

  it.each<[string, Parameters<typeof judge>[0], string]>([
    ['an acknowledged message that is not stored', { sends: [sent({ id: 'm7' })] }, 'acknowledged and is not stored'],
    ['an acknowledgement with another number', { sends: [sent({ seq: 1 })] }, 'as message 1 and is message 2'],
    ['another text under the id', { sends: [sent({ text: 'Go away' })] }, 'another text'],
    ['a send without an outcome', { sends: [sent({ outcome: 'pending' })] }, 'ended as "pending"'],
    ['an acknowledged broadcast that is not stored', { sends: [sent({ kind: 'broadcast', id: 'b7' })] }, 'not stored'],
    [
      'a refused message that was stored before',
      {
        sends: [sent({ outcome: 'caller-ended' })],
        visitSteps: [{ at: 50, callerId: 'sue', before: undefined, after: { ...sue, messages: sue.messages.slice(0, 2) } }],
      },
      'refused (caller-ended) and is stored',
    ],
    ['a message twice', { visit: { ...sue, messages: [...sue.messages.slice(0, 2), ...sue.messages.slice(1, 2)] } }, 'twice'],
    ['a count that is wrong', { visit: { ...sue, unreadCount: 0 } }, 'unreadCount is 0, a recount finds 1'],
    ['an answer that counts as none', { visit: { ...sue, unansweredSince: 5 } }, 'unansweredSince is 5'],
    ['marks out of order', { visit: { ...sue, deliveredSeq: 1 } }, 'marks are out of order'],
    [
      'a mark that went back',
      { visitSteps: [{ at: 1, callerId: 'sue', before: sue, after: { ...sue, readSeq: 1, version: 10 } }] },
      'readSeq went back',
    ],
    [
      'a change under the same version',
      { visitSteps: [{ at: 1, callerId: 'sue', before: sue, after: { ...sue, status: 'on-hold' } }] },
      'changed under version 9',
    ],
    ['a change that is not in the audit log', { audit: [] }, 'says "check-in sue " 0 times'],
    ['an audit log that says something twice', { audit: [arrival, arrivalOf('sue/1', arrival)] }, 'says something twice'],
    ['an audit log with an entry that was changed', { audit: [{ ...arrival, at: 1 }] }, 'entry 1 was changed'],
    ['a page that applied a message twice', { page: { applied: [...stored, ...stored.slice(2)] } }, 'applied [1 2 3 3]'],
    ['a page that applied out of order', { page: { applied: stored.toReversed() } }, 'applied [3 2 1]'],
    ['a page that missed a message', { page: { applied: stored.slice(0, 2) } }, 'shows 2 of 3'],
    ['a page with an old status', { page: { caller: toCaller({ ...sue, status: 'on-hold' }) } }, 'status "on-hold" instead of "waiting"'],
    ['a page with old settings', { page: { clinic: toClinic({ ...clinic, guestMessages: true }) } }, 'guestMessages true instead of false'],
    ['a page that showed an older caller', { page: { versions: [5, 4, 9] } }, 'showed versions 5 4 9'],
    ['a page that believes in an end', { page: { hasEnded: true } }, 'believes that the visit is over'],
    ['a page that was not told of the end', { visit: aCaller().ended().build(), page: { applied: [] } }, 'not told'],
    ['what was read and is not marked', { page: { readSeq: 3 } }, 'readSeq is 2'],
    ['a board without a caller', { dashboard: { callers: [] } }, 'dashboard shows sue as nothing'],
    ['a board with an old caller', { dashboard: { callers: [toCaller({ ...sue, version: 8 })] } }, 'version 8 instead of 9'],
    [
      'a board with someone who left',
      { dashboard: { callers: [toCaller(sue), toCaller(aCaller('tom').build())] } },
      'shows tom, who is not present',
    ],
    ['a board that went back', { dashboard: { wentBack: ['sue'] } }, 'an older version of sue'],
    ['an open conversation that is not complete', { dashboard: { threads: new Map([['sue', []]]) } }, 'shows [] of the 3 messages'],
    ['news that was told twice', { dashboard: { announced: ['sue/1', 'sue/1'] } }, 'announced sue/1 twice'],
    [
      'a report that went back',
      { dashboard: { reports: [toBroadcast(record), { ...toBroadcast(record), delivered: 0 }] } },
      'b1 going back',
    ],
    ['an outcome that is not the stored one', { dashboard: { broadcasts: [{ ...toBroadcast(record), read: 1 }] } }, 'read 1 instead of 0'],
    ['a dead socket that is registered', { isAlive: () => false }, 'c1, which is dead'],
    ['a page that is open and not registered', { visit: { ...sue, connections: {} } }, 'not registered as online'],
    ['a broadcast that never ended', { record: { ...record, job: aBroadcast() } }, 'never ended'],
    ['a recipient who is not counted', { record: shard({ delivered: new Set(['sue']) }) }, 'is not counted'],
    [
      'a recipient without the message',
      { record: shard({ stored: new Set(['sue:3', 'tom:1']), delivered: new Set(['sue']) }) },
      'counts tom',
    ],
    ['a receipt that is not counted', { record: shard({ stored: new Set(['sue:3']) }) }, 'not counted as delivered'],
    [
      'a recipient whom the filter did not show',
      {
        record: { ...record, job: aBroadcast({ state: 'finished', filter: { statuses: ['on-hold'] } }) },
        visitSteps: [{ at: 1, callerId: 'sue', before: { ...sue, messages: sue.messages.slice(0, 2), version: 8 }, after: sue }],
      },
      'was given to sue, who was waiting',
    ],
    ['someone who was passed over', { visit: { ...sue, messages: sue.messages.slice(0, 2) }, record: shard({}) }, 'passed over sue'],
    ['what was seen on the way', { breaches: ['a socket was cut'] }, 'a socket was cut'],
  ])('finds %s', (_, given, breach) => {
    expect(judge(given).join('\n')).toContain(breach);
  });
});
