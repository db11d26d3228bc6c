import { describe, expect, it } from '@jest/globals';
import { acknowledge, markRead } from '../../../functions/core/conversation.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { Written } from '../../../functions/data/document-client.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { aCaller, notified, wrote } from '../../builders/a-caller.ts';
import { anActor } from '../../builders/a-clinic.ts';
import { done, only, refused } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

const five = [wrote('1'), notified('2'), wrote('3'), notified('4'), wrote('5')];
const visit = aCaller()
  .online('c1')
  .withMessages(...five);

/** Answers one write after the other; the last answer stays. */
const inTurn = <Call extends unknown[]>(answers: readonly Written<Visit>[]) => {
  const calls: Call[] = [];
  return {
    calls,
    write: async (...call: Call): Promise<Written<Visit>> => {
      calls.push(call);
      return answers[Math.min(calls.length, answers.length) - 1] ?? refused();
    },
  };
};

describe('acknowledge', () => {
  const given = (...answers: Written<Visit>[]) => {
    const { calls, write } = inTurn<Parameters<CallersTable['acknowledge']>>(answers);
    const ports = { callers: only<CallersTable>({ acknowledge: write }), now: () => morning };
    const socket = { clinicId: 'demo', callerId: 'sue', connectionId: 'c1', connectedAt: morning };
    return {
      send: (marks: { deliveredSeq?: number; readSeq?: number }) => acknowledge(ports, socket, marks),
      marks: () => calls.map(([, , given]) => given),
      calls,
    };
  };

  it('takes one write, from that very socket', async () => {
    const { send, calls } = given(done(visit.acknowledged(3).build()));
    await expect(send({ deliveredSeq: 3 })).resolves.toEqual({});
    expect(calls).toMatchObject([[{ clinicId: 'demo', callerId: 'sue' }, 'c1', { deliveredSeq: 3 }, morning]]);
  });

  it.each([
    [{ readSeq: 3 }, { deliveredSeq: 3, readSeq: 3 }],
    [
      { deliveredSeq: 2, readSeq: 3 },
      { deliveredSeq: 3, readSeq: 3 },
    ],
    [
      { deliveredSeq: 4, readSeq: 3 },
      { deliveredSeq: 4, readSeq: 3 },
    ],
  ])('%j is written as %j, as reading implies having', async (sent, written) => {
    const { send, marks } = given(done(visit.build()));
    await send(sent);
    expect(marks()).toEqual([written]);
  });

  it('never goes back: where both marks stand higher, nothing is written', async () => {
    const { send, marks } = given(refused(visit.acknowledged(4, 4).build()));
    await expect(send({ deliveredSeq: 3, readSeq: 2 })).resolves.toEqual({});
    expect(marks()).toHaveLength(1);
  });

  it('said again changes nothing', async () => {
    const { send, marks } = given(refused(visit.acknowledged(3, 3).build()));
    await expect(send({ deliveredSeq: 3, readSeq: 3 })).resolves.toEqual({});
    expect(marks()).toHaveLength(1);
  });

  it.each([
    ['read', visit.acknowledged(5, 0), { deliveredSeq: 4, readSeq: 3 }, { deliveredSeq: undefined, readSeq: 3 }],
    ['delivered', visit.acknowledged(3, 3), { deliveredSeq: 5, readSeq: 2 }, { deliveredSeq: 5, readSeq: undefined }],
  ])('moves only the mark that goes forward: %s', async (_which, stands, sent, left) => {
    const { send, marks } = given(refused(stands.build()), done(visit.build()));
    await expect(send(sent)).resolves.toEqual({});
    expect(marks()).toEqual([sent, left]);
  });

  it.each([
    [{ deliveredSeq: 6 }, 'deliveredSeq'],
    [{ readSeq: 6 }, 'readSeq'],
    [{ deliveredSeq: 5, readSeq: 6 }, 'readSeq'],
    [{ deliveredSeq: 6, readSeq: 5 }, 'deliveredSeq'],
  ])('%j beyond the last message is invalid, by the name of the field that was sent', async (sent, path) => {
    const { send } = given(refused(visit.build()));
    await expectRefusal(send(sent), 'invalid-request', [{ path, reason: 'there are 5 messages' }]);
  });

  it('without any mark is invalid, and nothing is done', async () => {
    const { send, calls } = given();
    await expectRefusal(send({}), 'invalid-request');
    expect(calls).toEqual([]);
  });

  it.each([
    ['unauthenticated', 'the caller was erased', refused()],
    ['caller-ended', 'the caller has left', refused(visit.ended().build())],
    ['forbidden', 'the socket is not registered', refused(visit.online('c2').build())],
  ] as const)('is refused as %s where %s', async (code, _why, written) => {
    await expectRefusal(given(written).send({ deliveredSeq: 3 }), code);
  });

  it('gives up where it is refused for no reason that can be seen', async () => {
    const { send, calls } = given(refused(visit.build()));
    await expectRefusal(send({ deliveredSeq: 3 }), 'unavailable');
    expect(calls).toHaveLength(5);
  });
});

describe('markRead', () => {
  const given = (...answers: Written<Visit>[]) => {
    const { calls, write } = inTurn<Parameters<CallersTable['markRead']>>(answers);
    const ports = { callers: only<CallersTable>({ markRead: write }), now: () => morning };
    return { send: (seq: number) => markRead(ports, anActor(), { callerId: 'sue', seq }), marks: () => calls.map(([, mark]) => mark) };
  };

  it('of all takes one write and no read', async () => {
    const { send, marks } = given(done(visit.with({ unreadCount: 0, staffReadSeq: 5 }).build()));
    await expect(send(5)).resolves.toMatchObject({ caller: { callerId: 'sue', unreadCount: 0 } });
    expect(marks()).toEqual([{ seq: 5, unreadCount: 0, messageCount: 5 }]);
  });

  it('of a part counts what the caller wrote behind it', async () => {
    const { send, marks } = given(refused(visit.build()), done(visit.with({ unreadCount: 2 }).build()));
    await expect(send(2)).resolves.toMatchObject({ caller: { unreadCount: 2 } });
    expect(marks()[1]).toEqual({ seq: 2, unreadCount: 2, messageCount: 5 });
  });

  it('raced by a message works from the image with that message', async () => {
    const six = aCaller().withMessages(...five, wrote('6'));
    const { send, marks } = given(
      refused(six.build()),
      refused(six.withMessages(...five, wrote('6'), wrote('7')).build()),
      done(six.build()),
    );
    await send(5);
    expect(marks().slice(1)).toEqual([
      { seq: 5, unreadCount: 1, messageCount: 6 },
      { seq: 5, unreadCount: 2, messageCount: 7 },
    ]);
  });

  it('said again, or overtaken by another member, changes nothing', async () => {
    const { send, marks } = given(refused(visit.with({ staffReadSeq: 5, unreadCount: 0 }).build()));
    await expect(send(3)).resolves.toMatchObject({ caller: { unreadCount: 0 } });
    expect(marks()).toHaveLength(1);
  });

  it('beyond the last message is invalid', async () => {
    await expectRefusal(given(refused(visit.build())).send(6), 'invalid-request', [{ path: 'seq', reason: 'there are 5 messages' }]);
  });

  it.each([
    ['there is none', refused()],
    ['the retention is over', refused(aCaller().expired().build())],
  ])('is not-found where %s', async (_why, written) => {
    await expectRefusal(given(written).send(1), 'not-found');
  });

  it('gives up where others are faster five times', async () => {
    await expectRefusal(given(refused(visit.build())).send(2), 'unavailable');
  });
});
