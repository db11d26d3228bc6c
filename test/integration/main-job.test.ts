import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Broadcast, Filter } from '../../client/index.ts';
import { ClinicScenario, type Dashboard, oneTo, type WaitingPage } from './scenario/clinic.ts';
import { eventually } from './scenario/eventually.ts';

jest.setTimeout(60_000);

/** Two dashboards, one of a member on duty, and three callers whose pages are open. */
let clinic: ClinicScenario;
let onDuty: Dashboard;
let offDuty: Dashboard;
let sue: WaitingPage;
let zoe: WaitingPage;
let ali: WaitingPage;

beforeEach(async () => {
  clinic = await ClinicScenario.open();
  [onDuty, offDuty] = await Promise.all([clinic.dashboard('clerk', { answersMessages: true }), clinic.dashboard('nurse')]);
  sue = await clinic.arrives('Sue Smith', { phone: '+61400000001' });
  zoe = await clinic.arrives('Zoë Ångström', { language: 'sv', details: { doctor: 'Dr Çelik' } });
  ali = await clinic.arrives('Ali Hassan', { language: 'ar' });
  await eventually(() => {
    for (const { client } of dashboards()) expect([...client.callers.values()].filter(({ online }) => online)).toHaveLength(3);
  });
});

afterEach(() => clinic.close());

const dashboards = () => [onDuty, offDuty];
const pages = () => [sue, zoe, ali];

const letCallersWrite = async (guestMessages: boolean) => {
  await clinic.administrator.changeSettings(clinic.clinicId, { guestMessages });
  await eventually(() => {
    for (const { client } of [...dashboards(), ...pages()]) expect(client.clinic?.guestMessages).toBe(guestMessages);
  });
};

/** Every dashboard shows this of a caller's row. */
const shown = (who: WaitingPage, row: object) =>
  eventually(() => {
    for (const dashboard of dashboards()) expect(dashboard.row(who)).toMatchObject(row);
  });

/** What a dashboard was told before, it has heard once it shows this. */
const pastAllEarlierEvents = async (who: WaitingPage) => {
  const status = onDuty.row(who).status === 'on-hold' ? 'waiting' : 'on-hold';
  await onDuty.client.setStatus(who.callerId, status);
  await eventually(() => expect(offDuty.row(who).status).toBe(status));
};

describe('notify one caller', () => {
  it('tells that caller at once and nobody else, and puts a blue badge on every dashboard', async () => {
    expect(onDuty.row(sue)).toMatchObject({ messageCount: 0, lastMessageFrom: null });

    await onDuty.client.notify(sue.callerId, 'Doctor is late');

    await eventually(() => expect(sue.heard).toEqual(['Doctor is late']));
    await shown(sue, { messageCount: 1, lastMessageFrom: 'clinic', lastMessagePreview: 'Doctor is late', unreadCount: 0 });
    await pastAllEarlierEvents(sue);
    expect([zoe.heard, ali.heard]).toEqual([[], []]);
  });

  it('the badge counts both directions and says who wrote last', async () => {
    await letCallersWrite(true);
    await onDuty.client.notify(sue.callerId, 'Doctor is late');
    await sue.client.sendMessage('Merci ✓ <b>x</b>');
    await shown(sue, { messageCount: 2, lastMessageFrom: 'caller', lastMessagePreview: 'Merci ✓ <b>x</b>', unreadCount: 1 });

    await offDuty.client.notify(sue.callerId, 'Soon');

    await shown(sue, { messageCount: 3, lastMessageFrom: 'clinic', unansweredSince: null });
    await eventually(() => expect(sue.heard).toEqual(['Doctor is late', 'Merci ✓ <b>x</b>', 'Soon']));
    expect((await clinic.thread(sue)).map(({ seq, from, senderName }) => [seq, from, senderName])).toEqual([
      [1, 'clinic', 'clerk'],
      [2, 'caller', null],
      [3, 'clinic', 'nurse'],
    ]);
    expect(sue.client.messages.some((message) => 'senderName' in message)).toBe(false);
  });

  it('shows on every dashboard what is unread and unanswered', async () => {
    await letCallersWrite(true);
    await sue.client.sendMessage('Is it my turn?');
    await sue.client.sendMessage('Hello?');
    await shown(sue, { unreadCount: 2, unansweredSince: expect.any(String) });
    expect(await offDuty.client.openThread(sue.callerId)).toHaveLength(2);

    await offDuty.client.markRead(sue.callerId, 2);

    await shown(sue, { unreadCount: 0, unansweredSince: expect.any(String) });
  });
});

