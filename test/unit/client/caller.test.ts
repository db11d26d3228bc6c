import { describe, expect, it } from '@jest/globals';
import { CallerClient } from '../../../client/caller.ts';
import { reconnectWindowMs } from '../../../client/connection.ts';
import { WaitingAreaError } from '../../../client/errors.ts';
import type { Caller, Message } from '../../../protocol/objects.ts';
import { aCaller, aClinic, aMessage, messages } from './builders.ts';
import { FakePage, FakePlatform, Refusal } from './fake-platform.ts';

/** A waiting page before a server that holds a conversation. */
const aPage = (conversation: Message[] = [], given: Partial<Caller> = {}) => {
  const platform = new FakePlatform();
  const shown: number[] = [];
  const states: string[] = [];
  const endings: unknown[] = [];
  const server = { conversation, caller: aCaller({ messageCount: conversation.length, ...given }), clinic: aClinic(), pageSize: 100 };
  platform.rules.set('resume', ({ afterSeq }) => {
    const rest = server.conversation.filter(({ seq }) => seq > Number(afterSeq));
    const page = rest.slice(0, server.pageSize);
    return {
      caller: server.caller,
      clinic: server.clinic,
      messages: page,
      nextAfterSeq: rest.length > page.length ? page.at(-1)?.seq : null,
    };
  });
  platform.rules.set('acknowledge', () => ({}));
  const page = new CallerClient({ url: 'https://api.example', clinicId: 'demo', callerId: 'sue', callerToken: 'secret', platform });
  page.on('messages', (added) => shown.push(...added.map(({ seq }) => seq)));
  page.on('state', ({ state }) => states.push(state));
  page.on('ended', (ending) => endings.push(ending));
  const resumes = () => platform.sockets.flatMap((socket) => socket.sentOf('resume').map(({ afterSeq }) => afterSeq));
  const acknowledged = () =>
    platform.sockets.flatMap((socket) => socket.sentOf('acknowledge').map(({ deliveredSeq, readSeq }) => ({ deliveredSeq, readSeq })));
  return { platform, page, server, shown, states, endings, resumes, acknowledged };
};

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error instanceof WaitingAreaError ? error.code : String(error)),
  );

describe('a waiting page', () => {
  it('opens its socket with a ticket that its token bought', async () => {
    const { platform, page } = aPage();
    await page.open();
    expect(platform.calls[0]).toMatchObject({
      method: 'POST',
      url: 'https://api.example/clinics/demo/callers/sue/tickets',
      headers: { authorization: 'Bearer secret' },
    });
  });

  it('gets what is kept of its caller, without a socket', async () => {
    const { platform, page } = aPage();
    platform.http = () => ({ status: 200, body: { messages: [] } });
    await expect(page.export()).resolves.toEqual({ messages: [] });
    expect(platform.calls).toEqual([
      { method: 'GET', url: 'https://api.example/clinics/demo/callers/sue/export', headers: { authorization: 'Bearer secret' } },
    ]);
    expect(platform.sockets).toEqual([]);
  });

  it('has the whole conversation when it is open, over all pages', async () => {
    const { page, server, shown, resumes } = aPage(messages(1, 2, 3, 4, 5));
    server.pageSize = 2;
    await page.open();
    expect(shown).toEqual([1, 2, 3, 4, 5]);
    expect(resumes()).toEqual([0, 2, 4]);
  });

  it('shows each message once and in order, though frames come twice and out of order', async () => {
    const { platform, page, shown } = aPage(messages(1));
    await page.open();
    for (const seqs of [[3], [2, 3], [1], [4], [2]]) platform.lastSocket.push({ type: 'messagesAdded', messages: messages(...seqs) });
    expect(shown).toEqual([1, 2, 3, 4]);
  });

  it('fetches what is missing when a gap stays for a second', async () => {
    const { platform, page, server, shown, resumes } = aPage(messages(1));
    await page.open();
    server.conversation.push(...messages(2, 3));
    platform.lastSocket.push({ type: 'messagesAdded', messages: messages(3) });
    await platform.pass(999);
    expect(shown).toEqual([1]);
    await platform.pass(1);
    expect(shown).toEqual([1, 2, 3]);
    expect(resumes()).toEqual([0, 1]);
  });

  it('asks for nothing when the gap closes by itself', async () => {
    const { platform, page, resumes } = aPage(messages(1));
    await page.open();
    platform.lastSocket.push({ type: 'messagesAdded', messages: messages(3) });
    platform.lastSocket.push({ type: 'messagesAdded', messages: messages(2) });
    await platform.pass(2000);
    expect(resumes()).toEqual([0]);
  });

  it('fetches what its own count says is there', async () => {
    const { platform, page, server, shown } = aPage();
    await page.open();
    server.conversation.push(aMessage(1));
    platform.lastSocket.push({ type: 'callerChanged', caller: aCaller({ version: 2, messageCount: 1, status: 'being-seen' }) });
    await platform.pass(1000);
    expect(shown).toEqual([1]);
    expect(page.caller?.status).toBe('being-seen');
  });

  it('resumes after a lost connection from where it was', async () => {
    const { platform, page, server, shown, states, resumes } = aPage(messages(1, 2));
    await page.open();
    platform.lastSocket.drop();
    server.conversation.push(...messages(3));
    await platform.pass(reconnectWindowMs);
    expect(shown).toEqual([1, 2, 3]);
    expect(resumes()).toEqual([0, 2]);
    expect(states).toEqual(['connecting', 'open', 'reconnecting', 'open']);
  });

  it('may write when its own switch says so, else when the clinic’s does', async () => {
    const { platform, page } = aPage();
    expect(page.canWrite).toBe(false);
    await page.open();
    expect(page.canWrite).toBe(true);
    platform.lastSocket.push({ type: 'clinicChanged', clinic: aClinic({ version: 2, guestMessages: false }) });
    expect(page.canWrite).toBe(false);
    platform.lastSocket.push({ type: 'callerChanged', caller: aCaller({ version: 2, guestMessages: true }) });
    expect(page.canWrite).toBe(true);
    platform.lastSocket.push({ type: 'clinicChanged', clinic: aClinic({ version: 1, guestMessages: true, name: 'old news' }) });
    expect(page.clinic?.name).toBe('Demo Clinic');
  });

  it('is not disturbed by events it does not know', async () => {
    const { platform, page } = aPage();
    await page.open();
    platform.lastSocket.push({ type: 'somethingNew', value: 1 });
    expect(page.state).toBe('open');
  });
});

