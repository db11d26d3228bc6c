import { beforeAll, describe, expect, it } from '@jest/globals';
import { Connection, reconnectWindowMs } from '../../../client/connection.ts';
import { fullestWindow, StormPlatform, seeded } from './storm-platform.ts';

/** API Gateway takes so many new connections a second from one account (DG/apigateway-execution-service-websocket-limits-table). */
const mostASecond = 500;
const clients = 10_000;

// What is answered is none of the storm's matters.
const isAnything = (_: unknown, result: unknown): result is never => result !== undefined;

const aCrowd = async (seed: number) => {
  const platform = new StormPlatform(seed);
  const crowd = Array.from(
    { length: clients },
    () =>
      new Connection(platform, {
        ticket: async () => ({ ticket: 't', expiresAt: '', url: 'wss://socket.example', protocol: 'waiting-area.v1' }),
        register: async (link) => {
          await link.request('resume', { afterSeq: 0 });
        },
        isResultOf: isAnything,
        onEvent: () => {},
        onState: () => {},
      }),
  );
  const opened = Promise.all(crowd.map((connection) => connection.open()));
  await platform.pass(11_000);
  await opened;
  platform.dials.length = 0;
  return {
    platform,
    crowd,
    areOpen: () => crowd.filter(({ state }) => state === 'open').length,
    loseAll: () => {
      for (const handlers of [...platform.open]) {
        platform.open.delete(handlers);
        handlers.onClose();
      }
    },
  };
};

describe('ten thousand clients that lose their sockets at one moment', () => {
  // Ten thousand clients are dear: each storm strikes the same ones, at other draws.
  let given: Awaited<ReturnType<typeof aCrowd>>;

  beforeAll(async () => {
    given = await aCrowd(1);
  });

  it.each(['first', 'second'])(
    'are all back within 25 s, never more than 500 a second, every request answered once: the %s storm',
    async () => {
      const { platform, crowd, areOpen, loseAll } = given;
      platform.dials.length = 0;
      platform.received.clear();
      platform.answersNotify = false;
      let answers = 0;
      const answered = crowd.slice(0, 1000).map(async (connection, index) => {
        await connection.request('notify', { messageId: `m${index}` });
        answers += 1;
      });
      await platform.pass(100);
      loseAll();
      platform.answersNotify = true;
      await platform.pass(25_000);
      await Promise.all(answered);
      expect([areOpen(), platform.open.size, platform.dials.length]).toEqual([clients, clients, clients]);
      expect(fullestWindow(platform.dials)).toBeLessThanOrEqual(mostASecond);
      expect(answers).toBe(1000);
      // Once before the storm, and once after it: the id keeps the server from doing it twice.
      expect(new Set(platform.received.values())).toEqual(new Set([2]));
      // The next storm strikes sockets that have lived.
      await platform.pass(11_000);
    },
  );

  it('never dial more than 500 a second while the service is away, nor when it is back', async () => {
    const { platform, areOpen, loseAll } = given;
    platform.dials.length = 0;
    platform.accepts = false;
    loseAll();
    await platform.pass(45_000);
    expect(areOpen()).toBe(0);
    platform.accepts = true;
    await platform.pass(2 * reconnectWindowMs + 500);
    expect(areOpen()).toBe(clients);
    expect(fullestWindow(platform.dials)).toBeLessThanOrEqual(mostASecond);
  });
});

describe('the window', () => {
  const share = (windowMs: number, storms: number): number => {
    let kept = 0;
    for (let seed = 1; seed <= storms; seed += 1) {
      const random = seeded(seed * 7919);
      const moments = Float64Array.from({ length: clients }, () => random() * windowMs).sort();
      if (fullestWindow(moments) <= mostASecond) kept += 1;
    }
    return kept / storms;
  };

  it('keeps 10,000 random dials under the limit in thirty storms of thirty; a window of 23 s would not', () => {
    expect(share(reconnectWindowMs, 30)).toBe(1);
    expect(share(reconnectWindowMs - 1500, 30)).toBeLessThan(0.95);
  });
});
