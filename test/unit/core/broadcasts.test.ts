import { describe, expect, it } from '@jest/globals';
import { findBroadcast, listRecipients, requestBroadcast, toBroadcast } from '../../../functions/core/broadcasts.ts';
import type { BroadcastJob, OutcomeShard } from '../../../functions/data/broadcasts-table.ts';
import type { ClinicsTable } from '../../../functions/data/clinics-table.ts';
import type { RateLimitsTable } from '../../../functions/data/rate-limits-table.ts';
import { aBroadcast } from '../../builders/a-broadcast.ts';
import { aClinic, anActor } from '../../builders/a-clinic.ts';
import { aWorker, only } from '../../builders/fakes.ts';
import { inMemoryBroadcasts } from '../../builders/in-memory-broadcasts.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

const now = () => morning;
const body = { broadcastId: 'b1', text: 'We run 20 minutes late' };

const given = (...jobs: BroadcastJob[]) => {
  const broadcasts = inMemoryBroadcasts(...jobs);
  const worker = aWorker();
  const clinics = only<ClinicsTable>({ profile: async (clinicId) => (clinicId === 'demo' ? aClinic() : undefined) });
  const rate = { isUsedUp: false, asked: [] as unknown[] };
  const rateLimits = only<RateLimitsTable>({
    countBroadcast: async (...asked) => {
      rate.asked.push(asked);
      return !rate.isUsedUp;
    },
  });
  return { ports: { broadcasts: broadcasts.store, clinics, rateLimits, startWorker: worker.startWorker, now }, broadcasts, worker, rate };
};

describe('requestBroadcast', () => {
  it('stores the job, a day longer than the clinic keeps visits, and starts the worker with ids alone', async () => {
    const { ports, broadcasts, worker } = given();
    const filter = { statuses: ['being-seen' as const] };
    await expect(requestBroadcast(ports, anActor(), { ...body, filter })).resolves.toMatchObject({
      broadcast: {
        broadcastId: 'b1',
        text: body.text,
        filter,
        callerIds: null,
        requestedBy: 'admin',
        requestedAt: '2026-11-22T09:00:20.000Z',
        state: 'running',
        matched: 0,
      },
      created: true,
    });
    expect(broadcasts.job('b1')).toEqual(aBroadcast({ filter }));
    expect(worker.jobs).toEqual([{ kind: 'broadcast', clinicId: 'demo', broadcastId: 'b1' }]);
  });

  it('sent again answers the broadcast as it now stands, and starts the worker again, which may have died', async () => {
    const { ports, broadcasts, worker } = given(aBroadcast({ requestedAt: morning - 1000 }));
    await broadcasts.table.addOutcome(aBroadcast(), 0, { stored: ['sue:1'] });
    await expect(requestBroadcast(ports, anActor(), body)).resolves.toMatchObject({ broadcast: { stored: 1 }, created: false });
    expect(worker.jobs).toHaveLength(1);
  });

  it.each(['finished', 'failed'] as const)('sent again when it is %s starts nothing', async (state) => {
    const { ports, worker } = given(aBroadcast({ state }));
    await expect(requestBroadcast(ports, anActor(), body)).resolves.toMatchObject({ broadcast: { state }, created: false });
    expect(worker.jobs).toEqual([]);
  });

  it('is refused, with nothing stored, above what may be sent in a minute', async () => {
    const { ports, broadcasts, worker, rate } = given();
    rate.isUsedUp = true;
    await expect(requestBroadcast(ports, anActor(), body)).rejects.toMatchObject({
      code: 'rate-limited',
      details: { retryAfterSeconds: 60 - ((morning / 1000) % 60) },
    });
    expect(rate.asked).toEqual([['demo', 'admin', 60, morning]]);
    expect(broadcasts.job('b1')).toBeUndefined();
    expect(worker.jobs).toEqual([]);
  });

  it('sent again is answered at any rate, and starts nothing above it', async () => {
    const { ports, worker, rate } = given(aBroadcast());
    rate.isUsedUp = true;
    await expect(requestBroadcast(ports, anActor(), body)).resolves.toMatchObject({ created: false });
    expect(worker.jobs).toEqual([]);
  });

  it('by another member is the same broadcast: who sends is no part of the body', async () => {
    await expect(requestBroadcast(given(aBroadcast()).ports, anActor({ userId: 'clerk' }), body)).resolves.toMatchObject({
      created: false,
    });
  });

  it('takes no filter and an empty one for the same: every caller present', async () => {
    await expect(requestBroadcast(given(aBroadcast()).ports, anActor(), { ...body, filter: {} })).resolves.toMatchObject({
      created: false,
    });
  });

  it.each([
    ['another text', aBroadcast(), { ...body, text: 'Other' }],
    ['another filter', aBroadcast(), { ...body, filter: { statuses: ['waiting' as const] } }],
    ['other callers', aBroadcast({ callerIds: ['sue'] }), { ...body, callerIds: ['tom'] }],
    ['callers for a filter', aBroadcast(), { ...body, callerIds: ['tom'] }],
  ])('with %s under the same id is a conflict, and starts nothing', async (_what, job, again) => {
    const { ports, worker } = given(job);
    await expectRefusal(requestBroadcast(ports, anActor(), again), 'conflict');
    expect(worker.jobs).toEqual([]);
  });

  it('is not-found at a clinic that is gone', async () => {
    await expectRefusal(requestBroadcast(given().ports, anActor({ clinicId: 'gone' }), body), 'not-found');
  });
});

