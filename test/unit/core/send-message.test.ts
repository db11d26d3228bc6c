import { describe, expect, it } from '@jest/globals';
import { sendMessage } from '../../../functions/core/conversation.ts';
import { type CallersTable, minuteOf } from '../../../functions/data/callers-table.ts';
import type { ClinicsTable } from '../../../functions/data/clinics-table.ts';
import type { Written } from '../../../functions/data/document-client.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { aCaller, type CallerBuilder, notified, wrote } from '../../builders/a-caller.ts';
import { aClinic } from '../../builders/a-clinic.ts';
import { aPoster, done, only, refused } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

type Append = CallersTable['appendFromCaller'];

const given = (
  written: Written<Visit>,
  clinic: ReturnType<typeof aClinic> | undefined = aClinic({ guestMessages: true }),
  poster = aPoster(),
) => {
  const appends: Parameters<Append>[] = [];
  const callers = only<CallersTable>({
    appendFromCaller: async (...call) => {
      appends.push(call);
      return written;
    },
  });
  const clinics = only<ClinicsTable>({ profile: async () => clinic });
  const socket = { clinicId: 'demo', callerId: 'sue', connectionId: 'c1', connectedAt: morning - 60_000 };
  const send = (text = 'On my way', mostInMinute?: number) =>
    sendMessage({ callers, clinics, poster, now: () => morning }, socket, { messageId: 'm1', text }, mostInMinute);
  return { send, poster, appends };
};

const onMyWay = wrote('On my way', { i: 'm1' });
const online = aCaller().online('c1', 'c2');

describe('sendMessage', () => {
  it('stores the message from that very socket, at most 20 in a clock minute', async () => {
    const { send, appends } = given(done(online.withMessages(onMyWay).build()));
    await send();
    expect(appends).toMatchObject([
      [
        { clinicId: 'demo', callerId: 'sue' },
        { i: 'm1', k: 'm', t: 'On my way', s: morning },
        { connectionId: 'c1', clinicLetsCallersWrite: true, mostInMinute: 20 },
      ],
    ]);
  });

  it.each([true, false])('hands on whether the clinic lets callers write: %s', async (guestMessages) => {
    const { send, appends } = given(done(online.withMessages(onMyWay).build()), aClinic({ guestMessages }));
    await send();
    expect(appends[0]?.[2].clinicLetsCallersWrite).toBe(guestMessages);
  });

  it('answers with the message at its seq', async () => {
    const { send } = given(done(online.withMessages(notified('Hello'), onMyWay).build()));
    await expect(send()).resolves.toEqual({
      message: {
        messageId: 'm1',
        seq: 2,
        from: 'caller',
        kind: 'message',
        text: 'On my way',
        language: null,
        sentAt: '2026-11-22T09:00:20.000Z',
      },
      duplicate: false,
    });
  });

  it('tells the caller’s other sockets, not the one that has the answer', async () => {
    const { send, poster } = given(done(online.withMessages(onMyWay).build()));
    await send();
    expect(poster.to('c2')).toMatchObject([{ type: 'messagesAdded', messages: [{ messageId: 'm1', seq: 1 }] }]);
    expect(poster.tried).toEqual(['c2']);
  });

  it('answers a repeat with the first message, after ended and with writing switched off too', async () => {
    const { send } = given(refused(online.withMessages(onMyWay, notified('Hello')).ended().build()), aClinic());
    await expect(send()).resolves.toMatchObject({ message: { messageId: 'm1', seq: 1 }, duplicate: true });
  });

  it('is a conflict where the id was used with another text', async () => {
    const { send } = given(refused(online.withMessages(onMyWay).build()));
    await expectRefusal(send('Coming'), 'conflict');
  });
});

describe('sendMessage is refused', () => {
  const tooMany = { sentInMinute: { [minuteOf(morning)]: 20 } };
  const full = { messageCount: 300 };
  const switchedOff = { guestMessages: false };

  it.each([
    ['unauthenticated', 'the caller was erased', refused()],
    ['unauthenticated', 'the retention is over', refused(aCaller().expired().build())],
    [
      'caller-ended',
      'the caller has left, whatever else is so',
      refused(
        online
          .with({ ...tooMany, ...full, ...switchedOff })
          .ended()
          .build(),
      ),
    ],
    [
      'forbidden',
      'the socket is not registered, whatever else is so',
      refused(
        aCaller()
          .online('c2')
          .with({ ...tooMany, ...full, ...switchedOff })
          .build(),
      ),
    ],
    ['guest-messages-off', 'writing is off, whatever else is so', refused(online.with({ ...tooMany, ...full, ...switchedOff }).build())],
    ['conversation-full', 'the conversation is full, at any rate', refused(online.with({ ...tooMany, ...full }).build())],
    ['conversation-full', 'the bytes are used up', refused(online.with({ conversationBytes: 100 * 1024 }).build())],
    ['rate-limited', 'there were too many in this minute', refused(online.with(tooMany).build())],
    ['unavailable', 'nothing of that is so any more', refused(online.build())],
  ] as const)('as %s where %s', async (code, _why, written) => {
    const { send, poster } = given(written);
    await expectRefusal(send(), code);
    expect(poster.tried).toEqual([]);
  });

  it('with the seconds until the next clock minute', async () => {
    const { send } = given(refused(online.with(tooMany).build()));
    await expectRefusal(send(), 'rate-limited', { retryAfterSeconds: 40 });
  });

  it('by the limit it is given', async () => {
    const { send } = given(refused(online.with(tooMany).build()));
    await expectRefusal(send('On my way', 21), 'unavailable');
  });

  it('where there is no such clinic', async () => {
    const socket = { clinicId: 'demo', callerId: 'sue', connectionId: 'c1', connectedAt: morning };
    const ports = {
      callers: only<CallersTable>({}),
      clinics: only<ClinicsTable>({ profile: async () => undefined }),
      poster: aPoster(),
      now: () => morning,
    };
    await expectRefusal(sendMessage(ports, socket, { messageId: 'm1', text: 'Hello' }), 'unauthenticated');
  });
});

describe('who may write follows the caller’s own switch, else the clinic’s', () => {
  const withSwitch = (own: boolean | undefined): CallerBuilder => (own === undefined ? online : online.with({ guestMessages: own }));

  it.each([
    [true, undefined, 'unavailable'],
    [false, undefined, 'guest-messages-off'],
    [true, false, 'guest-messages-off'],
    [false, true, 'unavailable'],
    [true, true, 'unavailable'],
    [false, false, 'guest-messages-off'],
  ] as const)('clinic %s and caller %s: a refusal for no other reason is %s', async (ofClinic, own, code) => {
    const { send } = given(refused(withSwitch(own).build()), aClinic({ guestMessages: ofClinic }));
    await expectRefusal(send(), code);
  });
});