describe('notify the displayed list', () => {
  beforeEach(async () => {
    await letCallersWrite(true);
    await onDuty.client.setStatus(zoe.callerId, 'being-seen');
    await onDuty.client.setStatus(ali.callerId, 'on-hold');
    await sue.client.sendMessage('Is it my turn?');
    ali.network.unplug();
    await shown(ali, { status: 'on-hold', online: false });
    await shown(zoe, { status: 'being-seen' });
    await shown(sue, { unansweredSince: expect.any(String) });
  });

  const reached = async (broadcast: Broadcast) => {
    ali.network.plugIn();
    const outcomes = await clinic.outcomes(broadcast.broadcastId);
    const names = pages().filter(({ callerId }) => outcomes.has(callerId));
    expect(broadcast).toMatchObject({ matched: names.length, stored: names.length, failed: 0 });
    expect(outcomes.size).toBe(names.length);
    await eventually(() => {
      for (const { heard } of names) expect(heard).toContain(broadcast.text);
    });
    for (const { heard } of pages().filter((page) => !names.includes(page))) expect(heard).not.toContain(broadcast.text);
    return names.map(({ client }) => client.caller?.name);
  };

  it('reaches everyone present, whatever the status, when there is no filter, and nobody who has left', async () => {
    const gone = await clinic.arrives('Long Gone');
    await gone.client.leave();
    await eventually(() => expect(onDuty.client.callers.has(gone.callerId)).toBe(false));

    const broadcast = await onDuty.broadcast({ text: 'We run late today' });

    expect(await reached(broadcast)).toEqual(['Sue Smith', 'Zoë Ångström', 'Ali Hassan']);
    expect(broadcast.offline).toBe(1);
    expect(gone.heard).toEqual([]);
    await shown(sue, { lastMessageFrom: 'clinic', messageCount: 2, unansweredSince: expect.any(String) });
  });

  it.each<[string, Filter, string[]]>([
    ['being seen', { statuses: ['being-seen'] }, ['Zoë Ångström']],
    ['on hold', { statuses: ['on-hold'] }, ['Ali Hassan']],
    ['two statuses', { statuses: ['waiting', 'on-hold'] }, ['Sue Smith', 'Ali Hassan']],
    ['a name searched without its diacritics', { search: 'zoe angstrom' }, ['Zoë Ångström']],
    ['a word of the details', { search: 'CELIK' }, ['Zoë Ångström']],
    ['a part of the phone number', { search: '400000001' }, ['Sue Smith']],
    ['who needs a reply', { needsReply: true }, ['Sue Smith']],
    ['who needs none', { needsReply: false }, ['Zoë Ångström', 'Ali Hassan']],
    ['who is online', { online: true }, ['Sue Smith', 'Zoë Ångström']],
    ['who is offline', { online: false }, ['Ali Hassan']],
    ['everything at once', { statuses: ['waiting', 'being-seen'], search: 's', needsReply: false, online: true }, ['Zoë Ångström']],
    ['nobody', { statuses: ['on-hold'], search: 'sue' }, []],
  ])('reaches exactly those whom the filter shows: %s', async (_, filter, names) => {
    expect(await reached(await onDuty.broadcast({ filter, text: 'For those on the list' }))).toEqual(names);
  });

  it('reaches the chosen, and leaves out who is unknown, has left or waits elsewhere', async () => {
    const gone = await clinic.arrives('Long Gone');
    await gone.client.leave();
    const elsewhere = await ClinicScenario.open();
    const stranger = await elsewhere.checkIn('Stranger');
    const callerIds = [zoe.callerId, gone.callerId, stranger.callerId, 'nobody', zoe.callerId];

    expect(await reached(await onDuty.broadcast({ callerIds, text: 'For you' }))).toEqual(['Zoë Ångström']);
    expect(await elsewhere.thread(stranger)).toEqual([]);
  });

  it('shows its end on every dashboard', async () => {
    const { broadcastId } = await onDuty.broadcast({ text: 'We run late today' });
    await eventually(() => expect(offDuty.client.broadcasts.get(broadcastId)).toMatchObject({ state: 'finished', matched: 3, stored: 3 }));
  });
});