describe('findBroadcast', () => {
  it('answers as it now stands', async () => {
    await expect(findBroadcast(given(aBroadcast()).ports, 'demo', 'b1')).resolves.toMatchObject({ broadcastId: 'b1' });
  });

  it('is not-found when unknown or another clinic’s', async () => {
    await expectRefusal(findBroadcast(given().ports, 'demo', 'b1'), 'not-found');
    await expectRefusal(findBroadcast(given(aBroadcast()).ports, 'other', 'b1'), 'not-found');
  });
});

const shards: OutcomeShard[] = [
  { stored: new Set(['ann:3', 'bob:1', 'cyd:2']), failed: new Set(['dan', 'eve']), offline: new Set(['cyd']), delivered: new Set(['ann']) },
  // A second run: eve could be stored after all, bob was met in another shard.
  { stored: new Set(['eve:1', 'bob:1']), read: new Set(['bob']) },
];

describe('toBroadcast', () => {
  it('counts callers, each once, over all shards', () => {
    expect(toBroadcast({ job: aBroadcast(), shards })).toMatchObject({
      stored: 4,
      failed: 1,
      matched: 5,
      offline: 1,
      delivered: 2,
      read: 1,
    });
  });

  it('counts nobody where there is nobody', () => {
    expect(toBroadcast({ job: aBroadcast(), shards: [] })).toMatchObject({
      matched: 0,
      stored: 0,
      delivered: 0,
      read: 0,
      offline: 0,
      failed: 0,
    });
  });
});

describe('listRecipients', () => {
  const list = async (page: { cursor?: string; limit: number }) => {
    const { ports, broadcasts } = given(aBroadcast());
    for (const [index, shard] of shards.entries()) {
      const outcome = Object.fromEntries(Object.entries(shard).map(([set, ids]: [string, ReadonlySet<string>]) => [set, [...ids]]));
      await broadcasts.table.addOutcome(aBroadcast(), index, outcome);
    }
    return listRecipients(ports, 'demo', 'b1', page);
  };

  it('says what became of each, in order of ids, the furthest outcome first', async () => {
    await expect(list({ limit: 100 })).resolves.toEqual({
      recipients: [
        { callerId: 'ann', outcome: 'delivered', seq: 3 },
        { callerId: 'bob', outcome: 'read', seq: 1 },
        { callerId: 'cyd', outcome: 'offline', seq: 2 },
        { callerId: 'dan', outcome: 'failed', seq: null },
        { callerId: 'eve', outcome: 'stored', seq: 1 },
      ],
      nextCursor: null,
    });
  });

  it('comes in pages without a gap or a double', async () => {
    const first = await list({ limit: 3 });
    expect(first).toMatchObject({ recipients: [{ callerId: 'ann' }, { callerId: 'bob' }, { callerId: 'cyd' }], nextCursor: 'cyd' });
    await expect(list({ limit: 3, cursor: 'cyd' })).resolves.toMatchObject({
      recipients: [{ callerId: 'dan' }, { callerId: 'eve' }],
      nextCursor: null,
    });
  });

  it.each(['', 'a b', '../x', 'x'.repeat(65)])('refuses %j for a cursor', async (cursor) => {
    await expectRefusal(list({ limit: 3, cursor }), 'invalid-request');
  });
});
