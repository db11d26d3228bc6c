import { describe, expect, it } from '@jest/globals';
import type { Caller, Message } from '../../../protocol/objects.ts';
import type { StoredOutgoing } from '../../../web/waiting/stored-visit.ts';
import { VisitSession } from '../../../web/waiting/visit-session.ts';
import { aCaller, aClinic, aMessage, messages } from '../client/builders.ts';
import { FakePlatform, Refusal } from '../client/fake-platform.ts';

/** What a tab keeps, without a browser. */
class FakeStorage {
  outbox: readonly StoredOutgoing[] = [];
  forgotten = false;

  forget(): void {
    this.forgotten = true;
    this.outbox = [];
  }
}

/** A page's visit before a server that holds a conversation, and whose clinic may end the visit. */
const aSession = (conversation: Message[] = [], given: Partial<Caller> = {}, interrupted: readonly StoredOutgoing[] = []) => {
  const platform = new FakePlatform();
  const storage = new FakeStorage();
  storage.outbox = interrupted;
  const server = { conversation, caller: aCaller({ messageCount: conversation.length, ...given }), refusesTickets: 0 };
  const ticket = platform.http;
  platform.http = (call) => {
    if (server.refusesTickets === 0) return ticket(call);
    return { status: server.refusesTickets, body: { code: server.refusesTickets === 401 ? 'unauthenticated' : 'caller-ended' } };
  };
  platform.rules.set('resume', ({ afterSeq }) => ({
    caller: server.caller,
    clinic: aClinic(),
    messages: server.conversation.filter(({ seq }) => seq > Number(afterSeq)),
    nextAfterSeq: null,
  }));
  platform.rules.set('acknowledge', () => ({}));
  platform.rules.set('sendMessage', ({ messageId, text }) => {
    const message = aMessage(server.conversation.length + 1, { messageId: String(messageId), text: String(text), from: 'caller' });
    server.conversation.push(message);
    return { message, duplicate: false };
  });
  const news: number[] = [];
  const session = new VisitSession({
    url: 'https://api.example',
    visit: { clinicId: 'demo', callerId: 'sue', callerToken: 'secret' },
    clinic: aClinic(),
    storage,
    onNews: () => news.push(session.view().messages.length),
    platform,
  });
  const start = async () => {
    session.start();
    await platform.settle();
  };
  const end = async (reason: string) => {
    server.refusesTickets = 409;
    platform.lastSocket.push({ type: 'ended', reason });
    await platform.settle();
  };
  return { platform, storage, server, session, news, start, end };
};