describe('the outcome of a broadcast', () => {
  it('is told per recipient, and receipts go on counting after the end', async () => {
    ali.network.unplug();
    await shown(ali, { online: false });

    const { broadcastId } = await onDuty.broadcast({ text: 'We run late today' });
    await eventually(() => expect(sue.heard).toEqual(['We run late today']));
    sue.client.markRead();

    await eventually(() => {
      for (const { client } of dashboards())
        expect(client.broadcasts.get(broadcastId)).toMatchObject({ matched: 3, stored: 3, delivered: 2, read: 1, offline: 1, failed: 0 });
    });
    const outcomes = await clinic.outcomes(broadcastId);
    expect(pages().map(({ callerId }) => outcomes.get(callerId))).toEqual([
      { callerId: sue.callerId, outcome: 'read', seq: 1 },
      { callerId: zoe.callerId, outcome: 'delivered', seq: 1 },
      { callerId: ali.callerId, outcome: 'offline', seq: 1 },
    ]);

    ali.network.plugIn();
    await eventually(() => expect(onDuty.client.broadcasts.get(broadcastId)).toMatchObject({ delivered: 3, offline: 1 }));
    expect((await clinic.outcomes(broadcastId)).get(ali.callerId)?.outcome).toBe('delivered');
  });
});

describe('two-way messages', () => {
  it('are off at first, and the switch shows on every open page at once', async () => {
    expect(pages().map(({ client }) => client.canWrite)).toEqual([false, false, false]);
    await expect(sue.client.sendMessage('Hello?')).rejects.toMatchObject({ code: 'guest-messages-off' });

    await letCallersWrite(true);
    expect(pages().map(({ client }) => client.canWrite)).toEqual([true, true, true]);
    await expect(zoe.client.sendMessage('I write first')).resolves.toMatchObject({ seq: 1, from: 'caller' });

    await letCallersWrite(false);
    expect(pages().map(({ client }) => client.canWrite)).toEqual([false, false, false]);
    await expect(zoe.client.sendMessage('And again')).rejects.toMatchObject({ code: 'guest-messages-off' });
    expect((await clinic.thread(zoe)).map(({ text }) => text)).toEqual(['I write first']);
  });

  it("follow a caller's own switch before the clinic's", async () => {
    const own = async (guestMessages: boolean | null) => {
      await onDuty.client.api.changeCaller(clinic.clinicId, sue.callerId, { guestMessages });
      await eventually(() => expect(sue.client.caller?.guestMessages).toBe(guestMessages));
      await shown(sue, { guestMessages });
    };
    await own(true);
    expect(pages().map(({ client }) => client.canWrite)).toEqual([true, false, false]);
    await sue.client.sendMessage('Thank you');

    await letCallersWrite(true);
    await own(false);
    expect(pages().map(({ client }) => client.canWrite)).toEqual([false, true, true]);
    await expect(sue.client.sendMessage('And again')).rejects.toMatchObject({ code: 'guest-messages-off' });

    await own(null);
    expect(sue.client.canWrite).toBe(true);
  });

  it('alert the members on duty at once, and only them', async () => {
    await letCallersWrite(true);

    await sue.client.sendMessage('Is it my turn?');
    await zoe.client.sendMessage('Hello?');

    await eventually(() => expect([...onDuty.alerts].sort()).toEqual([sue.callerId, zoe.callerId].sort()));
    await pastAllEarlierEvents(sue);
    expect(offDuty.heard).toEqual(['Is it my turn?', 'Hello?']);
    expect(offDuty.alerts).toEqual([]);
  });
});

