import { describe, expect, it } from '@jest/globals';
import { pageOfMessages, readThread } from '../../../functions/core/conversation.ts';
import { jsonBytes } from '../../../functions/core/pages.ts';
import { messagesAfter } from '../../../functions/core/views.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { limits } from '../../../protocol/limits.ts';
import { aCaller, broadcasted, notified, wrote } from '../../builders/a-caller.ts';
import { anActor } from '../../builders/a-clinic.ts';
import { only } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

const visit = aCaller().withMessages(notified('one'), wrote('two'), broadcasted('b1', 'three')).build();

describe('messagesAfter', () => {
  it('numbers from 1 without a gap, in order of acceptance', () => {
    expect(messagesAfter(visit, 0, 'staff').map(({ seq, messageId, from, kind }) => [seq, messageId, from, kind])).toEqual([
      [1, 'm1', 'clinic', 'notification'],
      [2, 'm2', 'caller', 'message'],
      [3, 'b1', 'clinic', 'broadcast'],
    ]);
    expect(messagesAfter(visit, 2, 'staff').map(({ seq }) => seq)).toEqual([3]);
  });

  it('tells staff who sent, and the caller never', () => {
    expect(messagesAfter(visit, 0, 'staff').map(({ senderName }) => senderName)).toEqual(['Ada Admin', null, 'Ada Admin']);
    for (const message of messagesAfter(visit, 0, 'caller')) expect(message).not.toHaveProperty('senderName');
  });

  it('names the broadcast of a broadcast alone', () => {
    expect(messagesAfter(visit, 0, 'caller').map(({ broadcastId }) => broadcastId)).toEqual([undefined, undefined, 'b1']);
  });

  it('gives the caller’s own messages the caller’s language, and a template’s text its own', () => {
    const french = aCaller()
      .with({ language: 'fr' })
      .withMessages(wrote('Bonjour'), notified('Hello'), notified('Bienvenue', { l: 'fr-CA' }));
    expect(messagesAfter(french.build(), 0, 'staff').map(({ language }) => language)).toEqual(['fr', null, 'fr-CA']);
  });
});

describe('pageOfMessages', () => {
  const roomForTwo = messagesAfter(visit, 0, 'caller')
    .slice(0, 2)
    .reduce((sum, message) => sum + jsonBytes(message), 0);

  it('takes what fits, and says where the next page starts', () => {
    const first = pageOfMessages(visit, 0, 'caller', roomForTwo);
    expect(first).toMatchObject({ messages: [{ seq: 1 }, { seq: 2 }], nextAfterSeq: 2 });
    expect(pageOfMessages(visit, 2, 'caller', roomForTwo)).toMatchObject({ messages: [{ seq: 3 }], nextAfterSeq: null });
  });

  it('always advances, even without room', () => {
    expect(pageOfMessages(visit, 0, 'caller', 0)).toMatchObject({ messages: [{ seq: 1 }], nextAfterSeq: 1 });
  });

  it.each([3, 99])('is empty, and the last one, behind %d of 3 messages', (afterSeq) => {
    expect(pageOfMessages(visit, afterSeq, 'caller', 1000)).toEqual({ messages: [], nextAfterSeq: null });
  });
});

describe('readThread', () => {
  const read = (found: Visit | undefined, afterSeq?: number) =>
    readThread({ callers: only<CallersTable>({ find: async () => found }), now: () => morning }, anActor(), {
      callerId: 'sue',
      ...(afterSeq !== undefined && { afterSeq }),
    });

  it('begins at the beginning, with the names of the senders', async () => {
    await expect(read(visit)).resolves.toMatchObject({ messages: [{ senderName: 'Ada Admin' }, {}, {}], caller: { callerId: 'sue' } });
  });

  it('goes on behind a seq', async () => {
    await expect(read(visit, 2)).resolves.toMatchObject({ messages: [{ seq: 3 }], nextAfterSeq: null });
  });

  it('comes in pages that fit into a frame, and together are the whole', async () => {
    const long = aCaller()
      .with({ details: { note: 'é'.repeat(1000) } })
      .withMessages(...Array.from({ length: 60 }, () => wrote('😀'.repeat(500))));
    const seqs: number[] = [];
    let afterSeq: number | null = 0;
    while (afterSeq !== null) {
      const page: Awaited<ReturnType<typeof readThread>> = await read(long.build(), afterSeq);
      const frame = JSON.stringify({ type: 'ok', requestId: 'r'.repeat(64), result: page });
      expect(Buffer.byteLength(frame)).toBeLessThan(limits.frameBytes);
      seqs.push(...page.messages.map(({ seq }) => seq));
      afterSeq = page.nextAfterSeq;
    }
    expect(seqs).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });

  it('is not-found where there is no such caller in the clinic', async () => {
    await expectRefusal(read(undefined), 'not-found');
  });
});
