import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Message } from '../../client/index.ts';
import { HandshakeRefused, Socket } from '../contract/socket.ts';
import { ClinicScenario, oneTo } from './scenario/clinic.ts';

jest.setTimeout(60_000);

let clinic: ClinicScenario;

beforeEach(async () => {
  clinic = await ClinicScenario.open({ guestMessages: true });
});

afterEach(() => clinic.close());

const seqs = (messages: readonly Message[]) => messages.map(({ seq }) => seq).sort((one, other) => one - other);

describe('60 concurrent writers on one thread', () => {
  it('get seq 1 to 60, none missing and none doubled, whichever way they write', async () => {
    const sue = await clinic.checkIn('Sue Smith');
    const [first, second] = await Promise.all([clinic.callerSocket(sue), clinic.callerSocket(sue)]);
    const dashboards = await Promise.all(['one', 'two', 'three'].map(async (name) => clinic.staffSocket(await clinic.hire(name))));
    await Promise.all([first, second].map((socket) => socket.ok('resume', { afterSeq: 0 })));
    const texts = oneTo(60).map((number) => `message ${number}`);
    // A caller may send 20 messages in a clock minute.
    const write = async (text: string, index: number): Promise<Message> => {
      const messageId = randomUUID();
      if (index % 4 === 0) return (await (index % 8 === 0 ? first : second).ok('sendMessage', { messageId, text })).message;
      if (index % 4 === 1) return (await clinic.administrator.notify(clinic.clinicId, sue.callerId, { messageId, text })).message;
      const dashboard = dashboards[index % dashboards.length] ?? first;
      return (await dashboard.ok('notify', { callerId: sue.callerId, messageId, text })).message;
    };

    const answered = await Promise.all(texts.map(write));

    expect(seqs(answered)).toEqual(oneTo(60));
    const stored = await clinic.thread(sue);
    expect(stored.map(({ seq }) => seq)).toEqual(oneTo(60));
    expect(stored.map(({ text }) => text).sort()).toEqual([...texts].sort());
    for (const { seq, messageId } of answered) expect(stored[seq - 1]?.messageId).toBe(messageId);
    const { callers } = await clinic.administrator.callers(clinic.clinicId);
    expect(callers).toMatchObject([{ messageCount: 60, unreadCount: 15 }]);
    for (const socket of [first, second]) expect(socket.messages.length).toBeGreaterThan(0);
  });
});

describe('the same message sent 20 times at once', () => {
  it('is stored once, and every answer is that message', async () => {
    const sue = await clinic.checkIn('Sue Smith');
    const [notice, reply] = [
      { messageId: randomUUID(), text: 'Doctor is late' },
      { messageId: randomUUID(), text: 'Thank you' },
    ];
    const page = await clinic.callerSocket(sue);
    await page.ok('resume', { afterSeq: 0 });

    const fromClinic = await Promise.all(oneTo(20).map(() => clinic.administrator.notify(clinic.clinicId, sue.callerId, notice)));
    const fromCaller = await Promise.all(oneTo(20).map(() => page.ok('sendMessage', reply)));

    for (const answers of [fromClinic, fromCaller]) {
      expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(answers.map(({ message }) => JSON.stringify(message))).size).toBe(1);
    }
    expect((await clinic.thread(sue)).map(({ seq, text }) => [seq, text])).toEqual([
      [1, notice.text],
      [2, reply.text],
    ]);
  });
});

describe('what can be used once', () => {
  it('a ticket redeemed 100 times at once opens exactly one socket', async () => {
    const { url, protocol, ticket } = await clinic.ticketOf(await clinic.checkIn('Sue Smith'));
    const sockets = oneTo(100).map(() => new Socket(url, [protocol, `ticket.${ticket}`]));

    const outcomes = await Promise.all(
      sockets.map((socket) =>
        socket.opened.then(
          () => 'opened',
          (error: unknown) => (error instanceof HandshakeRefused ? error.status : error),
        ),
      ),
    );

    expect(outcomes.filter((outcome) => outcome === 'opened')).toHaveLength(1);
    for (const outcome of outcomes) expect(['opened', 401, 403]).toContain(outcome);
    for (const socket of sockets) socket.drop();
  });

  it('an invitation redeemed twice at once makes one member', async () => {
    const { code } = await clinic.administrator.invite(clinic.clinicId, { name: 'Nurse', role: 'member', answersMessages: false });

    const outcomes = await Promise.allSettled(['one', 'two'].map((name) => clinic.apiOf(name).redeemInvitation(code)));

    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes).toContainEqual(expect.objectContaining({ reason: expect.objectContaining({ code: 'not-found' }) }));
    const { members } = await clinic.administrator.members(clinic.clinicId);
    expect(members.filter(({ name }) => name === 'Nurse')).toHaveLength(1);
  });
});
