import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Socket } from '../contract/socket.ts';
import { ClinicScenario, type Dashboard, oneTo, type WaitingPage } from './scenario/clinic.ts';
import { Control } from './scenario/control.ts';
import { eventually } from './scenario/eventually.ts';
import { Tables } from './scenario/tables.ts';

jest.setTimeout(60_000);

const control = new Control();
let tables: Tables;
let clinic: ClinicScenario;
let dashboard: Dashboard;

beforeAll(async () => {
  tables = await Tables.open();
});

beforeEach(async () => {
  clinic = await ClinicScenario.open();
  dashboard = await clinic.dashboard();
});

afterEach(() => clinic.close());

afterAll(() => tables.close());

const becomesOffline = (who: { readonly callerId: string }) => eventually(() => expect(dashboard.row(who).online).toBe(false));

describe("one of a caller's two sockets is stale", () => {
  let stale: string;
  let live: WaitingPage;
  let other: WaitingPage;

  beforeEach(async () => {
    const deaf = await clinic.arrives('Sue Smith');
    stale = await control.connectionOf(deaf);
    live = await clinic.page(deaf.visit);
    other = await clinic.arrives('Ali Hassan');
    expect(await tables.registered(live.visit)).toHaveLength(2);
    await control.fault(stale, { posts: 'gone' });
  });

  it('a notification reaches the other one, and the stale registration alone is removed', async () => {
    await dashboard.client.notify(live.callerId, 'Doctor is late');

    await eventually(() => expect(live.heard).toEqual(['Doctor is late']));
    const registered = await tables.registered(live.visit);
    expect(registered).toHaveLength(1);
    expect(registered).not.toContain(stale);
    expect(await tables.registered(other.visit)).toHaveLength(1);
    await eventually(() => expect(dashboard.row(live)).toMatchObject({ online: true, deliveredSeq: 1 }));
  });

  it('a broadcast reaches the other one and the other recipients', async () => {
    const { broadcastId, ...outcome } = await dashboard.broadcast({ text: 'We run late' });

    expect(outcome).toMatchObject({ matched: 2, stored: 2, offline: 0, failed: 0 });
    await eventually(() => expect([live.heard, other.heard]).toEqual([['We run late'], ['We run late']]));
    await eventually(() => expect(dashboard.client.broadcasts.get(broadcastId)).toMatchObject({ delivered: 2 }));
    expect(await tables.registered(live.visit)).not.toContain(stale);
  });
});

describe('a socket whose end was never told', () => {
  it('is met by the next post: the message waits, and the caller is offline from then on', async () => {
    const sue = await clinic.arrives('Sue Smith');
    const ali = await clinic.arrives('Ali Hassan');
    await control.fault(await control.connectionOf(sue), { loseDisconnect: true });
    sue.network.unplug();
    await eventually(async () => expect(await control.connectionsOf(sue)).toEqual([]));
    expect(await tables.registered(sue.visit)).toHaveLength(1);

    const { broadcastId, ...outcome } = await dashboard.broadcast({ text: 'We run late' });

    expect(outcome).toMatchObject({ matched: 2, stored: 2, offline: 1, failed: 0 });
    expect((await clinic.outcomes(broadcastId)).get(sue.callerId)?.outcome).toBe('offline');
    expect(await tables.registered(sue.visit)).toEqual([]);
    await becomesOffline(sue);
    await eventually(() => expect(ali.heard).toEqual(['We run late']));

    sue.network.plugIn();
    await eventually(() => expect(sue.heard).toEqual(['We run late']));
  });
});

describe('a socket that is throttled', () => {
  it('keeps nothing from others, stays registered, and its message waits', async () => {
    const sue = await clinic.arrives('Sue Smith');
    const ali = await clinic.arrives('Ali Hassan');
    const throttled = await control.connectionOf(sue);
    const second = await clinic.page(ali.visit);
    await control.fault(throttled, { posts: 'throttled' });

    const { broadcastId, ...outcome } = await dashboard.broadcast({ text: 'We run late' });

    expect(outcome).toMatchObject({ matched: 2, stored: 2, offline: 1, failed: 0 });
    expect((await clinic.outcomes(broadcastId)).get(sue.callerId)?.outcome).toBe('offline');
    await eventually(() => expect([ali.heard, second.heard]).toEqual([['We run late'], ['We run late']]));
    expect(sue.heard).toEqual([]);
    expect(await tables.registered(sue.visit)).toEqual([throttled]);

    // The next frame that passes shows the gap, and the page fetches what it missed.
    await control.fault(throttled, {});
    await dashboard.client.notify(sue.callerId, 'You are next');
    await eventually(() => expect(sue.heard).toEqual(['We run late', 'You are next']));
  });

  it("does not keep a notification from the caller's other socket", async () => {
    const deaf = await clinic.arrives('Sue Smith');
    const throttled = await control.connectionOf(deaf);
    const live = await clinic.page(deaf.visit);
    await control.fault(throttled, { posts: 'throttled' });

    const { duplicate } = await dashboard.client.notify(live.callerId, 'Doctor is late');

    expect(duplicate).toBe(false);
    await eventually(() => expect(live.heard).toEqual(['Doctor is late']));
    expect(await tables.registered(live.visit)).toContain(throttled);
  });
});

