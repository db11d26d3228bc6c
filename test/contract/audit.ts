import assert from 'node:assert/strict';
import { parse } from 'zod/mini';
import { type AuditEntry, auditEntry } from '../../protocol/objects.ts';
import type { ContractTests } from './runner.ts';
import { assertProblem, newId, pathsIn, sleep } from './stage.ts';

/** The audit log: in clinics made for it, by users made up for it. */
export const auditTests: ContractTests = ({ describe, it }, stage) => {
  const { users } = stage;
  if (!users) return;

  const aClinic = async () => {
    const clinicId = `contract-${newId().slice(0, 8)}`;
    const administratorId = `admin@${clinicId}`;
    const memberId = `clerk@${clinicId}`;
    const made = await stage.http('POST', '/clinics', {
      bearer: await users.operator(),
      body: { clinicId, name: 'Contract Clinic', administrator: { userId: administratorId, name: 'Ana' } },
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const as = async (userId: string, method: string, path: string, body?: unknown) =>
      stage.http(method, `/clinics/${clinicId}${path}`, { bearer: await users.tokenOf(userId), body });
    const asAdministrator = (method: string, path: string, body?: unknown) => as(administratorId, method, path, body);
    const asMember = (method: string, path: string, body?: unknown) => as(memberId, method, path, body);
    await asAdministrator('PUT', `/members/${encodeURIComponent(memberId)}`, { name: 'Mo', role: 'member', answersMessages: true });
    /** The log as soon as it says this; what the stream tells comes some seconds later. */
    const logWith = async (action: string, times = 1): Promise<AuditEntry[]> => {
      for (let attempt = 0; attempt < 60; attempt += 1) {
        const { status, body } = await asAdministrator('GET', '/audit');
        assert.equal(status, 200, JSON.stringify(body));
        const entries: AuditEntry[] = body.entries.map((entry) => parse(auditEntry, entry));
        if (entries.filter((entry) => entry.action === action).length >= times) return entries;
        await sleep(500);
      }
      throw new Error(`the audit log never said ${action}`);
    };
    return { clinicId, administratorId, memberId, asAdministrator, asMember, logWith };
  };

  describe('the audit log', () => {
    it('says who did what, with ids and without a word of what was written', async () => {
      const { clinicId, memberId, administratorId, asMember, asAdministrator, logWith } = await aClinic();
      const { body: arrival } = await stage.http('POST', `/clinics/${clinicId}/callers`, { body: { name: 'Zacharias Quillfeather' } });
      const { callerId } = arrival;
      const messageId = newId();
      await asMember('POST', `/callers/${callerId}/messages`, { messageId, text: 'Your xylophone is ready' });
      await asMember('GET', `/callers/${callerId}/messages`);
      await asMember('PATCH', '/settings', { guestMessages: true });
      await asAdministrator('DELETE', `/callers/${callerId}`);
      const log = await logWith('notify');
      const saw = (action: string, outcome = 'done') =>
        log
          .filter((entry) => entry.action === action && entry.outcome === outcome)
          .map(({ actor, about }) => [actor.kind, actor.id, about]);
      assert.deepEqual(saw('notify'), [['member', memberId, { callerId, messageId, seq: '1' }]]);
      assert.deepEqual(saw('check-in'), [['caller', callerId, { callerId }]]);
      assert.deepEqual(saw('read-conversation'), [['member', memberId, { callerId }]]);
      assert.deepEqual(saw('change-settings', 'forbidden'), [['member', memberId, {}]]);
      assert.deepEqual(saw('erase', 'started'), saw('erase'));
      assert.deepEqual(saw('erase'), [['member', administratorId, { callerId }]]);
      assert.ok(!/xylophone|Quillfeather|Zacharias/.test(JSON.stringify(log)));
    });

    it('is chained: each entry has the hash of the one before it in its chain', async () => {
      const { clinicId, logWith } = await aClinic();
      for (const name of ['Sue', 'Ali']) await stage.http('POST', `/clinics/${clinicId}/callers`, { body: { name } });
      const log = (await logWith('check-in', 2)).toReversed();
      for (const chain of ['visits', 'doors']) {
        const entries = log.filter((entry) => entry.chain === chain);
        assert.ok(entries.length > 1, chain);
        // At midnight a day begins anew.
        for (const [index, { seq, previousHash }] of entries.entries())
          if (seq > 1) assert.equal(previousHash, entries[index - 1]?.hash, `${chain}, entry ${seq}`);
      }
    });

    it('is shown to administrators, and itself says to whom', async () => {
      const { asMember, asAdministrator, logWith, administratorId } = await aClinic();
      assertProblem(await asMember('GET', '/audit'), 'forbidden');
      await asAdministrator('GET', '/audit');
      const reads = (await logWith('read-audit')).filter(({ action, outcome }) => action === 'read-audit' && outcome === 'done');
      assert.equal(reads[0]?.actor.id, administratorId);
    });

    it('is searched by time', async () => {
      const { asAdministrator } = await aClinic();
      const count = async (query: string) => (await asAdministrator('GET', `/audit?${query}`)).body.entries.length;
      assert.equal(await count('from=2020-01-01&to=2020-01-05'), 0);
      assert.ok((await count('from=2020-01-01T00:00:00Z')) > 0);
      const refused = await asAdministrator('GET', '/audit?from=yesterday&to=2020-13-45');
      assertProblem(refused, 'invalid-request');
      assert.deepEqual(pathsIn(refused.body.details).sort(), ['from', 'to']);
      assertProblem(await asAdministrator('GET', '/audit?from=2020-01-02&to=2020-01-01'), 'invalid-request');
      assertProblem(await asAdministrator('GET', '/audit?cursor=nonsense'), 'invalid-request');
    });
  });
};
