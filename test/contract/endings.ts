import assert from 'node:assert/strict';
import type { ContractTests } from './runner.ts';
import { assertProblem, newId } from './stage.ts';

/** How visits and sockets end. */
export const endingTests: ContractTests = ({ describe, it }, stage) => {
  describe('a caller who leaves', () => {
    it('is answered, then told that it ended, then the socket closes', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      socket.lookAhead();
      const from = socket.frames.length;
      assert.deepEqual(await socket.ok('leave'), {});
      await socket.closed;
      assert.deepEqual(
        socket.frames.slice(from).map(({ type, reason }) => [type, reason]),
        [
          ['ok', undefined],
          ['ended', 'left'],
        ],
      );
      await dashboard.removal(callerId);
    });

    it('on one page has left on the others too', async () => {
      const person = await stage.waitingCaller();
      const other = await stage.callerSocket(person);
      await other.ok('resume', { afterSeq: 0 });
      await person.socket.ok('leave');
      const { reason } = await other.event('the end', ({ type }) => type === 'ended');
      assert.equal(reason, 'left');
      await other.closed;
    });

    it('can be neither notified nor moved, and comes back by an undo alone', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket, callerToken, caller } = await stage.waitingCaller();
      const sent = { messageId: newId(), text: 'before' };
      await dashboard.ok('notify', { callerId, ...sent });
      await socket.ok('leave');
      await dashboard.refused('notify', { callerId, messageId: newId(), text: 'x' }, 'caller-ended');
      await dashboard.refused('setStatus', { callerId, status: 'being-seen' }, 'caller-ended');
      assert.equal((await dashboard.ok('notify', { callerId, ...sent })).duplicate, true);
      const visit = `/clinics/${stage.clinicId}/callers/${callerId}`;
      for (const closed of [
        await stage.http('POST', `${visit}/tickets`, { bearer: callerToken }),
        await stage.http('GET', `${visit}/messages`, { bearer: callerToken }),
      ]) {
        assertProblem(closed, 'caller-ended');
        assert.deepEqual(closed.body.details, { reason: 'left' });
      }
      dashboard.lookAhead();
      const back = await dashboard.ok('setStatus', { callerId, status: 'waiting' });
      assert.deepEqual([back.caller.status, back.caller.arrivedAt, back.caller.messageCount], ['waiting', caller.arrivedAt, 1]);
      await dashboard.row('the undo', callerId, ({ status }) => status === 'waiting');
      assert.equal((await stage.http('GET', `${visit}/messages`, { bearer: callerToken })).body.messages.length, 1);
      const again = await stage.callerSocket({ callerId, callerToken, caller });
      assert.equal((await again.ok('resume', { afterSeq: 0 })).messages.length, 1);
    });
  });

  describe('a visit that staff end', () => {
    it('is told to the caller, and closes the socket', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      await dashboard.ok('setStatus', { callerId, status: 'ended' });
      const { reason } = await socket.event('the end', ({ type }) => type === 'ended');
      assert.equal(reason, 'ended-by-staff');
      await socket.closed;
      assert.equal(socket.frames.at(-1)?.type, 'ended');
    });

    it('takes no late frame of the caller', async () => {
      const { callerId, socket } = await stage.waitingCaller();
      await stage.asMember('PATCH', `/callers/${callerId}`, { status: 'ended' });
      if (socket.isOpen) {
        // Answered or cut off: stored it is not.
        await Promise.race([socket.ask('sendMessage', { messageId: newId(), text: 'late' }), socket.closed]);
      }
      const { body } = await stage.asMember('GET', `/callers/${callerId}/messages`);
      assert.deepEqual(body.messages, []);
      assert.equal((await stage.asMember('PATCH', `/callers/${callerId}`, { status: 'ended' })).body.caller.status, 'ended');
    });
  });

  describe('a caller who is erased', () => {
    it('is gone: off the board, out of every answer, and their token is worth nothing', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, callerToken, socket } = await stage.waitingCaller();
      await dashboard.ok('notify', { callerId, messageId: newId(), text: 'to be forgotten' });
      const answer = await stage.asAdministrator('DELETE', `/callers/${callerId}`);
      assert.equal(answer.status, 204);
      const { reason } = await socket.event('the end', ({ type }) => type === 'ended');
      assert.equal(reason, 'erased');
      await socket.closed;
      await dashboard.removal(callerId);
      await dashboard.refused('thread', { callerId }, 'not-found');
      await dashboard.refused('notify', { callerId, messageId: newId(), text: 'x' }, 'not-found');
      assertProblem(await stage.asAdministrator('DELETE', `/callers/${callerId}`), 'not-found');
      for (const path of ['tickets', 'messages']) {
        const own = await stage.http(path === 'tickets' ? 'POST' : 'GET', `/clinics/${stage.clinicId}/callers/${callerId}/${path}`, {
          bearer: callerToken,
        });
        assertProblem(own, 'unauthenticated');
      }
    });
  });

  describe('a caller with many sockets', () => {
    it('has five: the oldest gives way to a sixth', async () => {
      const person = await stage.waitingCaller();
      const sockets = [person.socket];
      for (let count = 2; count <= 6; count += 1) {
        const socket = await stage.callerSocket(person);
        await socket.ok('resume', { afterSeq: 0 });
        sockets.push(socket);
      }
      await sockets[0]?.closed;
      await stage.asMember('POST', `/callers/${person.callerId}/messages`, { messageId: newId(), text: 'to all five' });
      for (const socket of sockets.slice(1)) await socket.event('the message', ({ type }) => type === 'messagesAdded');
    });

    it('is online until the last of them is gone', async () => {
      const dashboard = await stage.dashboard();
      const person = await stage.waitingCaller();
      const second = await stage.callerSocket(person);
      await second.ok('resume', { afterSeq: 0 });
      await person.socket.close();
      await dashboard.ok('notify', { callerId: person.callerId, messageId: newId(), text: 'still there?' });
      await second.event('the message', ({ type }) => type === 'messagesAdded');
      assert.equal((await dashboard.ok('thread', { callerId: person.callerId })).caller.online, true);
      dashboard.lookAhead();
      await second.close();
      await dashboard.row('offline', person.callerId, ({ online }) => !online);
    });
  });
};
