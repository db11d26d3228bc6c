import { describe, expect, it } from '@jest/globals';
import { notify } from '../../../functions/core/conversation.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { Written } from '../../../functions/data/document-client.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { aCaller, notified, wrote } from '../../builders/a-caller.ts';
import { anActor } from '../../builders/a-clinic.ts';
import { aPoster, done, only, refused } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

type Append = CallersTable['appendFromClinic'];

const given = (written: Written<Visit>, poster = aPoster()) => {
  const appends: Parameters<Append>[] = [];
  const forgotten: string[] = [];
  const callers = only<CallersTable>({
    appendFromClinic: async (...call) => {
      appends.push(call);
      return written;
    },
    disconnect: async (_key, connectionId) => {
      forgotten.push(connectionId);
      return refused();
    },
  });
  const send = (text = 'Please come in', messageId = 'm1') =>
    notify({ callers, poster, now: () => morning }, anActor(), { callerId: 'sue', messageId, text });
  return { send, poster, appends, forgotten };
};

const pleaseComeIn = notified('Please come in', { i: 'm1' });

describe('notify', () => {
  it('stores the message with its sender, as the answer to what the caller wrote', async () => {
    const { send, appends } = given(done(aCaller().withMessages(pleaseComeIn).build()));
    await send();
    expect(appends).toEqual([
      [
        { clinicId: 'demo', callerId: 'sue' },
        { i: 'm1', k: 'n', t: 'Please come in', s: morning, n: 'Ada Admin' },
        { answers: true, by: 'admin' },
      ],
    ]);
  });

  it('answers with the message at its seq, and with the caller', async () => {
    const { send } = given(done(aCaller().withMessages(wrote('Hello?'), pleaseComeIn).build()));
    await expect(send()).resolves.toMatchObject({
      message: { messageId: 'm1', seq: 2, from: 'clinic', kind: 'notification', text: 'Please come in', senderName: 'Ada Admin' },
      caller: { callerId: 'sue', messageCount: 2, lastMessageFrom: 'clinic' },
      duplicate: false,
    });
  });

  it('tells every socket of the caller, without the name of the sender', async () => {
    const { send, poster } = given(done(aCaller().online('c1', 'c2').withMessages(pleaseComeIn).build()));
    await send();
    for (const connectionId of ['c1', 'c2']) {
      expect(poster.to(connectionId)).toEqual([
        {
          type: 'messagesAdded',
          messages: [
            {
              messageId: 'm1',
              seq: 1,
              from: 'clinic',
              kind: 'notification',
              text: 'Please come in',
              language: null,
              sentAt: '2026-11-22T09:00:20.000Z',
            },
          ],
        },
      ]);
    }
  });

  it('is done for a caller who is offline: the message waits', async () => {
    const { send, poster } = given(done(aCaller().offline().withMessages(pleaseComeIn).build()));
    await expect(send()).resolves.toMatchObject({ duplicate: false });
    expect(poster.tried).toEqual([]);
  });

  it('is done when a socket is gone, which is then forgotten', async () => {
    const { send, poster, forgotten } = given(
      done(aCaller().online('c1', 'c2').withMessages(pleaseComeIn).build()),
      aPoster({ c1: 'gone' }),
    );
    await expect(send()).resolves.toMatchObject({ duplicate: false });
    expect(forgotten).toEqual(['c1']);
    expect(poster.to('c2')).toHaveLength(1);
  });
});

describe('notify with an id that was used before', () => {
  const visit = aCaller().online('c1').withMessages(pleaseComeIn, wrote('On my way'));

  it('answers with the first message, and posts it again while the device has not acknowledged it', async () => {
    const { send, poster } = given(refused(visit.build()));
    await expect(send()).resolves.toMatchObject({ message: { messageId: 'm1', seq: 1 }, duplicate: true });
    expect(poster.to('c1')).toMatchObject([{ type: 'messagesAdded', messages: [{ seq: 1 }] }]);
  });

  it('posts nothing once the device has it', async () => {
    const { send, poster } = given(refused(visit.acknowledged(1).build()));
    await expect(send()).resolves.toMatchObject({ duplicate: true });
    expect(poster.tried).toEqual([]);
  });

  it('still answers with the first message after the caller ended', async () => {
    const { send } = given(refused(visit.ended().build()));
    await expect(send()).resolves.toMatchObject({ message: { seq: 1 }, caller: { status: 'ended' }, duplicate: true });
  });

  it('is a conflict with another text', async () => {
    const { send, poster } = given(refused(visit.build()));
    await expectRefusal(send('Please wait'), 'conflict');
    expect(poster.tried).toEqual([]);
  });
});

describe('notify is refused', () => {
  it.each([
    ['not-found', 'there is no such caller', refused()],
    ['not-found', 'the retention is over, though the item is still there', refused(aCaller().expired().build())],
    ['caller-ended', 'the caller has left', refused(aCaller().ended('left').build())],
    ['conversation-full', 'there are 300 messages', refused(aCaller().with({ messageCount: 300 }).build())],
    [
      'conversation-full',
      'the message would make it larger than 100 KB',
      refused(
        aCaller()
          .with({ conversationBytes: 100 * 1024 })
          .build(),
      ),
    ],
    ['caller-ended', 'the caller has left a full conversation', refused(aCaller().with({ messageCount: 300 }).ended().build())],
    ['unavailable', 'nothing of that is so any more', refused(aCaller().build())],
  ] as const)('as %s where %s', async (code, _why, written) => {
    const { send, poster } = given(written);
    await expectRefusal(send(), code);
    expect(poster.tried).toEqual([]);
  });
});