describe('acknowledgements', () => {
  it('gather what came within a moment into one', async () => {
    const { platform, page, acknowledged } = aPage(messages(1, 2));
    await page.open();
    platform.lastSocket.push({ type: 'messagesAdded', messages: messages(3) });
    await platform.pass(1000);
    expect(acknowledged()).toEqual([{ deliveredSeq: 3, readSeq: undefined }]);
  });

  it('are not sent for what the server knows already', async () => {
    const { platform, page, acknowledged } = aPage(messages(1, 2), { deliveredSeq: 2, readSeq: 1 });
    await page.open();
    await platform.pass(1000);
    expect(acknowledged()).toEqual([]);
  });

  it('never claim what stands behind a gap', async () => {
    const { platform, page, acknowledged } = aPage();
    await page.open();
    platform.lastSocket.push({ type: 'messagesAdded', messages: messages(2) });
    await platform.pass(500);
    expect(acknowledged()).toEqual([]);
  });

  it('say what was read, when the page says so', async () => {
    const { platform, page, acknowledged } = aPage(messages(1, 2));
    await page.open();
    page.markRead();
    await platform.pass(1000);
    expect(acknowledged()).toEqual([{ deliveredSeq: 2, readSeq: 2 }]);
    page.markRead();
    await platform.pass(1000);
    expect(acknowledged()).toHaveLength(1);
  });

  it('are made good after the connection was lost under them', async () => {
    const { platform, page, acknowledged } = aPage(messages(1));
    platform.rules.delete('acknowledge');
    await page.open();
    await platform.pass(100);
    platform.lastSocket.drop();
    platform.rules.set('acknowledge', () => ({}));
    await platform.pass(reconnectWindowMs);
    expect(acknowledged()).toEqual([{ deliveredSeq: 1 }, { deliveredSeq: 1 }]);
  });

  it('are repeated when the server posts again what it believes undelivered', async () => {
    const { platform, page, acknowledged, shown } = aPage(messages(1));
    platform.rules.set('acknowledge', () => new Refusal('unavailable'));
    await page.open();
    await platform.pass(100);
    platform.rules.set('acknowledge', () => ({}));
    platform.lastSocket.push({ type: 'messagesAdded', messages: messages(1) });
    await platform.pass(100);
    expect(acknowledged()).toHaveLength(2);
    expect(shown).toEqual([1]);
  });
});

