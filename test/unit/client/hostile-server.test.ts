import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { CallerClient } from '../../../client/caller.ts';
import { StaffClient } from '../../../client/staff.ts';
import { broadcast, caller, clinic, message } from '../../../protocol/objects.ts';
import { editedObject, hostileValue } from '../../fuzz/hostile-json.ts';
import { aBroadcast, aCaller, aClinic, aMember, aMessage } from './builders.ts';
import { FakePlatform, Refusal } from './fake-platform.ts';

/** Everything that a page is told unasked, as it should be. */
const goodEvents = [
  { type: 'callersChanged', callers: [aCaller({ callerId: 'ali', version: 2 })], removed: ['sue'] },
  { type: 'messagesAdded', callerId: 'sue', messages: [aMessage(1)] },
  { type: 'callerChanged', caller: aCaller({ version: 2 }) },
  { type: 'clinicChanged', clinic: aClinic({ version: 2, languages: ['en', 'ar'] }) },
  { type: 'broadcastProgress', broadcast: aBroadcast() },
  { type: 'callerUnanswered', caller: aCaller({ version: 3, unansweredSince: '2026-11-22T09:00:00.000Z' }) },
];

/** The same with a value deep inside replaced, a field missing, or anything else. */
const hostileFrame = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...goodEvents).chain((event) => editedObject(fc.constant(event))) },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...goodEvents), fc.nat(), hostileValue).map(([event, place, value]) => {
      const text = JSON.stringify(event);
      const values = [...text.matchAll(/(?<=:)("[^"]*"|\d+|null|true|false|\[\])/g)];
      const found = values[place % values.length];
      return found === undefined ? text : text.slice(0, found.index) + value + text.slice(found.index + found[0].length);
    }),
  },
  { weight: 1, arbitrary: hostileValue },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"type":"ok","requestId":"id1"}',
      '{"type":"error","requestId":"id1"}',
      '{"type":"error","requestId":"id1","error":null}',
      '{"type":"__proto__"}',
      '{"type":{}}',
      '{"message":"Internal server error"}',
    ),
  },
);

const pageOf = (nextPage: object) => ({ clinic: aClinic(), caller: aCaller({ messageCount: 1 }), messages: [aMessage(1)], ...nextPage });

const aCallerPage = () => {
  const platform = new FakePlatform();
  platform.rules.set('resume', ({ afterSeq }) => ({
    ...pageOf({ nextAfterSeq: null }),
    messages: Number(afterSeq) < 1 ? [aMessage(1)] : [],
  }));
  platform.rules.set('acknowledge', () => ({}));
  const page = new CallerClient({ url: 'https://api.example', clinicId: 'demo', callerId: 'sue', callerToken: 'secret', platform });
  return { platform, page };
};

const aDashboard = () => {
  const platform = new FakePlatform();
  platform.rules.set('subscribe', () => ({ callers: [aCaller()], nextCursor: null, clinic: aClinic(), me: aMember() }));
  platform.rules.set('thread', () => pageOf({ nextAfterSeq: null }));
  platform.http = ({ url }) => ({
    status: 200,
    body: url.includes('tickets')
      ? { ticket: 't', expiresAt: '', url: 'wss://x', protocol: 'waiting-area.v1' }
      : { broadcast: aBroadcast() },
  });
  return { platform, page: new StaffClient({ url: 'https://api.example', clinicId: 'demo', token: () => 'access', platform }) };
};

/** What pages draw is what the contract says it is: a text where they put a text, a time where they format a time. */
const expectShown = (schema: z.ZodMiniType, values: Iterable<unknown>) => {
  for (const value of values) expect(z.safeParse(schema, value).error).toBeUndefined();
};

describe('frames of a server that is not ours', () => {
  it('never break a waiting page, and nothing that it could not draw reaches it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileFrame, { minLength: 1, maxLength: 6 }), async (frames) => {
        const { platform, page } = aCallerPage();
        await page.open();
        for (const frame of frames) platform.lastSocket.pushText(frame);
        await platform.pass(5000);
        expectShown(message, page.messages);
        expectShown(caller, [page.caller]);
        expectShown(clinic, [page.clinic]);
        expect(page.state).toBe('open');
        const next = page.messages.length + 1;
        platform.lastSocket.push({ type: 'messagesAdded', messages: [aMessage(next)] });
        expect(page.messages).toHaveLength(next);
        page.close();
      }),
      { numRuns: 300 },
    );
  });

  it('never break a dashboard, and nothing that it could not draw reaches it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileFrame, { minLength: 1, maxLength: 6 }), async (frames) => {
        const { platform, page } = aDashboard();
        await page.open();
        await page.openThread('sue');
        for (const frame of frames) platform.lastSocket.pushText(frame);
        await platform.pass(5000);
        expectShown(caller, page.callers.values());
        expectShown(broadcast, page.broadcasts.values());
        expectShown(clinic, [page.clinic]);
        for (const callerId of page.callers.keys()) expectShown(message, page.messages(callerId));
        expect(page.state).toBe('open');
        platform.lastSocket.push({ type: 'callersChanged', callers: [aCaller({ callerId: 'zoe' })], removed: [] });
        expect(page.callers.has('zoe')).toBe(true);
        page.close();
      }),
      { numRuns: 300 },
    );
  });

  it('that answer with something else than was asked for are no answer, and their socket is given up', async () => {
    const results = [
      {},
      { caller: aCaller() },
      { ...pageOf({ nextAfterSeq: null }), messages: [{ seq: 1 }] },
      pageOf({ nextAfterSeq: 'x' }),
    ];
    for (const result of results) {
      const { platform, page } = aCallerPage();
      const good = platform.rules.get('resume');
      platform.rules.set('resume', () => result);
      let opened = false;
      const opening = page.open().then(() => {
        opened = true;
      });
      await platform.settle();
      expect(platform.sockets[0]?.closedByClient).toBe(true);
      expect(opened).toBe(false);
      if (good) platform.rules.set('resume', good);
      await platform.pass(60_000);
      await opening;
      expect(page.messages).toHaveLength(1);
      page.close();
    }
  });

  it.each([[{ retryAfterSeconds: 'soon' }], [{ retryAfterSeconds: -1 }], [{ retryAfterSeconds: null }], ['text'], [{ reason: {} }]])(
    'that refuse for the reason %j are refusals without one',
    async (details) => {
      const { platform, page } = aCallerPage();
      await page.open();
      platform.rules.set('sendMessage', () => new Refusal('conversation-full', details));
      await expect(page.sendMessage('Hello')).rejects.toMatchObject({ code: 'conversation-full', details: undefined });
      page.close();
    },
  );

  it('that refuse with a code of their own are taken for something broken there', async () => {
    const { platform, page } = aCallerPage();
    await page.open();
    platform.rules.set('sendMessage', ({ requestId }, socket) => {
      socket.push({ type: 'error', requestId, error: { code: '<b>constructor</b>', message: {} } });
      return undefined;
    });
    await expect(page.sendMessage('Hello')).rejects.toMatchObject({ code: 'internal' });
    page.close();
  });
});
