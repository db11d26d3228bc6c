import { describe, expect, it } from '@jest/globals';
import { Connection, reconnectWindowMs, type Session } from '../../../client/connection.ts';
import { WaitingAreaError } from '../../../client/errors.ts';
import { aClinic } from './builders.ts';
import { FakePage, FakePlatform, Refusal } from './fake-platform.ts';

const minute = 60_000;

/** A caller-like connection whose first frame is `resume`. */
const aConnection = (given: Partial<Session> = {}) => {
  const platform = new FakePlatform();
  const states: string[] = [];
  const events: unknown[] = [];
  let tickets = 0;
  platform.rules.set('resume', () => ({}));
  const session: Session = {
    ticket: async () => {
      tickets += 1;
      return { ticket: `t${tickets}`, expiresAt: '', url: 'wss://socket.example/demo', protocol: 'waiting-area.v1' };
    },
    register: async (link) => {
      await link.request('resume', { afterSeq: 0 });
    },
    // Results have their shapes; here their way is what matters.
    isResultOf: (_, result): result is never => result !== undefined,
    onEvent: (event) => events.push(event),
    onState: (state, error) => states.push(error ? `${state}: ${error.code}` : state),
    ...given,
  };
  return { platform, states, events, connection: new Connection(platform, session), tickets: () => tickets };
};

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error instanceof WaitingAreaError ? error.code : String(error)),
  );

describe('connecting', () => {
  it('opens the socket with the subprotocol and the ticket, never with the ticket in the URL', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    expect(platform.lastSocket.protocols).toEqual(['waiting-area.v1', 'ticket.t1']);
    expect(platform.lastSocket.url).toBe('wss://socket.example/demo');
  });

  it('is open only when its first frame is answered', async () => {
    const { platform, connection, states } = aConnection();
    platform.rules.delete('resume');
    const opened = connection.open();
    await platform.settle();
    expect(states).toEqual(['connecting']);
    const [resume] = platform.lastSocket.sentOf('resume');
    if (resume) platform.lastSocket.answer(resume, {});
    await opened;
    expect(states).toEqual(['connecting', 'open']);
  });

  it('tries again with a new ticket while the network is broken', async () => {
    let broken = 2;
    const { platform, connection, states } = aConnection({
      ticket: async () => {
        broken -= 1;
        if (broken >= 0) throw new TypeError('fetch failed');
        return { ticket: 'good', expiresAt: '', url: 'wss://socket.example', protocol: '' };
      },
    });
    const opened = connection.open();
    await platform.pass(1500);
    await opened;
    expect(platform.lastSocket.protocols).toContain('ticket.good');
    expect(states).toEqual(['connecting', 'open']);
  });

  it.each(['unauthenticated', 'forbidden', 'not-found', 'caller-ended'] as const)('gives up for good when told %s', async (code) => {
    const { platform, connection, states } = aConnection({ ticket: () => Promise.reject(new WaitingAreaError(code, '')) });
    expect(await failure(connection.open())).toBe(code);
    expect(states).toEqual(['connecting', `closed: ${code}`]);
    expect(platform.pendingTimers).toEqual([]);
  });

  it('gives a handshake that never ends up after 15 s', async () => {
    const { platform, connection } = aConnection();
    platform.opens = false;
    const opened = connection.open();
    await platform.pass(15_000);
    expect(platform.sockets[0]?.closedByClient).toBe(true);
    platform.opens = true;
    await platform.pass(1000);
    await opened;
    expect(platform.sockets).toHaveLength(2);
  });

  it('waits as long as a busy server says', async () => {
    let busy = true;
    const { platform, connection } = aConnection({
      ticket: async () => {
        if (busy) throw new WaitingAreaError('rate-limited', '', { retryAfterSeconds: 40 });
        return { ticket: 't', expiresAt: '', url: 'wss://socket.example', protocol: '' };
      },
    });
    const opened = connection.open();
    await platform.settle();
    busy = false;
    await platform.pass(39_999);
    expect(platform.sockets).toHaveLength(0);
    await platform.pass(1);
    await opened;
  });
});

