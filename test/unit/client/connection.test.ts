import { describe, expect, it } from '@jest/globals';
import { Connection, type Session } from '../../../client/connection.ts';
import { WaitingAreaError } from '../../../client/errors.ts';
import { FakePlatform, Refusal } from './fake-platform.ts';

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
    await platform.pass(1000);
    expect(states).toEqual(['connecting', 'open', 'reconnecting', 'open']);
    expect(platform.lastSocket.protocols).toContain('ticket.t2');
  });

  it('waits a random share of a ceiling that doubles up to 30 s', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    platform.opens = false;
    const waits: (number | undefined)[] = [];
    platform.lastSocket.drop();
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const [wait] = platform.pendingTimers;
      waits.push(wait);
      await platform.pass(wait ?? 0);
      platform.lastSocket.drop();
      await platform.settle();
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('starts the backoff anew after a socket that lived', async () => {
    const { platform, connection } = aConnection();
    await connection.open();
    platform.lastSocket.drop();
    await platform.pass(500);
    platform.lastSocket.drop();
    expect(platform.pendingTimers[0]).toBe(1000);
    await platform.pass(1000);
    await platform.pass(10_000);
    platform.lastSocket.drop();
    expect(platform.pendingTimers[0]).toBe(500);
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
    await platform.pass(1000);
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
    await platform.pass(1000);
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
        old?.push({ type: 'clinicChanged' });
      }
      return {};
    });
    await platform.pass(minute);
    expect(platform.sockets).toHaveLength(2);
    expect(old?.closedByClient).toBe(true);
    expect(platform.lastSocket.isOpen).toBe(true);
    expect(states).toEqual(['connecting', 'open']);
    expect(events).toEqual([{ type: 'clinicChanged' }]);
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