describe('a post that was swallowed', () => {
  it('is not counted as delivered, and the next one heals it in order', async () => {
    const sue = await clinic.arrives('Sue Smith');
    const connection = await control.connectionOf(sue);
    await control.fault(connection, { posts: 'swallowed' });
    const { broadcastId } = await dashboard.broadcast({ text: 'We run late' });
    expect((await clinic.outcomes(broadcastId)).get(sue.callerId)?.outcome).toBe('stored');
    expect(sue.heard).toEqual([]);

    await control.fault(connection, {});
    await dashboard.client.notify(sue.callerId, 'You are next');

    await eventually(() => expect(sue.heard).toEqual(['We run late', 'You are next']));
    await eventually(async () => expect((await clinic.outcomes(broadcastId)).get(sue.callerId)?.outcome).toBe('delivered'));
  });
});

describe('a dashboard that is stale', () => {
  it('keeps nothing from the others, and its registration alone is removed', async () => {
    const deaf = await clinic.dashboard('nurse');
    const stale = await control.connectionOf(deaf.member);
    await control.fault(stale, { posts: 'gone' });

    const sue = await clinic.arrives('Sue Smith');

    await eventually(() => expect(dashboard.row(sue).online).toBe(true));
    await eventually(async () =>
      expect(await tables.registeredDashboards(clinic.clinicId)).toEqual([await control.connectionOf(dashboard.member)]),
    );
  });

  it('is as current as the others after it has subscribed again', async () => {
    const away = await clinic.dashboard('nurse');
    away.network.unplug();
    const sue = await clinic.arrives('Sue Smith');
    await dashboard.client.notify(sue.callerId, 'Doctor is late');
    await eventually(() => expect(dashboard.row(sue)).toMatchObject({ deliveredSeq: 1 }));
    expect(away.client.callers.size).toBe(0);

    away.network.plugIn();

    await eventually(() => expect(away.row(sue)).toEqual(dashboard.row(sue)));
  });
});

describe('the sockets of one caller', () => {
  it('are five at the most: the oldest gives way', async () => {
    const visit = await clinic.checkIn('Sue Smith');
    const sockets: Socket[] = [];
    for (const _ of oneTo(5)) {
      const socket = await clinic.callerSocket(visit);
      await socket.ok('resume', { afterSeq: 0 });
      sockets.push(socket);
    }
    const [first, ...rest] = sockets;
    const sixth = await clinic.callerSocket(visit);

    await sixth.ok('resume', { afterSeq: 0 });

    await first?.closed;
    expect(await tables.registered(visit)).toHaveLength(5);
    await dashboard.client.notify(visit.callerId, 'Doctor is late');
    await Promise.all([...rest, sixth].map((socket) => socket.told('Doctor is late')));
    expect(first?.messages).toEqual([]);
    await eventually(() => expect(dashboard.row(visit).online).toBe(true));
  });

  it('do not displace one another for ever: the page that gave way stays closed until it is opened again', async () => {
    const pages = [await clinic.arrives('Sue Smith')];
    const [first] = pages;
    if (!first) throw new Error('one has arrived');
    const errors: (string | undefined)[] = [];
    first.client.on('state', ({ state, error }) => errors.push(`${state}: ${error?.code}`));
    for (const _ of oneTo(5)) pages.push(await clinic.page(first.visit));

    await eventually(() => expect(errors).toEqual(['closed: displaced']));
    await dashboard.client.notify(first.callerId, 'Doctor is late');
    await eventually(() => {
      for (const { heard } of pages.slice(1)) expect(heard).toEqual(['Doctor is late']);
    });
    expect(pages.map(({ client }) => client.state)).toEqual(['closed', 'open', 'open', 'open', 'open', 'open']);

    await first.client.open();

    await eventually(() => expect(pages.map(({ client }) => client.state)).toEqual(['open', 'closed', 'open', 'open', 'open', 'open']));
    expect(first.heard).toEqual(['Doctor is late']);
  });

  it('make the caller offline when the last one closes', async () => {
    const one = await clinic.arrives('Sue Smith');
    const two = await clinic.page(one.visit);
    one.client.close();
    await eventually(async () => expect(await tables.registered(one.visit)).toHaveLength(1));
    await eventually(() => expect(dashboard.row(one).online).toBe(true));

    two.client.close();

    await becomesOffline(one);
  });
});

describe('a member', () => {
  it('who is removed is refused at once: open dashboards close, silent sockets are refused', async () => {
    const sue = await clinic.arrives('Sue Smith');
    const former = await clinic.dashboard('nurse');
    const silent = await clinic.staffSocket(former.member);

    await clinic.administrator.removeMember(clinic.clinicId, former.member.userId);

    await silent.refused('notify', { callerId: sue.callerId, messageId: 'late', text: 'I am not here' }, 'forbidden');
    await silent.refused('subscribe', {}, 'forbidden');
    await eventually(() => expect(former.client.state).toBe('closed'));
    await expect(former.client.notify(sue.callerId, 'I am not here')).rejects.toMatchObject({ code: 'not-found' });
    expect(await clinic.thread(sue)).toEqual([]);
    expect(await tables.registeredDashboards(clinic.clinicId)).toEqual([await control.connectionOf(dashboard.member)]);
  });

  it('who is demoted has the sockets closed, and comes back as what they are now', async () => {
    const demoted = await clinic.dashboard('nurse', { role: 'administrator' });
    const before = await control.connectionOf(demoted.member);
    expect(demoted.client.me?.role).toBe('administrator');

    await clinic.hire('nurse', { role: 'member' });

    await eventually(() => expect(demoted.client.me?.role).toBe('member'));
    expect(await control.connectionsOf(demoted.member)).not.toContain(before);
    await expect(demoted.client.api.changeSettings(clinic.clinicId, { guestMessages: true })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
