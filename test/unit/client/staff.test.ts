import { describe, expect, it } from '@jest/globals';
import { reconnectWindowMs } from '../../../client/connection.ts';
import { WaitingAreaError } from '../../../client/errors.ts';
import { StaffClient } from '../../../client/staff.ts';
import type { Caller, Message } from '../../../protocol/objects.ts';
import { aBroadcast, aCaller, aClinic, aMember, aMessage, messages } from './builders.ts';
import { FakePlatform, Refusal } from './fake-platform.ts';

/** A dashboard before a server with these callers. */
const aDashboard = (callers: Caller[] = []) => {
  const platform = new FakePlatform();
  const server = { callers, clinic: aClinic(), me: aMember(), thread: [] as Message[], pageSize: 100 };
  platform.rules.set('subscribe', ({ cursor }) => {
    const from = Number(cursor ?? 0);
    const to = from + server.pageSize;
    return {
      callers: server.callers.slice(from, to),
      nextCursor: to < server.callers.length ? String(to) : null,
      clinic: server.clinic,
      me: server.me,
    };
  });
  platform.rules.set('thread', ({ callerId, afterSeq }) => ({
    messages: server.thread.filter(({ seq }) => seq > Number(afterSeq)),
    nextAfterSeq: null,
    caller: server.callers.find((caller) => caller.callerId === callerId),
  }));
  const dashboard = new StaffClient({ url: 'https://api.example', clinicId: 'demo', token: () => 'access', platform });
  const announced: string[] = [];
  dashboard.on('messages', ({ callerId, messages: added }) => announced.push(...added.map(({ seq }) => `${callerId} ${seq}`)));
  const names = () => [...dashboard.callers.keys()].sort();
  return { platform, server, dashboard, announced, names };
};

const sue = (given: Partial<Caller> = {}) => aCaller({ callerId: 'sue', ...given });
const ali = (given: Partial<Caller> = {}) => aCaller({ callerId: 'ali', ...given });

describe('the board', () => {
  it('is whole when the dashboard is open, over all pages', async () => {
    const { platform, server, dashboard } = aDashboard(Array.from({ length: 5 }, (_, index) => aCaller({ callerId: `c${index}` })));
    server.pageSize = 2;
    await dashboard.open();
    expect(dashboard.callers.size).toBe(5);
    expect(platform.lastSocket.sentOf('subscribe').map(({ cursor }) => cursor)).toEqual([undefined, '2', '4']);
    expect(dashboard.me?.answersMessages).toBe(true);
    expect(dashboard.clinic?.name).toBe('Demo Clinic');
    expect(platform.calls[0]?.url).toBe('https://api.example/clinics/demo/tickets');
  });

  it('follows changes and removals', async () => {
    const { platform, dashboard, names } = aDashboard([sue()]);
    const sizes: number[] = [];
    await dashboard.open();
    dashboard.on('board', (callers) => sizes.push(callers.size));
    platform.lastSocket.push({ type: 'callersChanged', callers: [ali(), sue({ version: 2, status: 'being-seen' })], removed: [] });
    expect(names()).toEqual(['ali', 'sue']);
    expect(dashboard.callers.get('sue')?.status).toBe('being-seen');
    platform.lastSocket.push({ type: 'callersChanged', callers: [], removed: ['sue'] });
    expect(names()).toEqual(['ali']);
    platform.lastSocket.push({ type: 'callersChanged', callers: [ali()], removed: ['sue'] });
    expect(sizes).toEqual([2, 1]);
  });

  it('is listed again 3 s after the start: who left unnoticed goes', async () => {
    const { platform, server, dashboard, names } = aDashboard([sue(), ali()]);
    await dashboard.open();
    server.callers = [ali()];
    await platform.pass(2999);
    expect(names()).toEqual(['ali', 'sue']);
    await platform.pass(1);
    expect(names()).toEqual(['ali']);
  });

  it('comes back after a lost connection as it then is', async () => {
    const { platform, server, dashboard, names } = aDashboard([sue()]);
    await dashboard.open();
    platform.lastSocket.drop();
    server.callers = [ali()];
    await platform.pass(reconnectWindowMs);
    expect(names()).toEqual(['ali']);
  });

  it('stays when a page of a listing fails', async () => {
    const { platform, dashboard, names } = aDashboard([sue()]);
    await dashboard.open();
    platform.rules.set('subscribe', () => new Refusal('unavailable'));
    await platform.pass(3000);
    expect(names()).toEqual(['sue']);
    expect(dashboard.state).toBe('open');
  });

  it('closes for a member who was removed', async () => {
    const { platform, dashboard } = aDashboard([sue()]);
    const errors: (string | undefined)[] = [];
    dashboard.on('state', ({ error }) => errors.push(error?.code));
    await dashboard.open();
    platform.http = () => ({ status: 404, body: { code: 'not-found', detail: '' } });
    platform.lastSocket.drop();
    await platform.pass(reconnectWindowMs);
    expect(dashboard.state).toBe('closed');
    expect(errors.at(-1)).toBe('not-found');
  });

  it('knows the newest settings of the clinic', async () => {
    const { platform, dashboard } = aDashboard();
    await dashboard.open();
    platform.lastSocket.push({ type: 'clinicChanged', clinic: aClinic({ version: 3, guestMessages: false }) });
    platform.lastSocket.push({ type: 'clinicChanged', clinic: aClinic({ version: 2, guestMessages: true }) });
    expect(dashboard.clinic?.guestMessages).toBe(false);
  });
});