describe('reconnecting', () => {
  it('opens a new socket with a new ticket when the old one is lost', async () => {
    const { platform, connection, states } = aConnection();
    await connection.open();
    platform.lastSocket.drop();
    await platform.pass(reconnectWindowMs);
    expect(states).toEqual(['connecting', 'open', 'reconnecting', 'open']);
    expect(platform.lastSocket.protocols).toContain('ticket.t2');
  });

  it('waits a random share of the window, and then of the next one: never two dials in one window', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    platform.opens = false;
    const waits: (number | undefined)[] = [];
    platform.lastSocket.drop();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const [wait] = platform.pendingTimers;
      waits.push(wait);
      await platform.pass(wait ?? 0);
      platform.lastSocket.drop();
      await platform.settle();
    }
    expect(waits).toEqual([0.5 * reconnectWindowMs, 1.5 * reconnectWindowMs, 1.5 * reconnectWindowMs]);
  });

  it('dials at its own pace again after a socket that lived, and later after one that did not', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    platform.lastSocket.drop();
    await platform.pass(0.5 * reconnectWindowMs);
    platform.lastSocket.drop();
    expect(platform.pendingTimers).toEqual([1.5 * reconnectWindowMs]);
    await platform.pass(1.5 * reconnectWindowMs);
    await platform.pass(10_000);
    platform.lastSocket.drop();
    expect(platform.pendingTimers).toEqual([0.5 * reconnectWindowMs]);
  });

  it('of a first dial waits a random share of a ceiling that doubles up to 30 s', async () => {
    const { platform, connection } = aConnection();
    platform.opens = false;
    void failure(connection.open());
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await platform.settle();
      platform.lastSocket.drop();
      await platform.settle();
      const [wait] = platform.pendingTimers;
      waits.push(wait);
      await platform.pass(wait ?? 0);
    }
    connection.close();
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('never reconnects after close', async () => {
    const { platform, connection, states } = aConnection();
    await connection.open();
    connection.close();
    await platform.pass(5 * 3600_000);
    expect(platform.sockets).toHaveLength(1);
    expect(states.at(-1)).toBe('closed');
    expect(platform.pendingTimers).toEqual([]);
  });

  it('throws a socket away that opens after close', async () => {
    const { platform, connection } = aConnection();
    platform.opens = false;
    const opened = failure(connection.open());
    await platform.settle();
    connection.close();
    platform.lastSocket.open();
    await platform.settle();
    expect(await opened).toBe('closed');
    expect(platform.lastSocket.closedByClient).toBe(true);
    expect(platform.lastSocket.sent).toEqual([]);
  });

  it('can be opened again', async () => {
    const { platform, connection, states } = aConnection();
    await connection.open();
    connection.close();
    await connection.open();
    expect(states).toEqual(['connecting', 'open', 'closed', 'connecting', 'open']);
    expect(platform.sockets).toHaveLength(2);
  });
});

