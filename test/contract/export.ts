import assert from 'node:assert/strict';
import { callerExport } from '../../protocol/caller-export.ts';
import type { ContractTests } from './runner.ts';
import { assertProblem, newId } from './stage.ts';

/** What is kept of a person, given to that person. */
export const exportTests: ContractTests = ({ describe, it }, stage) => {
  const pathOf = (callerId: string) => `/clinics/${stage.clinicId}/callers/${callerId}/export`;
  const exportOf = async (callerId: string, bearer: string) => {
    const { status, body } = await stage.http('GET', pathOf(callerId), { bearer });
    assert.equal(status, 200, JSON.stringify(body));
    return callerExport.parse(body);
  };

  describe('the export of a caller', () => {
    it('is everything that is kept of them, for the caller, and after the visit for an administrator', async () => {
      const { callerId, callerToken, socket } = await stage.waitingCaller({
        name: 'Xenia Exported',
        phone: '+61400000077',
        details: { reason: 'left knee' },
      });
      await stage.asMember('POST', `/callers/${callerId}/messages`, { messageId: newId(), text: 'Doctor is late' });
      await socket.told('Doctor is late');
      await socket.ok('acknowledge', { deliveredSeq: 1, readSeq: 1 });
      await socket.ok('sendMessage', { messageId: newId(), text: 'I can wait' });
      const own = await exportOf(callerId, callerToken);
      assert.deepEqual(
        [own.caller.name, own.caller.phone, own.caller.details],
        ['Xenia Exported', '+61400000077', { reason: 'left knee' }],
      );
      assert.deepEqual(
        own.messages.map(({ seq, from, text, delivered, read }) => [seq, from, text, delivered, read]),
        [
          [1, 'clinic', 'Doctor is late', true, true],
          [2, 'caller', 'I can wait', true, false],
        ],
      );
      assert.equal(own.connections.length, 1);
      assert.equal(own.caller.keptUntil, null);
      await socket.ok('leave');
      assertProblem(await stage.http('GET', pathOf(callerId), { bearer: callerToken }), 'caller-ended');
      const later = await exportOf(callerId, await stage.administrator());
      assert.deepEqual([later.caller.status, later.caller.endReason, later.messages.length], ['ended', 'left', 2]);
      assert.ok(later.caller.keptUntil);
      assert.doesNotMatch(JSON.stringify([own, later]), /senderName|callerToken|tokenHash|changedBy/);
    });

    it('is nobody else’s', async () => {
      const { callerId } = await stage.checkIn();
      const other = await stage.checkIn();
      assertProblem(await stage.http('GET', pathOf(callerId), { bearer: other.callerToken }), 'unauthenticated');
      assertProblem(await stage.http('GET', pathOf(callerId)), 'unauthenticated');
      assertProblem(await stage.asMember('GET', `/callers/${callerId}/export`), 'forbidden');
      const elsewhere = await stage.http('GET', `/clinics/${stage.otherClinicId}/callers/${callerId}/export`, {
        bearer: await stage.administrator(),
      });
      assertProblem(elsewhere, 'not-found');
    });

    it('is gone with the caller who is erased', async () => {
      const { callerId, callerToken } = await stage.checkIn();
      assert.equal((await stage.asAdministrator('DELETE', `/callers/${callerId}`)).status, 204);
      assertProblem(await stage.http('GET', pathOf(callerId), { bearer: callerToken }), 'unauthenticated');
      assertProblem(await stage.asAdministrator('GET', `/callers/${callerId}/export`), 'not-found');
    });
  });
};
