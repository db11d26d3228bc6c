import assert from 'node:assert/strict';
import type { ContractTests } from './runner.ts';
import { HandshakeRefused, Socket } from './socket.ts';
import { newId, pathsIn, sleep } from './stage.ts';

/** Opening a socket, and what any frame may meet. */
export const handshakeTests: ContractTests = ({ describe, it }, stage) => {
  const refusedWith = async (url: string, protocols: string[], origin?: string): Promise<number> => {
    const socket = new Socket(url, protocols, origin);
    try {
      await socket.opened;
    } catch (error) {
      if (error instanceof HandshakeRefused) return error.status;
      throw error;
    }
    socket.drop();
    return assert.fail('the socket opened');
  };
  const isRefusal = (status: number) => assert.ok(status === 401 || status === 403, `refused with ${status}`);

  describe('a ticket', () => {
    it('lives 30 s, is no part of the URL and opens one socket, which speaks waiting-area.v1', async () => {
      const person = await stage.checkIn();
      const asked = Date.now();
      const ticket = await stage.callerTicket(person);
      assert.equal(ticket.protocol, 'waiting-area.v1');
      assert.ok(!ticket.url.includes(ticket.ticket));
      assert.ok(ticket.ticket.length >= 43, '256 random bits');
      assert.ok(Math.abs(Date.parse(ticket.expiresAt) - asked - 30_000) < 15_000, ticket.expiresAt);
      const socket = new Socket(ticket.url, ['waiting-area.v1', `ticket.${ticket.ticket}`]);
      await socket.opened;
      assert.equal(socket.protocol, 'waiting-area.v1');
      isRefusal(await refusedWith(ticket.url, ['waiting-area.v1', `ticket.${ticket.ticket}`]));
      socket.drop();
    });

    it('of which two sockets make use at once opens one', async () => {
      const ticket = await stage.callerTicket(await stage.checkIn());
      const sockets = Array.from({ length: 8 }, () => new Socket(ticket.url, ['waiting-area.v1', `ticket.${ticket.ticket}`]));
      const outcomes = await Promise.allSettled(sockets.map(({ opened }) => opened));
      for (const socket of sockets) socket.drop();
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('that is missing or made up opens none', async () => {
      const { url, ticket } = await stage.callerTicket(await stage.checkIn());
      const madeUp = [...ticket].reverse().join('');
      for (const protocols of [
        [],
        ['waiting-area.v1'],
        ['waiting-area.v1', `ticket.${madeUp}`],
        ['waiting-area.v1', 'ticket.'],
        ['ticket.x'],
      ]) {
        isRefusal(
          await refusedWith(
            url,
            protocols.filter((protocol) => protocol !== 'ticket.'),
          ),
        );
      }
    });

    it('does not open a socket that asks for another protocol', async () => {
      const { url, ticket } = await stage.callerTicket(await stage.checkIn());
      isRefusal(await refusedWith(url, ['waiting-area.v2', `ticket.${ticket}`]));
    });

    it('does not open a socket for a page of an origin that nobody allowed, and is not used up by it', async () => {
      const { url, ticket } = await stage.callerTicket(await stage.checkIn());
      const protocols = ['waiting-area.v1', `ticket.${ticket}`];
      for (const origin of ['https://stranger.invalid', 'null']) assert.equal(await refusedWith(url, protocols, origin), 403, origin);
      const socket = new Socket(url, protocols);
      await socket.opened;
      socket.drop();
    });

    it('is sold to nobody without the right token', async () => {
      const [person, another] = [await stage.checkIn(), await stage.checkIn()];
      const path = `/clinics/${stage.clinicId}/callers/${person.callerId}/tickets`;
      for (const bearer of [undefined, another.callerToken, 'x', person.callerToken.slice(1)]) {
        const answer = await stage.http('POST', path, bearer === undefined ? {} : { bearer });
        assert.equal(answer.status, 401);
      }
      assert.equal((await stage.http('POST', `/clinics/${stage.clinicId}/tickets`)).status, 401);
      assert.equal((await stage.http('POST', `/clinics/${stage.clinicId}/tickets`, { bearer: person.callerToken })).status, 401);
    });
  });

  describe('any frame', () => {
    it('that is not JSON, or has no known action, is answered invalid-request, and the socket stays open', async () => {
      const { socket } = await stage.waitingCaller();
      for (const text of ['hello', '', '{"action":', '[]', 'null', '"x"', '{}', '{"action":7}']) {
        const answer = socket.next('an answer', ({ type }) => type === 'error');
        socket.send(text);
        const { error, requestId } = await answer;
        assert.equal(error?.code, 'invalid-request', text);
        assert.equal(requestId, undefined, text);
      }
      await socket.refused('dance', {}, 'invalid-request');
      await socket.ok('resume', { afterSeq: 0 });
    });

    it('without a requestId is answered invalid-request, and nothing is done', async () => {
      const { socket, callerId } = await stage.waitingCaller();
      for (const frame of [
        { action: 'sendMessage', messageId: newId(), text: 'x' },
        { action: 'sendMessage', messageId: newId(), text: 'x', requestId: 7 },
        { action: 'sendMessage', messageId: newId(), text: 'x', requestId: 'not an id' },
        { action: 'leave' },
      ]) {
        const answer = socket.next('an answer', ({ type }) => type === 'error');
        socket.send(JSON.stringify(frame));
        const { error, requestId } = await answer;
        assert.equal(error?.code, 'invalid-request');
        assert.equal(requestId, undefined);
        assert.deepEqual(pathsIn(error?.details), ['requestId']);
      }
      assert.deepEqual(await stage.messages(callerId), []);
      assert.equal((await socket.ok('resume', { afterSeq: 0 })).caller.status, 'waiting');
    });

    it('with a field missing, unknown or out of its bounds is answered invalid-request, which names the field', async () => {
      const { socket } = await stage.waitingCaller();
      const error = await socket.refused('sendMessage', { messageId: 'm 1', text: '', colour: 'red' }, 'invalid-request');
      assert.deepEqual(pathsIn(error.details).sort(), ['colour', 'messageId', 'text']);
      const missing = await socket.refused('sendMessage', { text: 'x' }, 'invalid-request');
      assert.deepEqual(pathsIn(missing.details), ['messageId']);
      await socket.refused('resume', { afterSeq: -1 }, 'invalid-request');
      await socket.refused('resume', {}, 'invalid-request');
      await socket.refused('acknowledge', { deliveredSeq: 1.5 }, 'invalid-request');
      await socket.refused('leave', { reason: 'tired' }, 'invalid-request');
    });

    it('may be a ping, which no answer is owed to', async () => {
      const { socket } = await stage.waitingCaller();
      socket.lookAhead();
      socket.send(JSON.stringify({ action: 'ping' }));
      socket.send(JSON.stringify({ action: 'ping', requestId: newId() }));
      await socket.ok('resume', { afterSeq: 0 });
      assert.ok(!socket.frames.some(({ type }) => type === 'error'));
    });

    it('is judged by the role before its fields', async () => {
      const { socket: caller } = await stage.waitingCaller();
      for (const action of ['subscribe', 'notify', 'broadcast', 'thread', 'markRead', 'setStatus'])
        await caller.refused(action, { nonsense: true }, 'forbidden');
      const staff = await stage.dashboard();
      for (const action of ['resume', 'sendMessage', 'acknowledge', 'leave']) await staff.refused(action, { nonsense: true }, 'forbidden');
    });

    it('closes the socket with 1003 when it is binary', async () => {
      const { socket } = await stage.waitingCaller();
      socket.send(Buffer.from('{"action":"ping"}'));
      assert.equal(await socket.closed, 1003);
    });

    it('closes the socket with 1009 when its message is over 128 KB', async () => {
      const { socket } = await stage.waitingCaller();
      socket.send(JSON.stringify({ action: 'ping', padding: 'x'.repeat(130 * 1024) }));
      assert.equal(await socket.closed, 1009);
    });
  });

  describe('a socket before its first frame', () => {
    it('hears nothing and, a caller’s, may not speak: resume registers it', async () => {
      const person = await stage.checkIn();
      const socket = await stage.callerSocket(person);
      await stage.asMember('POST', `/callers/${person.callerId}/messages`, { messageId: newId(), text: 'while you were away' });
      await sleep(500);
      assert.deepEqual(socket.frames, []);
      await socket.refused('sendMessage', { messageId: newId(), text: 'x' }, 'forbidden');
      await socket.refused('acknowledge', { deliveredSeq: 1 }, 'forbidden');
      const { messages } = await socket.ok('resume', { afterSeq: 0 });
      assert.deepEqual(
        messages.map(({ text }) => text),
        ['while you were away'],
      );
    });

    it('of a dashboard hears nothing: subscribe registers it', async () => {
      const socket = await stage.staffSocket();
      const { callerId } = await stage.checkIn();
      await sleep(1000);
      assert.deepEqual(socket.frames, []);
      await socket.pages('subscribe', {});
      await stage.asMember('PATCH', `/callers/${callerId}`, { status: 'on-hold' });
      await socket.row('the change', callerId, ({ status }) => status === 'on-hold');
    });
  });
};