describe('requests', () => {
  it('answers each request with its own result, in whatever order they come', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    const first = connection.request('markRead', { callerId: 'a', seq: 1 });
    const second = connection.request('markRead', { callerId: 'b', seq: 1 });
    await platform.settle();
    const [one, two] = platform.lastSocket.sentOf('markRead');
    if (one && two) {
      platform.lastSocket.answer(two, { caller: 'b' });
      platform.lastSocket.answer(one, { caller: 'a' });
    }
    expect([await first, await second]).toEqual([{ caller: 'a' }, { caller: 'b' }]);
  });

  it('fails with the code and the details of a refusal', async () => {
    const { platform, connection } = aConnection();
    platform.rules.set('sendMessage', () => new Refusal('rate-limited', { retryAfterSeconds: 7 }));
    await connection.open();
    await expect(connection.request('sendMessage', {})).rejects.toMatchObject({ code: 'rate-limited', retryAfterSeconds: 7 });
  });

  it('sends a request again on the next socket when the answer was lost', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    const answered = connection.request('notify', { callerId: 'a', messageId: 'm1', text: 'x' });
    await platform.settle();
    platform.lastSocket.drop();
    platform.rules.set('notify', () => ({ duplicate: true }));
    await platform.pass(reconnectWindowMs);
    expect(await answered).toEqual({ duplicate: true });
    expect(platform.sockets.map((socket) => socket.sentOf('notify')[0]?.messageId)).toEqual(['m1', 'm1']);
  });

  it('does not send again what must not be repeated', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    const answered = failure(connection.request('setStatus', { callerId: 'a', status: 'on-hold' }, { repeat: false }));
    await platform.settle();
    platform.lastSocket.drop();
    expect(await answered).toBe('no-answer');
    await platform.pass(reconnectWindowMs);
    expect(platform.lastSocket.sentOf('setStatus')).toEqual([]);
  });

  it('takes a socket for dead that does not answer within 12 s', async () => {
    const { platform, connection, states } = aConnection();
    await connection.open();
    const answered = failure(connection.request('thread', {}, { repeat: false }));
    await platform.pass(12_000);
    expect(await answered).toBe('no-answer');
    expect(platform.sockets[0]?.closedByClient).toBe(true);
    await platform.pass(1000);
    expect(states.slice(-2)).toEqual(['reconnecting', 'open']);
  });

  it('waits for a connection, but not longer than its patience', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    platform.opens = false;
    platform.lastSocket.drop();
    const answered = failure(connection.request('thread', {}));
    await platform.pass(30_000);
    expect(await answered).toBe('no-answer');
  });

  it('waits for ever when patience is endless', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    platform.opens = false;
    platform.lastSocket.drop();
    const answered = connection.request('sendMessage', { messageId: 'm' }, { patienceMs: Number.POSITIVE_INFINITY });
    await platform.pass(3600_000);
    platform.opens = true;
    platform.rules.set('sendMessage', () => ({ duplicate: false }));
    await platform.pass(60_000);
    expect(await answered).toEqual({ duplicate: false });
  });

  it('fails with closed when the client closes, and with the reason when it was closed for one', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    const first = failure(connection.request('thread', {}));
    await platform.settle();
    connection.close();
    expect(await first).toBe('closed');
    await connection.open();
    const second = failure(connection.request('thread', {}));
    await platform.settle();
    connection.close(new WaitingAreaError('caller-ended', ''));
    expect(await second).toBe('caller-ended');
    expect(await failure(connection.request('thread', {}))).toBe('caller-ended');
  });

  it('registers once more when its socket was struck off, and then asks again', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    let registered = false;
    platform.rules.set('resume', () => {
      registered = true;
      return {};
    });
    platform.rules.set('sendMessage', () => (registered ? { duplicate: false } : new Refusal('forbidden')));
    expect(await connection.request('sendMessage', {})).toEqual({ duplicate: false });
  });

  it('believes the second forbidden', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    platform.rules.set('sendMessage', () => new Refusal('forbidden'));
    expect(await failure(connection.request('sendMessage', {}))).toBe('forbidden');
    expect(platform.lastSocket.sentOf('sendMessage')).toHaveLength(2);
  });

  it('does not stumble over frames that are not of the contract', async () => {
    const { platform, connection, events } = aConnection();
    await connection.open();
    for (const text of ['{"message":"Internal server error"}', 'no json', 'null', '7', '{"type":"ok","requestId":"unknown","result":{}}']) {
      platform.lastSocket.pushText(text);
    }
    expect(events).toEqual([]);
    expect(connection.state).toBe('open');
  });
});