describe('a status', () => {
  it('shows on every dashboard and on the own page', async () => {
    for (const status of ['being-seen', 'on-hold', 'waiting'] as const) {
      await onDuty.client.setStatus(sue.callerId, status);
      await shown(sue, { status });
      await eventually(() => expect(sue.client.caller?.status).toBe(status));
    }
    expect(onDuty.row(zoe).status).toBe('waiting');
  });

  it('ended leaves the board and closes the page; the undo brings back place and thread', async () => {
    const { arrivedAt } = onDuty.row(sue);
    await onDuty.client.notify(sue.callerId, 'Please come in');

    await onDuty.client.setStatus(sue.callerId, 'ended');

    await eventually(() => {
      for (const { client } of dashboards()) expect(client.callers.has(sue.callerId)).toBe(false);
      expect(sue.ended).toEqual(['ended-by-staff']);
    });
    await expect(onDuty.client.notify(sue.callerId, 'Too late')).rejects.toMatchObject({ code: 'caller-ended' });
    const left = await clinic.administrator.callers(clinic.clinicId, { statuses: ['ended'] });
    expect(left.callers.map(({ callerId, online }) => [callerId, online])).toEqual([[sue.callerId, false]]);

    await offDuty.client.setStatus(sue.callerId, 'waiting');

    await shown(sue, { status: 'waiting', arrivedAt, messageCount: 1 });
    const { callers } = await clinic.administrator.callers(clinic.clinicId);
    expect(callers.map(({ name }) => name)).toEqual(['Sue Smith', 'Zoë Ångström', 'Ali Hassan']);
    const again = await clinic.page(sue.visit);
    expect(again.heard).toEqual(['Please come in']);
    await onDuty.client.notify(sue.callerId, 'Sorry');
    await eventually(() => expect(again.heard).toEqual(['Please come in', 'Sorry']));
  });

  it('ended comes from the caller too', async () => {
    await sue.client.leave();
    await eventually(() => {
      for (const { client } of dashboards()) expect(client.callers.has(sue.callerId)).toBe(false);
    });
    expect(sue.ended).toEqual(['left']);
    expect(sue.client.state).toBe('closed');
  });
});

describe('a caller who is offline', () => {
  it('keeps place and thread, and everything sent meanwhile arrives once and in order on return', async () => {
    const { arrivedAt } = onDuty.row(sue);
    await onDuty.client.notify(sue.callerId, 'one');
    await eventually(() => expect(sue.heard).toEqual(['one']));

    sue.network.unplug();
    await shown(sue, { online: false, status: 'waiting', arrivedAt, messageCount: 1 });
    await onDuty.client.notify(sue.callerId, 'two');
    await offDuty.client.notify(sue.callerId, 'three');
    await onDuty.broadcast({ text: 'four' });
    await onDuty.client.setStatus(sue.callerId, 'on-hold');
    expect(sue.heard).toEqual(['one']);

    sue.network.plugIn();
    await shown(sue, { online: true, status: 'on-hold', arrivedAt, messageCount: 4, deliveredSeq: 4 });
    expect(sue.heard).toEqual(['one', 'two', 'three', 'four']);
    expect(sue.client.messages.map(({ seq }) => seq)).toEqual(oneTo(4));
    expect(sue.client.caller?.status).toBe('on-hold');
  });
});

describe('receipts', () => {
  it('tell every dashboard what the device has and what was read', async () => {
    await onDuty.client.notify(sue.callerId, 'one');
    await onDuty.client.notify(sue.callerId, 'two');
    await shown(sue, { deliveredSeq: 2, readSeq: 0 });

    sue.client.markRead();

    await shown(sue, { deliveredSeq: 2, readSeq: 2 });
    expect(onDuty.row(zoe)).toMatchObject({ deliveredSeq: 0, readSeq: 0 });
  });
});