describe('a visit', () => {
  it('shows the conversation, and the same view until something changes', async () => {
    const { session, start } = aSession(messages(1, 2));
    await start();
    expect(session.view().messages).toHaveLength(2);
    expect(session.view()).toBe(session.view());
  });

  it('announces what the clinic wrote and the caller has not read, and nothing else', async () => {
    const { platform, session, news, start } = aSession(messages(1, 2), { readSeq: 2 });
    await start();
    expect(news).toEqual([]);
    platform.lastSocket.push({ type: 'messagesAdded', messages: messages(3) });
    expect(news).toEqual([3]);
    platform.lastSocket.push({ type: 'messagesAdded', messages: [aMessage(4, { from: 'caller' })] });
    expect(news).toEqual([3]);
    session.markRead();
    expect(session.view().readSeq).toBe(4);
  });

  it('keeps what is on its way until it is stored', async () => {
    const { platform, storage, session, start } = aSession();
    await start();
    platform.rules.delete('sendMessage');
    session.send('I am here');
    expect(storage.outbox).toEqual([{ messageId: expect.any(String), text: 'I am here', state: 'sending' }]);
    await platform.settle();
    const [frame] = platform.lastSocket.sentOf('sendMessage');
    if (frame) platform.lastSocket.answer(frame, { message: aMessage(1, { from: 'caller' }), duplicate: false });
    await platform.settle();
    expect(storage.outbox).toEqual([]);
  });

  it('sends what a reload interrupted, under the id it had', async () => {
    const { platform, storage, start } = aSession([], {}, [{ messageId: 'before', text: 'Am I next?', state: 'sending' }]);
    await start();
    expect(platform.lastSocket.sentOf('sendMessage')).toMatchObject([{ messageId: 'before', text: 'Am I next?' }]);
    expect(storage.outbox).toEqual([]);
  });

  it('does not send by itself, after a reload, what the person was told is not sent', async () => {
    const { platform, storage, session, start } = aSession([], {}, [{ messageId: 'refused', text: 'Hello?', state: 'failed' }]);
    await start();
    expect(platform.lastSocket.sentOf('sendMessage')).toEqual([]);
    expect(session.view().outbox).toMatchObject([{ messageId: 'refused', state: 'failed' }]);
    session.send('Am I next?');
    await platform.settle();
    expect(storage.outbox).toMatchObject([{ messageId: 'refused', state: 'failed' }]);
    session.send('Hello?', 'refused');
    await platform.settle();
    expect(session.view()).toMatchObject({ outbox: [], messages: [{ text: 'Am I next?' }, { text: 'Hello?', messageId: 'refused' }] });
    expect(storage.outbox).toEqual([]);
  });

  it('removes what was not sent before a reload, for good', async () => {
    const { storage, session, start } = aSession([], {}, [{ messageId: 'refused', text: 'Hello?', state: 'failed' }]);
    await start();
    session.discard('refused');
    expect(session.view().outbox).toEqual([]);
    expect(storage.outbox).toEqual([]);
  });

  it('keeps what is on its way when the page itself goes', async () => {
    const { platform, storage, session, start } = aSession();
    await start();
    platform.rules.delete('sendMessage');
    session.send('Wait for me');
    session.stop();
    await platform.settle();
    expect(storage.outbox).toHaveLength(1);
  });

  it('comes back by itself when the clinic undoes its end', async () => {
    const { platform, storage, server, session, start, end } = aSession(messages(1));
    await start();
    await end('ended-by-staff');
    expect(session.view().ending).toBe('ended-by-staff');
    await platform.pass(60_000);
    expect(session.view().ending).toBe('ended-by-staff');
    server.refusesTickets = 0;
    await platform.pass(60_000);
    expect(session.view()).toMatchObject({ ending: undefined, connection: 'open', messages: [{ seq: 1 }] });
    expect(storage.forgotten).toBe(false);
  });

  it('shows what its end kept from being sent, and sends it after an undo only when it is asked to', async () => {
    const { platform, storage, server, session, start, end } = aSession();
    await start();
    const stored = platform.rules.get('sendMessage');
    platform.rules.delete('sendMessage');
    session.send('Wait for me', 'cut-off');
    await platform.settle();
    await end('ended-by-staff');
    expect(session.view()).toMatchObject({ ending: 'ended-by-staff', outbox: [{ messageId: 'cut-off', state: 'failed' }] });

    if (stored) platform.rules.set('sendMessage', stored);
    server.refusesTickets = 0;
    await platform.pass(60_000);
    expect(session.view()).toMatchObject({ ending: undefined, outbox: [{ messageId: 'cut-off', state: 'failed' }] });
    expect(platform.lastSocket.sentOf('sendMessage')).toEqual([]);
    expect(storage.outbox).toMatchObject([{ messageId: 'cut-off', state: 'failed' }]);

    session.send('Wait for me', 'cut-off');
    await platform.settle();
    expect(session.view()).toMatchObject({ outbox: [], messages: [{ messageId: 'cut-off' }] });
  });

  it('looks at once when the page is looked at, and stops by itself after half an hour', async () => {
    const { platform, server, session, start, end } = aSession();
    await start();
    await end('ended-by-staff');
    await platform.pass(40 * 60_000);
    expect(platform.pendingTimers).toEqual([]);
    server.refusesTickets = 0;
    session.wake();
    await platform.settle();
    expect(session.view().ending).toBeUndefined();
  });

  it('tells that it had ended before a reload, and shows no conversation, as its token opens none any more', async () => {
    const { platform, server, session, start } = aSession(messages(1, 2));
    server.refusesTickets = 409;
    await start();
    await platform.settle();
    expect(session.view()).toMatchObject({ ending: 'unknown', messages: [] });
    expect(platform.calls.filter(({ method }) => method === 'GET')).toEqual([]);
  });

  it.each(['left', 'erased'])('forgets itself when it was %s, and does not look again', async (reason) => {
    const { platform, storage, session, start, end } = aSession();
    await start();
    await end(reason);
    session.wake();
    expect(session.view().ending).toBe(reason);
    expect(storage.forgotten).toBe(true);
    expect(platform.pendingTimers).toEqual([]);
  });

  it.each(['left', 'erased'])('writes nothing more to the device when it was %s with a message under way', async (reason) => {
    const { platform, storage, session, start, end } = aSession();
    await start();
    platform.rules.delete('sendMessage');
    session.send('My knee hurts');
    await platform.settle();
    expect(storage.outbox).toHaveLength(1);
    await end(reason);
    await platform.settle();
    expect(storage.forgotten).toBe(true);
    expect(storage.outbox).toEqual([]);
  });

  it('leaves alone what the next visit of this tab keeps, though its own token is refused only then', async () => {
    const { platform, storage, server, session, start, end } = aSession();
    await start();
    await end('ended-by-staff');
    server.refusesTickets = 401;
    session.wake();
    session.stop();
    await platform.settle();
    expect(storage.forgotten).toBe(false);
  });

  it('stays closed when another page has its place, and takes it back when it is asked to', async () => {
    const { platform, session, start } = aSession(messages(1));
    await start();
    platform.lastSocket.push({ type: 'displaced' });
    await platform.pass(60_000);
    expect(session.view()).toMatchObject({ connection: 'displaced', ending: undefined, messages: [{ seq: 1 }] });
    expect(platform.sockets).toHaveLength(1);
    session.connect();
    await platform.settle();
    expect(session.view().connection).toBe('open');
  });

  it('forgets itself when its token is no longer known', async () => {
    const { platform, storage, server, start } = aSession();
    server.refusesTickets = 401;
    await start();
    await platform.pass(10_000);
    expect(storage.forgotten).toBe(true);
    expect(platform.pendingTimers).toEqual([]);
  });

  it('says that a message was refused, and sends it again under the same id', async () => {
    const { platform, session, start } = aSession();
    await start();
    const stored = platform.rules.get('sendMessage');
    platform.rules.set('sendMessage', () => new Refusal('guest-messages-off'));
    session.send('Hello?');
    await platform.settle();
    const [failed] = session.view().outbox;
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'guest-messages-off' } });
    if (stored) platform.rules.set('sendMessage', stored);
    session.send('Hello?', failed?.messageId);
    await platform.settle();
    expect(session.view()).toMatchObject({ outbox: [], messages: [{ text: 'Hello?', messageId: failed?.messageId }] });
  });
});