describe('a socket that stays open', () => {
  it('is pinged after 4.5 min of silence', async () => {
    const { platform, connection } = aConnection();
    platform.randomness = 0.9;
    await connection.open();
    await platform.pass(4.5 * minute - 1);
    expect(platform.lastSocket.sentOf('ping')).toHaveLength(0);
    await platform.pass(1);
    expect(platform.lastSocket.sentOf('ping')).toHaveLength(1);
  });

  it('registers again at once when it is woken', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    connection.wake();
    await platform.settle();
    expect(platform.lastSocket.sentOf('resume')).toHaveLength(2);
  });

  it('does not wait out its backoff when it is woken', async () => {
    let broken = true;
    const { platform, connection, states } = aConnection({
      ticket: async () => {
        if (broken) throw new TypeError('fetch failed');
        return { ticket: 'good', expiresAt: '', url: 'wss://socket.example', protocol: '' };
      },
    });
    const opened = connection.open();
    await platform.settle();
    broken = false;
    connection.wake();
    await opened;
    expect(states).toEqual(['connecting', 'open']);
  });

  it('stays closed when it is woken', async () => {
    const { platform, connection, states } = aConnection();
    connection.wake();
    await platform.settle();
    expect(states).toEqual([]);
  });

  it('registers again every 4 to 5 min, and soon after the start where asked to', async () => {
    const { platform, connection } = aConnection({ registerAgainAfterMs: 3000 });
    await connection.open();
    await platform.pass(3000);
    expect(platform.lastSocket.sentOf('resume')).toHaveLength(2);
    await platform.pass(4.5 * minute);
    expect(platform.lastSocket.sentOf('resume')).toHaveLength(3);
    await platform.pass(9 * minute);
    expect(platform.lastSocket.sentOf('resume')).toHaveLength(5);
  });

  it('closes when it is told that it may no longer register', async () => {
    const { platform, connection, states } = aConnection();
    await connection.open();
    platform.rules.set('resume', () => new Refusal('forbidden'));
    await platform.pass(5 * minute);
    expect(states.at(-1)).toBe('closed: forbidden');
  });

  it('stays when the server is merely busy', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    platform.rules.set('resume', () => new Refusal('unavailable'));
    await platform.pass(5 * minute);
    expect(connection.state).toBe('open');
    expect(platform.sockets).toHaveLength(1);
  });

  it('is renewed before two hours are over: the new socket is registered before the old one closes', async () => {
    const { platform, connection, states, events } = aConnection();
    await connection.open();
    await platform.pass(112 * minute);
    expect(platform.sockets).toHaveLength(1);
    const [old] = platform.sockets;
    platform.rules.set('resume', (_frame, socket) => {
      if (socket !== old) {
        expect(old?.isOpen).toBe(true);
        old?.push({ type: 'clinicChanged', clinic: aClinic() });
      }
      return {};
    });
    await platform.pass(minute);
    expect(platform.sockets).toHaveLength(2);
    expect(old?.closedByClient).toBe(true);
    expect(platform.lastSocket.isOpen).toBe(true);
    expect(states).toEqual(['connecting', 'open']);
    expect(events).toEqual([{ type: 'clinicChanged', clinic: aClinic() }]);
  });

  it('is renewed without losing an answer that is still owed', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    const [old] = platform.sockets;
    await platform.pass(112.5 * minute - 5000);
    const answered = connection.request('thread', {});
    await platform.pass(5000);
    expect(platform.sockets).toHaveLength(2);
    expect(old?.isOpen).toBe(true);
    const [asked] = old?.sentOf('thread') ?? [];
    if (asked) old?.answer(asked, { messages: [] });
    expect(await answered).toEqual({ messages: [] });
    expect(old?.isOpen).toBe(false);
  });

  it('keeps the old socket while the renewal fails, and tries again', async () => {
    const { platform, connection, states } = aConnection();
    await connection.open();
    await platform.pass(112 * minute);
    platform.opens = false;
    await platform.pass(minute);
    expect(connection.state).toBe('open');
    platform.lastSocket.drop();
    platform.opens = true;
    await platform.pass(minute);
    expect(platform.sockets.filter(({ isOpen }) => isOpen)).toHaveLength(1);
    expect(platform.sockets[0]?.closedByClient).toBe(true);
    expect(states).toEqual(['connecting', 'open']);
  });
});