describe('writing to the clinic', () => {
  it('resolves with the stored message and shows it once', async () => {
    const { platform, page, shown } = aPage();
    platform.rules.set('sendMessage', ({ messageId, text }) => ({
      message: aMessage(1, { messageId: String(messageId), text: String(text), from: 'caller', kind: 'message' }),
      duplicate: false,
    }));
    await page.open();
    expect(await page.sendMessage('I am here')).toMatchObject({ seq: 1, text: 'I am here', from: 'caller' });
    platform.lastSocket.push({ type: 'messagesAdded', messages: messages(1) });
    expect(shown).toEqual([1]);
    expect(page.outbox).toEqual([]);
  });

  it('keeps its id through a lost answer and a reconnect, so that nothing doubles', async () => {
    const { platform, page } = aPage();
    await page.open();
    const sent = page.sendMessage('x');
    await platform.settle();
    platform.lastSocket.drop();
    expect(page.outbox).toMatchObject([{ text: 'x', state: 'sending' }]);
    platform.rules.set('sendMessage', ({ messageId }) => ({ message: aMessage(1, { messageId: String(messageId) }), duplicate: true }));
    await platform.pass(reconnectWindowMs);
    await sent;
    const ids = platform.sockets.flatMap((socket) => socket.sentOf('sendMessage').map(({ messageId }) => messageId));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('waits in the outbox while there is no connection at all', async () => {
    const { platform, page } = aPage();
    await page.open();
    platform.opens = false;
    platform.lastSocket.drop();
    const sent = page.sendMessage('from the tunnel');
    await platform.pass(600_000);
    expect(page.outbox).toHaveLength(1);
    platform.opens = true;
    platform.rules.set('sendMessage', () => ({ message: aMessage(1), duplicate: false }));
    await platform.pass(60_000);
    expect(await sent).toMatchObject({ seq: 1 });
  });

  it('sends one after the other, in the order of writing', async () => {
    const { platform, page } = aPage();
    await page.open();
    const sent = [page.sendMessage('one'), page.sendMessage('two')];
    await platform.settle();
    expect(platform.lastSocket.sentOf('sendMessage').map(({ text }) => text)).toEqual(['one']);
    let seq = 0;
    platform.rules.set('sendMessage', () => {
      seq += 1;
      return { message: aMessage(seq), duplicate: false };
    });
    const [first] = platform.lastSocket.sentOf('sendMessage');
    if (first) platform.lastSocket.answer(first, { message: aMessage(1), duplicate: false });
    seq = 1;
    expect((await Promise.all(sent)).map((message) => message.seq)).toEqual([1, 2]);
  });

  it('keeps a refused message as failed; the same id sends it again', async () => {
    const { platform, page } = aPage();
    platform.rules.set('sendMessage', () => new Refusal('guest-messages-off'));
    await page.open();
    expect(await failure(page.sendMessage('x', 'my-id'))).toBe('guest-messages-off');
    expect(page.outbox).toMatchObject([{ messageId: 'my-id', state: 'failed', error: { code: 'guest-messages-off' } }]);
    platform.rules.set('sendMessage', () => ({ message: aMessage(1, { messageId: 'my-id' }), duplicate: false }));
    await page.sendMessage('x', 'my-id');
    expect(page.outbox).toEqual([]);
  });

  it('lets a failed message be discarded, and only a failed one', async () => {
    const { platform, page } = aPage();
    await page.open();
    const sent = failure(page.sendMessage('x', 'my-id'));
    page.discard('my-id');
    expect(page.outbox).toHaveLength(1);
    await platform.settle();
    const [frame] = platform.lastSocket.sentOf('sendMessage');
    if (frame) platform.lastSocket.answer(frame, new Refusal('conversation-full'));
    expect(await sent).toBe('conversation-full');
    page.discard('my-id');
    expect(page.outbox).toEqual([]);
  });

  it('waits and tries again when the server is busy or the minute is full', async () => {
    const { platform, page } = aPage();
    const answers = [
      new Refusal('unavailable'),
      new Refusal('rate-limited', { retryAfterSeconds: 20 }),
      { message: aMessage(1), duplicate: false },
    ];
    platform.rules.set('sendMessage', () => answers.shift());
    await page.open();
    const sent = page.sendMessage('x');
    await platform.pass(500);
    await platform.pass(19_999);
    expect(platform.lastSocket.sentOf('sendMessage')).toHaveLength(2);
    await platform.pass(1);
    expect(await sent).toMatchObject({ seq: 1 });
  });

  it('fails when the page closes, and keeps the text', async () => {
    const { platform, page } = aPage();
    await page.open();
    const sent = failure(page.sendMessage('x'));
    await platform.settle();
    page.close();
    expect(await sent).toBe('closed');
    expect(page.outbox).toMatchObject([{ text: 'x', state: 'failed' }]);
    expect(platform.pendingTimers).toEqual([]);
  });
});

describe('the end of a visit', () => {
  it('is told with its reason, and nothing reconnects', async () => {
    const { platform, page, endings, states } = aPage();
    await page.open();
    platform.lastSocket.push({ type: 'ended', reason: 'ended-by-staff' });
    platform.lastSocket.drop();
    await platform.pass(3600_000);
    expect(endings).toEqual([{ reason: 'ended-by-staff' }]);
    expect(states.at(-1)).toBe('closed');
    expect(platform.sockets).toHaveLength(1);
    expect(page.canWrite).toBe(false);
    expect(await failure(page.open())).toBe('caller-ended');
  });

  it('is found out on reconnecting', async () => {
    const { platform, page, endings } = aPage();
    await page.open();
    platform.http = () => ({ status: 409, body: { code: 'caller-ended', detail: 'The caller has left.' } });
    platform.lastSocket.drop();
    await platform.pass(reconnectWindowMs);
    expect(endings).toEqual([{ reason: undefined }]);
  });

  it('leaves open what became of a message that was on its way: it may be stored', async () => {
    const { platform, page } = aPage();
    await page.open();
    const sent = failure(page.sendMessage('x'));
    await platform.settle();
    platform.lastSocket.push({ type: 'ended', reason: 'ended-by-staff' });
    expect(await sent).toBe('no-answer');
  });

  it('says that the visit is over where the server refused a message for it', async () => {
    const { platform, page } = aPage();
    platform.rules.set('sendMessage', () => new Refusal('caller-ended'));
    await page.open();
    expect(await failure(page.sendMessage('x'))).toBe('caller-ended');
  });

  it('takes a message for sent whose frame came where its answer did not', async () => {
    const { platform, page } = aPage();
    await page.open();
    const sent = page.sendMessage('x', 'my-id');
    await platform.settle();
    platform.lastSocket.push({ type: 'messagesAdded', messages: [aMessage(1, { messageId: 'my-id', from: 'caller' })] });
    platform.lastSocket.push({ type: 'ended', reason: 'ended-by-staff' });
    expect(await sent).toMatchObject({ seq: 1 });
    expect(page.outbox).toEqual([]);
  });

  it('that is found out only on return says why, where the clinic still knows', async () => {
    const { platform, page, endings } = aPage();
    platform.http = () => ({ status: 409, body: { code: 'caller-ended', detail: '', details: { reason: 'offline' } } });
    expect(await failure(page.open())).toBe('caller-ended');
    expect(endings).toEqual([{ reason: 'offline' }]);
  });

  it('comes by leaving, told once', async () => {
    const { platform, page, endings } = aPage();
    platform.rules.set('leave', () => ({}));
    await page.open();
    const socket = platform.lastSocket;
    await page.leave();
    socket.push({ type: 'ended', reason: 'left' });
    expect(endings).toEqual([{ reason: 'left' }]);
  });

  it('is found out after leaving whose answer was lost: the clinic is not told twice', async () => {
    const { platform, page, endings } = aPage();
    await page.open();
    const left = failure(page.leave());
    await platform.settle();
    platform.http = () => ({ status: 409, body: { code: 'caller-ended', detail: '', details: { reason: 'left' } } });
    platform.lastSocket.drop();
    expect(await left).toBe('no-answer');
    await platform.pass(reconnectWindowMs);
    expect(endings).toEqual([{ reason: 'left' }]);
    expect(page.state).toBe('closed');
  });

  it('does not come by leaving without a connection: that fails within seconds, and is not made up for later', async () => {
    const { platform, page, endings } = aPage();
    await page.open();
    platform.http = () => undefined;
    platform.lastSocket.drop();
    const left = failure(page.leave());
    await platform.pass(6000);
    expect(await left).toBe('no-answer');
    platform.http = new FakePlatform().http;
    await platform.pass(60_000);
    expect(page.state).toBe('open');
    expect(platform.sockets.flatMap((socket) => socket.sentOf('leave'))).toEqual([]);
    expect(endings).toEqual([]);
  });

  it('comes by leaving as soon as a connection is there again, if that is soon', async () => {
    const { platform, page, endings } = aPage();
    platform.rules.set('leave', () => ({}));
    await page.open();
    platform.lastSocket.drop();
    await page.leave();
    expect(endings).toEqual([{ reason: 'left' }]);
  });

  it('is not asked for where the device knows that it has no network: a socket would keep it and send it later', async () => {
    const { platform, page } = aPage();
    const device = new FakePage();
    platform.page = device;
    await page.open();
    device.online = false;
    expect(await failure(page.leave())).toBe('no-answer');
    expect(platform.lastSocket.sentOf('leave')).toEqual([]);
  });
});