describe('speaking to callers', () => {
  it('shows the caller and the message that a notification answers with, once', async () => {
    const { platform, dashboard, announced } = aDashboard([sue()]);
    platform.rules.set('notify', ({ messageId, text }) => ({
      message: aMessage(1, { messageId: String(messageId), text: String(text) }),
      caller: sue({ version: 2, messageCount: 1, lastMessageFrom: 'clinic' }),
      duplicate: false,
    }));
    await dashboard.open();
    await dashboard.notify('sue', 'Doctor is late');
    platform.lastSocket.push({ type: 'messagesAdded', callerId: 'sue', messages: messages(1) });
    expect(dashboard.callers.get('sue')?.messageCount).toBe(1);
    expect(announced).toEqual(['sue 1']);
  });

  it('sends a notification again with the id it was given', async () => {
    const { platform, dashboard } = aDashboard([sue()]);
    platform.rules.set('notify', () => new Refusal('unavailable'));
    await dashboard.open();
    await expect(dashboard.notify('sue', 'x', 'my-id')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(dashboard.notify('sue', 'x', 'my-id')).rejects.toBeInstanceOf(WaitingAreaError);
    expect(platform.lastSocket.sentOf('notify').map(({ messageId }) => messageId)).toEqual(['my-id', 'my-id']);
  });

  it('takes over what marking read and changing a status come to', async () => {
    const { platform, dashboard, names } = aDashboard([sue({ unreadCount: 2, messageCount: 2 })]);
    platform.rules.set('markRead', () => ({ caller: sue({ version: 2, unreadCount: 0 }) }));
    platform.rules.set('setStatus', () => ({ caller: sue({ version: 3, status: 'ended' }) }));
    await dashboard.open();
    await dashboard.markRead('sue', 2);
    expect(dashboard.callers.get('sue')?.unreadCount).toBe(0);
    await dashboard.setStatus('sue', 'ended');
    expect(names()).toEqual([]);
  });

  it('reports a caller who waits for an answer, unless someone has answered', async () => {
    const { platform, dashboard } = aDashboard([sue()]);
    const alerts: string[] = [];
    dashboard.on('unanswered', ({ callerId }) => alerts.push(callerId));
    await dashboard.open();
    const waiting = sue({ version: 2, unansweredSince: '2026-11-22T09:05:00.000Z' });
    platform.lastSocket.push({ type: 'callerUnanswered', caller: waiting });
    platform.lastSocket.push({ type: 'callersChanged', callers: [sue({ version: 3 })], removed: [] });
    platform.lastSocket.push({ type: 'callerUnanswered', caller: waiting });
    expect(alerts).toEqual(['sue']);
  });

  it('makes up for alerts that were missed, each once, for those on duty', async () => {
    const { platform, server, dashboard } = aDashboard([sue({ unansweredSince: '2026-11-22T09:00:00.000Z' }), ali()]);
    const alerts: string[] = [];
    dashboard.on('unanswered', ({ callerId }) => alerts.push(callerId));
    await dashboard.open();
    expect(alerts).toEqual(['sue']);
    server.callers = [
      sue({ version: 2, unansweredSince: '2026-11-22T09:00:00.000Z' }),
      ali({ version: 2, unansweredSince: '2026-11-22T09:05:00.000Z' }),
    ];
    dashboard.wake();
    await platform.settle();
    expect(alerts).toEqual(['sue', 'ali']);
    // Answered, and asked again while nothing was heard.
    platform.lastSocket.push({ type: 'callersChanged', callers: [sue({ version: 3 })], removed: [] });
    server.callers = [
      sue({ version: 4, unansweredSince: '2026-11-22T09:10:00.000Z' }),
      ali({ version: 2, unansweredSince: '2026-11-22T09:05:00.000Z' }),
    ];
    dashboard.wake();
    await platform.settle();
    expect(alerts).toEqual(['sue', 'ali', 'sue']);
  });

  it('makes up for none where someone else is on duty', async () => {
    const { server, dashboard } = aDashboard([sue({ unansweredSince: '2026-11-22T09:00:00.000Z' })]);
    server.me = aMember({ answersMessages: false });
    const alerts: string[] = [];
    dashboard.on('unanswered', ({ callerId }) => alerts.push(callerId));
    await dashboard.open();
    expect(alerts).toEqual([]);
  });
});

describe('a conversation', () => {
  it('is complete when opened, over all pages, and follows', async () => {
    const { platform, dashboard, announced } = aDashboard([sue({ messageCount: 4 })]);
    platform.rules.set('thread', ({ afterSeq }) => ({
      messages: messages(Number(afterSeq) + 1, Number(afterSeq) + 2),
      nextAfterSeq: afterSeq === 0 ? 2 : null,
      caller: sue({ messageCount: 4 }),
    }));
    await dashboard.open();
    expect((await dashboard.openThread('sue')).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    platform.lastSocket.push({ type: 'messagesAdded', callerId: 'sue', messages: messages(5, 4) });
    expect(dashboard.messages('sue')).toHaveLength(5);
    expect(announced).toEqual(['sue 5']);
  });

  it('is made whole when it stays behind its caller’s count: broadcasts are told by their progress alone', async () => {
    const { platform, server, dashboard, announced } = aDashboard([sue()]);
    await dashboard.open();
    await dashboard.openThread('sue');
    server.thread = messages(1);
    server.callers = [sue({ version: 2, messageCount: 1 })];
    platform.lastSocket.push({ type: 'callersChanged', callers: server.callers, removed: [] });
    await platform.pass(1000);
    expect(dashboard.messages('sue').map(({ seq }) => seq)).toEqual([1]);
    expect(announced).toEqual(['sue 1']);
  });

  it('announces new messages of conversations that are not open, once each', async () => {
    const { platform, dashboard, announced } = aDashboard([sue()]);
    await dashboard.open();
    for (const seqs of [[1], [1, 2], [2]])
      platform.lastSocket.push({ type: 'messagesAdded', callerId: 'sue', messages: messages(...seqs) });
    expect(announced).toEqual(['sue 1', 'sue 2']);
    expect(dashboard.messages('sue')).toEqual([]);
  });

  it('announces nothing again where one listing was behind and did not show the caller', async () => {
    const { platform, server, dashboard, announced } = aDashboard([sue()]);
    await dashboard.open();
    platform.lastSocket.push({ type: 'messagesAdded', callerId: 'sue', messages: messages(1) });
    server.callers = [];
    await platform.pass(3000);
    server.callers = [sue()];
    platform.lastSocket.push({ type: 'messagesAdded', callerId: 'sue', messages: messages(1) });
    expect(announced).toEqual(['sue 1']);
  });

  it('announces what is new of a caller who was missing from two listings', async () => {
    const { platform, server, dashboard, announced } = aDashboard([sue()]);
    await dashboard.open();
    platform.lastSocket.push({ type: 'messagesAdded', callerId: 'sue', messages: messages(1) });
    server.callers = [];
    await platform.pass(303_000);
    platform.lastSocket.push({ type: 'messagesAdded', callerId: 'sue', messages: messages(1) });
    expect(announced).toEqual(['sue 1', 'sue 1']);
  });

  it('is forgotten when closed', async () => {
    const { platform, server, dashboard } = aDashboard([sue({ messageCount: 1 })]);
    server.thread = messages(1);
    await dashboard.open();
    await dashboard.openThread('sue');
    dashboard.closeThread('sue');
    expect(dashboard.messages('sue')).toEqual([]);
    platform.lastSocket.push({ type: 'callersChanged', callers: [sue({ version: 9, messageCount: 7 })], removed: [] });
    await platform.pass(1500);
    expect(platform.lastSocket.sentOf('thread')).toHaveLength(1);
  });
});

describe('a broadcast', () => {
  it('goes out with an id, and its reports never go back', async () => {
    const { platform, dashboard } = aDashboard([sue()]);
    const stored: number[] = [];
    dashboard.on('broadcast', (broadcast) => stored.push(broadcast.stored));
    platform.rules.set('broadcast', ({ broadcastId }) => ({ broadcast: aBroadcast({ broadcastId: String(broadcastId) }) }));
    await dashboard.open();
    const { broadcastId } = await dashboard.broadcast({ filter: { statuses: ['waiting'] }, text: 'to all' });
    for (const count of [2, 1, 3]) {
      platform.lastSocket.push({ type: 'broadcastProgress', broadcast: aBroadcast({ broadcastId, matched: count, stored: count }) });
    }
    expect(stored).toEqual([0, 2, 3]);
    expect(platform.lastSocket.sentOf('broadcast')[0]).toMatchObject({ broadcastId, filter: { statuses: ['waiting'] }, text: 'to all' });
  });

  it('that ended while the connection was lost is asked for', async () => {
    const { platform, dashboard } = aDashboard([sue()]);
    platform.rules.set('broadcast', () => ({ broadcast: aBroadcast() }));
    await dashboard.open();
    await dashboard.broadcast({ text: 'to all' });
    platform.lastSocket.drop();
    const tickets = platform.http;
    platform.http = (call) =>
      call.url.endsWith('/broadcasts/b1')
        ? { status: 200, body: { broadcast: aBroadcast({ state: 'finished', matched: 1, stored: 1 }) } }
        : tickets(call);
    await platform.pass(reconnectWindowMs);
    expect(dashboard.broadcasts.get('b1')?.state).toBe('finished');
  });

  it('that is finished is asked for until all have read it: the report of a receipt may be lost', async () => {
    const { platform, dashboard } = aDashboard([sue()]);
    const finished = aBroadcast({ state: 'finished', matched: 2, stored: 2 });
    platform.rules.set('broadcast', () => ({ broadcast: finished }));
    await dashboard.open();
    await dashboard.broadcast({ text: 'to all' });
    const tickets = platform.http;
    let read = 1;
    platform.http = (call) =>
      call.url.endsWith('/broadcasts/b1') ? { status: 200, body: { broadcast: { ...finished, delivered: 2, read } } } : tickets(call);
    const asked = () => platform.calls.filter(({ url }) => url.endsWith('/broadcasts/b1')).length;
    await platform.pass(3000);
    expect(dashboard.broadcasts.get('b1')).toMatchObject({ delivered: 2, read: 1 });
    read = 2;
    await platform.pass(300_000);
    expect(dashboard.broadcasts.get('b1')?.read).toBe(2);
    const askedSoFar = asked();
    await platform.pass(300_000);
    expect(asked()).toBe(askedSoFar);
  });
});