describe('a person', () => {
  /** A connection that has lost its good socket to the other side. */
  const aLostConnection = async () => {
    const scene = aConnection();
    await scene.connection.open();
    await scene.platform.pass(minute);
    scene.platform.lastSocket.drop();
    return scene;
  };

  it('who sends while there is no socket does not wait for the window', async () => {
    const { platform, connection } = await aLostConnection();
    platform.rules.set('notify', () => ({ duplicate: false }));
    expect(await connection.request('notify', {})).toEqual({ duplicate: false });
    expect(platform.now()).toBe(minute);
  });

  it('whose request was lost with its socket waits with all the others, and is answered once', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    await platform.pass(minute);
    const answered = connection.request('notify', { messageId: 'm1' });
    await platform.settle();
    platform.lastSocket.drop();
    platform.rules.set('notify', () => ({ duplicate: true }));
    await platform.pass(0.5 * reconnectWindowMs - 1);
    expect(platform.sockets).toHaveLength(1);
    await platform.pass(1);
    expect(await answered).toEqual({ duplicate: true });
  });

  it('who looks at the page does not wait for the window', async () => {
    const { platform, connection } = await aLostConnection();
    connection.wake();
    await platform.settle();
    expect([connection.state, platform.now()]).toEqual(['open', minute]);
  });

  it('who looks at a page whose socket is dead waits a second, not for the window', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    await platform.pass(minute);
    platform.rules.delete('resume');
    connection.wake();
    await platform.pass(3000);
    platform.lastSocket.drop();
    platform.rules.set('resume', () => ({}));
    await platform.pass(1000);
    expect([connection.state, platform.sockets.length]).toEqual(['open', 2]);
  });

  it('does not wait for the window where this side gave the socket up', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    await platform.pass(minute);
    const unanswered = failure(connection.request('thread', {}, { repeat: false }));
    await platform.pass(12_000);
    expect(await unanswered).toBe('no-answer');
    await platform.pass(1000);
    expect([connection.state, platform.sockets.length]).toEqual(['open', 2]);
  });

  it('asks once however many reasons to look come together', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    connection.wake();
    connection.wake();
    await platform.settle();
    expect(platform.lastSocket.sentOf('resume')).toHaveLength(2);
    connection.wake();
    await platform.settle();
    expect(platform.lastSocket.sentOf('resume')).toHaveLength(3);
  });
});

describe('a member whose role has changed', () => {
  it('does not wait for the window', async () => {
    const { platform, connection, tickets } = aConnection();
    await connection.open();
    await platform.pass(minute);
    platform.lastSocket.push({ type: 'membershipChanged' });
    platform.lastSocket.drop();
    await platform.pass(1000);
    expect([connection.state, tickets()]).toEqual(['open', 2]);
  });
});

describe('a page', () => {
  const aPage = async () => {
    const scene = aConnection();
    const page = new FakePage();
    scene.platform.page = page;
    await scene.connection.open();
    await scene.platform.pass(minute);
    return { ...scene, page };
  };

  it('is listened to while the connection is open, and no longer', async () => {
    const { platform, connection, page } = await aPage();
    page.wake();
    await platform.settle();
    expect(platform.lastSocket.sentOf('resume')).toHaveLength(2);
    connection.close();
    expect(page.listeners).toBe(0);
  });

  it('without a network does not dial, and dials as soon as it is back', async () => {
    const { platform, connection, page, tickets } = await aPage();
    page.online = false;
    platform.lastSocket.drop();
    await platform.pass(30 * minute);
    expect(tickets()).toBe(1);
    page.online = true;
    page.wake();
    await platform.settle();
    expect([connection.state, tickets()]).toEqual(['open', 2]);
  });

  it('whose network comes back without a word dials within a minute', async () => {
    const { platform, connection, page } = await aPage();
    page.online = false;
    platform.lastSocket.drop();
    await platform.pass(10 * minute);
    page.online = true;
    await platform.pass(minute);
    expect(connection.state).toBe('open');
  });

  it('opened without a network waits for it', async () => {
    const { platform, connection } = aConnection();
    const page = new FakePage();
    platform.page = page;
    page.online = false;
    const opened = connection.open();
    await platform.pass(5000);
    expect(platform.sockets).toEqual([]);
    page.online = true;
    page.wake();
    await opened;
    expect(connection.state).toBe('open');
  });

  it('that nobody sees goes on dialling, but after some failures at most once a minute', async () => {
    const { platform, page } = await aPage();
    page.visible = false;
    platform.opens = false;
    platform.lastSocket.drop();
    const dials: number[] = [];
    for (let seen = platform.sockets.length; dials.length < 8; ) {
      await platform.pass(500);
      if (platform.sockets.length > seen) {
        seen = platform.sockets.length;
        dials.push(platform.now());
        platform.lastSocket.drop();
      }
    }
    const pauses = dials.slice(1).map((at, index) => at - (dials[index] ?? 0));
    expect(pauses.slice(0, 3).every((pause) => pause < minute)).toBe(true);
    expect(pauses.slice(3).every((pause) => pause >= minute && pause < 2 * minute)).toBe(true);
  });

  it('that is seen again dials at once', async () => {
    const { platform, connection, page } = await aPage();
    page.visible = false;
    platform.opens = false;
    platform.lastSocket.drop();
    await platform.pass(10 * minute);
    platform.lastSocket.drop();
    await platform.settle();
    platform.opens = true;
    page.visible = true;
    page.wake();
    await platform.settle();
    expect(connection.state).toBe('open');
  });
});

