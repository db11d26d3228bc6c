import { describe, expect, it } from '@jest/globals';
import { deliverToCaller, deliverToStaff, messagesAddedFor } from '../../../functions/core/deliver.ts';
import { messagesAfter } from '../../../functions/core/views.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { ConnectionsTable } from '../../../functions/data/connections-table.ts';
import type { CallerEvent, StaffEvent } from '../../../protocol/frames.ts';
import { limits } from '../../../protocol/limits.ts';
import { aCaller, wrote } from '../../builders/a-caller.ts';
import { aDashboard } from '../../builders/a-clinic.ts';
import { aPoster, only, refused, someDashboards } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';

const passing = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

describe('deliverToCaller', () => {
  const ended: CallerEvent = { type: 'ended', reason: 'left' };
  const two: CallerEvent[] = [{ type: 'messagesAdded', messages: [] }, ended];

  const given = (poster = aPoster(), disconnect?: CallersTable['disconnect']) => {
    const forgotten: string[] = [];
    const callers = only<CallersTable>({
      disconnect:
        disconnect ??
        (async ({ clinicId, callerId }, connectionId) => {
          forgotten.push(`${clinicId}/${callerId}/${connectionId}`);
          return refused();
        }),
    });
    return {
      deliver: (...args: [CallerEvent[], { except?: string }?]) => deliverToCaller({ callers, poster, now: () => morning }, sue, ...args),
      poster,
      forgotten,
    };
  };
  const sue = aCaller().online('c1', 'c2', 'c3').build();

  it('tells every socket all events, in order', async () => {
    const { deliver, poster } = given();
    await expect(deliver(two)).resolves.toBe(true);
    for (const id of ['c1', 'c2', 'c3']) expect(poster.to(id)).toEqual(two);
  });

  it('leaves out the socket that has its answer', async () => {
    const { deliver, poster } = given();
    await deliver(two, { except: 'c2' });
    expect(new Set(poster.tried)).toEqual(new Set(['c1', 'c3']));
  });

  it('forgets a socket that is gone by its very id, and posts to it no more', async () => {
    const { deliver, poster, forgotten } = given(aPoster({ c2: 'gone' }));
    await expect(deliver(two)).resolves.toBe(true);
    expect(forgotten).toEqual(['demo/sue/c2']);
    expect(poster.tried.filter((id) => id === 'c2')).toHaveLength(1);
    expect(poster.to('c1')).toEqual(two);
    expect(poster.to('c3')).toEqual(two);
  });

  it.each(['throttled', 'too-large', 'failed'] as const)(
    '%s on one socket changes nothing for the others, nor for its registration',
    async (delivery) => {
      const { deliver, poster, forgotten } = given(aPoster({ c1: delivery }));
      await expect(deliver(two)).resolves.toBe(true);
      expect(forgotten).toEqual([]);
      expect(poster.to('c2')).toEqual(two);
      expect(poster.to('c3')).toEqual(two);
    },
  );

  it('is done for the others where a socket that is gone cannot be forgotten now', async () => {
    const { deliver, poster } = given(aPoster({ c1: 'gone' }), async () => {
      throw passing;
    });
    await expect(deliver(two)).resolves.toBe(true);
    expect(poster.to('c3')).toEqual(two);
  });

  it.each([
    ['all are gone or throttled', aPoster({ c1: 'gone', c2: 'throttled', c3: 'gone' }), false],
    ['one took it', aPoster({ c1: 'gone', c2: 'throttled' }), true],
  ])('answers whether any socket took it: %s', async (_case, poster, taken) => {
    await expect(given(poster).deliver([ended])).resolves.toBe(taken);
  });

  it('answers that nobody took it where nobody is connected', async () => {
    const poster = aPoster();
    await expect(
      deliverToCaller({ callers: only<CallersTable>({}), poster, now: () => morning }, aCaller().offline().build(), [ended]),
    ).resolves.toBe(false);
  });
});

describe('deliverToStaff', () => {
  const events: StaffEvent[] = [
    { type: 'callersChanged', callers: [], removed: ['sue'] },
    { type: 'callersChanged', callers: [], removed: ['tom'] },
  ];
  const open = () => someDashboards(aDashboard('d1', 'admin'), aDashboard('d2', 'clerk'), aDashboard('d3', 'admin', 'other'));
  const portsOf = (connections: ConnectionsTable, poster = aPoster()) => ({ connections, poster, now: () => morning });

  it('tells every dashboard of that clinic all events, in order', async () => {
    const poster = aPoster();
    await deliverToStaff(portsOf(open().store, poster), 'demo', events);
    expect(poster.to('d1')).toEqual(events);
    expect(poster.to('d2')).toEqual(events);
    expect(poster.to('d3')).toEqual([]);
  });

  it('tells some members alone, if so asked', async () => {
    const poster = aPoster();
    await deliverToStaff(portsOf(open().store, poster), 'demo', events, { onlyUserIds: new Set(['clerk']) });
    expect(new Set(poster.tried)).toEqual(new Set(['d2']));
  });

  it('removes a dashboard that is gone, by its very id, and no other', async () => {
    const dashboards = open();
    const poster = aPoster({ d1: 'gone' });
    await deliverToStaff(portsOf(dashboards.store, poster), 'demo', events);
    expect(dashboards.ids()).toEqual(['d2', 'd3']);
    expect(poster.tried.filter((id) => id === 'd1')).toHaveLength(1);
    expect(poster.to('d2')).toEqual(events);
  });

  it('is done for the others where a dashboard that is gone cannot be removed now', async () => {
    const { store } = open();
    const poster = aPoster({ d1: 'gone' });
    const connections = only<ConnectionsTable>({
      ofClinic: store.ofClinic,
      remove: async () => {
        throw passing;
      },
    });
    await deliverToStaff(portsOf(connections, poster), 'demo', events);
    expect(poster.to('d2')).toEqual(events);
  });

  it.each(['throttled', 'too-large', 'failed'] as const)('%s on one dashboard changes nothing for the others', async (delivery) => {
    const dashboards = open();
    const poster = aPoster({ d1: delivery });
    await deliverToStaff(portsOf(dashboards.store, poster), 'demo', events);
    expect(poster.to('d2')).toEqual(events);
    expect(dashboards.ids()).toEqual(['d1', 'd2', 'd3']);
  });

  it('without events reads nothing', async () => {
    await expect(deliverToStaff(portsOf(only<ConnectionsTable>({})), 'demo', [])).resolves.toBeUndefined();
  });
});

describe('messagesAddedFor', () => {
  it('splits what does not fit into one frame, in order', () => {
    const visit = aCaller()
      .withMessages(...Array.from({ length: 40 }, () => wrote('é'.repeat(1000))))
      .build();
    const events = messagesAddedFor(messagesAfter(visit, 0, 'caller'));
    expect(events.length).toBeGreaterThan(1);
    for (const event of events) expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(limits.frameBytes);
    const seqs = events.flatMap((event) => (event.type === 'messagesAdded' ? event.messages.map(({ seq }) => seq) : []));
    expect(seqs).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('says nothing of no messages', () => {
    expect(messagesAddedFor([])).toEqual([]);
  });
});