describe('a hidden page, whose timers run once a minute', () => {
  it('is never silent for the ten minutes after which the gateway closes, and is renewed before two hours', async () => {
    const { platform, connection, states } = aConnection();
    platform.timersRunEveryMs = minute;
    platform.randomness = 0.999;
    await connection.open();
    let heardAt = platform.now();
    let frames = 0;
    for (let passed = 0; passed < 6 * 60; passed += 1) {
      await platform.pass(minute);
      const sent = platform.sockets.flatMap((socket) => socket.sent).length;
      if (sent > frames) heardAt = platform.now();
      frames = sent;
      expect(platform.now() - heardAt).toBeLessThan(10 * minute);
    }
    expect(platform.sockets).toHaveLength(4);
    expect(platform.sockets.filter(({ isOpen }) => isOpen)).toHaveLength(1);
    expect(states).toEqual(['connecting', 'open']);
  });
});

describe('a renewal in the middle of a send', () => {
  it('answers the request once, though the old socket is taken away before it did', async () => {
    const { platform, connection, states } = aConnection();
    await connection.open();
    await platform.pass(112.5 * minute - 5000);
    const [old] = platform.sockets;
    const answered = connection.request('sendMessage', { messageId: 'm1' });
    platform.opens = false;
    await platform.pass(5000);
    expect(platform.sockets).toHaveLength(2);
    old?.drop();
    platform.rules.set('sendMessage', () => ({ duplicate: true }));
    platform.lastSocket.open();
    await platform.settle();
    expect(await answered).toEqual({ duplicate: true });
    expect(platform.sockets.map((socket) => socket.sentOf('sendMessage').length)).toEqual([1, 1]);
    expect(states).toEqual(['connecting', 'open', 'reconnecting', 'open']);
  });
});

describe('a laptop that slept for three hours', () => {
  it('has a new socket at once, though nobody told it that the old one is dead', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    await platform.pass(minute);
    const [old] = platform.sockets;
    platform.rules.set('resume', (_frame, socket) => (socket === old ? undefined : {}));
    platform.sleep(180 * minute);
    await platform.pass(0);
    expect(platform.sockets).toHaveLength(2);
    expect([connection.state, old?.closedByClient]).toEqual(['open', false]);
    await platform.pass(12_000);
    expect([connection.state, old?.closedByClient]).toEqual(['open', true]);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ])('does not wait for the window where it hears of the dead socket %s its timers', async (_when, order) => {
    const { platform, connection } = aConnection();
    await connection.open();
    await platform.pass(minute);
    const [old] = platform.sockets;
    platform.rules.set('resume', (_frame, socket) => (socket === old ? undefined : {}));
    platform.sleep(60 * minute);
    if (order === 1) await platform.pass(0);
    old?.drop();
    await platform.pass(1000);
    expect([connection.state, platform.sockets.length]).toEqual(['open', 2]);
  });
});

describe('a socket that gave way to a newer one', () => {
  it('closes the connection for good, until it is opened again', async () => {
    const { platform, connection, states, events } = aConnection();
    await connection.open();
    platform.lastSocket.push({ type: 'displaced' });
    platform.lastSocket.drop();
    connection.wake();
    await platform.pass(60 * minute);
    expect(platform.sockets).toHaveLength(1);
    expect(states).toEqual(['connecting', 'open', 'closed: displaced']);
    expect(events).toEqual([]);
    expect(await failure(connection.request('thread', {}))).toBe('displaced');
    await connection.open();
    expect(states.at(-1)).toBe('open');
  });

  it('leaves the connection open where the newer one is its own', async () => {
    const { platform, connection, states } = aConnection();
    await connection.open();
    await platform.pass(112 * minute);
    const [old] = platform.sockets;
    platform.rules.set('resume', (_frame, socket) => {
      if (socket !== old) old?.push({ type: 'displaced' });
      return {};
    });
    await platform.pass(minute);
    expect([connection.state, platform.sockets.length, old?.isOpen]).toEqual(['open', 2, false]);
    expect(states).toEqual(['connecting', 'open']);
  });
});
