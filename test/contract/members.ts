import assert from 'node:assert/strict';
import { parse } from 'zod/mini';
import { clinic as clinicSchema, member as memberSchema } from '../../protocol/objects.ts';
import type { ContractTests } from './runner.ts';
import { assertProblem, newId, pathsIn } from './stage.ts';

/** Clinics, members and invitations: in clinics made for it, by users made up for it. */
export const memberTests: ContractTests = ({ describe, it }, stage) => {
  const { users } = stage;
  // Without an issuer that signs for users made up here there is nobody to be an operator or a new member.
  if (!users) return;

  /** A new clinic and its administrator. */
  const aClinic = async () => {
    const clinicId = `contract-${newId().slice(0, 8)}`;
    const administratorId = `admin@${clinicId}`;
    const body = { clinicId, name: 'Contract Clinic', administrator: { userId: administratorId, name: 'Ana' }, languages: ['en', 'ar'] };
    const answer = await stage.http('POST', '/clinics', { bearer: await users.operator(), body });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    const bearer = await users.tokenOf(administratorId);
    const as = async (userId: string, method: string, path: string, sent?: unknown) =>
      stage.http(method, `/clinics/${clinicId}${path}`, { bearer: await users.tokenOf(userId), body: sent });
    return { clinicId, administratorId, body, bearer, as };
  };
  const member = { name: 'Mo', role: 'member', answersMessages: true } as const;

  describe('a clinic', () => {
    it('is made by an operator, once', async () => {
      const { body, clinicId } = await aClinic();
      const operator = await users.operator();
      const again = await stage.http('POST', '/clinics', { bearer: operator, body });
      assert.equal(again.status, 200);
      assert.equal(parse(clinicSchema, again.body.clinic).clinicId, clinicId);
      assertProblem(await stage.http('POST', '/clinics', { bearer: operator, body: { ...body, name: 'Another' } }), 'conflict');
      assert.equal((await stage.http('GET', `/clinics/${clinicId}`)).body.guestMessages, false);
    });

    it('is made by nobody else, which is said before any field is looked at', async () => {
      assertProblem(await stage.http('POST', '/clinics', { bearer: await stage.administrator(), body: {} }), 'forbidden');
      const refused = await stage.http('POST', '/clinics', { bearer: await users.operator(), body: { clinicId: 'no id' } });
      assertProblem(refused, 'invalid-request');
      assert.deepEqual(pathsIn(refused.body.details).sort(), ['administrator', 'clinicId', 'name']);
    });
  });

  describe('members', () => {
    it('are put, listed, changed and removed by administrators', async () => {
      const { as, administratorId } = await aClinic();
      const path = `/members/${encodeURIComponent('auth0|mo:1@x+y')}`;
      const put = await as(administratorId, 'PUT', path, member);
      assert.equal(put.status, 201, JSON.stringify(put.body));
      assert.equal((await as(administratorId, 'PUT', path, { ...member, answersMessages: false })).status, 200);
      const { body } = await as(administratorId, 'GET', '/members');
      for (const each of body.members) parse(memberSchema, each);
      assert.deepEqual(
        body.members.map(({ userId, role }) => [userId, role]).sort(),
        [
          [administratorId, 'administrator'],
          ['auth0|mo:1@x+y', 'member'],
        ].sort(),
      );
      assert.equal((await as(administratorId, 'DELETE', path)).status, 204);
      assertProblem(await as(administratorId, 'DELETE', path), 'not-found');
      assertProblem(await as(administratorId, 'PUT', path, { name: 'Mo', role: 'owner', answersMessages: 'yes' }), 'invalid-request');
      assertProblem(await as(administratorId, 'PUT', '/members/no%20id', member), 'invalid-request');
    });

    it('keep an administrator: the last can be neither removed nor demoted', async () => {
      const { as, administratorId } = await aClinic();
      const path = `/members/${encodeURIComponent(administratorId)}`;
      assertProblem(await as(administratorId, 'DELETE', path), 'conflict');
      assertProblem(await as(administratorId, 'PUT', path, member), 'conflict');
      await as(administratorId, 'PUT', '/members/second', { ...member, role: 'administrator' });
      assert.equal((await as(administratorId, 'PUT', path, member)).status, 200);
      assertProblem(await as('second', 'DELETE', '/members/second'), 'conflict');
      assertProblem(await as(administratorId, 'GET', '/members'), 'forbidden');
    });

    it('who are removed, or whose role changes, are cut off at once', async () => {
      for (const change of ['remove', 'demote'] as const) {
        const { as, administratorId } = await aClinic();
        await as(administratorId, 'PUT', '/members/mo', { ...member, role: 'administrator' });
        const { body } = await as('mo', 'POST', '/tickets');
        const socket = await stage.open(body);
        await socket.ok('subscribe');
        if (change === 'remove') await as(administratorId, 'DELETE', '/members/mo');
        else await as(administratorId, 'PUT', '/members/mo', member);
        await socket.closed;
        const settings = await as('mo', 'PATCH', '/settings', {});
        assertProblem(settings, change === 'remove' ? 'not-found' : 'forbidden');
      }
    });

    it('who are removed speak no more, though their socket never registered', async () => {
      const { as, administratorId } = await aClinic();
      await as(administratorId, 'PUT', '/members/mo', member);
      const { body } = await as('mo', 'POST', '/tickets');
      const socket = await stage.open(body);
      await as(administratorId, 'DELETE', '/members/mo');
      await socket.refused('subscribe', {}, 'forbidden');
      await socket.refused('subscribe', { cursor: 'cCMxI3N1ZQ' }, 'forbidden');
      await socket.refused('thread', { callerId: newId() }, 'forbidden');
    });

    it('who are removed are refused before any field is looked at', async () => {
      const { as, administratorId } = await aClinic();
      await as(administratorId, 'PUT', '/members/mo', member);
      const socket = await stage.open((await as('mo', 'POST', '/tickets')).body);
      await as(administratorId, 'DELETE', '/members/mo');
      await socket.refused('notify', { nonsense: true }, 'forbidden');
    });
  });

  describe('an invitation', () => {
    it('makes whoever redeems it a member, once', async () => {
      const { as, administratorId, clinicId } = await aClinic();
      const invited = await as(administratorId, 'POST', '/invitations', member);
      assert.equal(invited.status, 201, JSON.stringify(invited.body));
      const { code, expiresAt } = invited.body;
      assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 7 * 24 * 3600_000) < 60_000, expiresAt);
      assertProblem(await as('mo', 'GET', '/settings'), 'not-found');
      const redeemed = await stage.http('POST', `/invitations/${code}`, { bearer: await users.tokenOf('mo') });
      assert.ok(redeemed.status === 200 || redeemed.status === 201, JSON.stringify(redeemed.body));
      assert.equal((await as('mo', 'GET', '/settings')).status, 200);
      const { body } = await stage.http('GET', '/clinics', { bearer: await users.tokenOf('mo') });
      assert.ok(body.clinics.some((each) => each.clinicId === clinicId && each.role === 'member'));
      assertProblem(await stage.http('POST', `/invitations/${code}`, { bearer: await users.tokenOf('jo') }), 'not-found');
    });

    it('ends with the part of the administrator who made it', async () => {
      for (const change of ['remove', 'demote'] as const) {
        const { as, administratorId } = await aClinic();
        await as(administratorId, 'PUT', '/members/mo', { ...member, role: 'administrator' });
        const own = await as('mo', 'POST', '/invitations', { ...member, role: 'administrator' });
        const { body: forJo } = await as('mo', 'POST', '/invitations', member);
        assert.equal(own.status, 201, JSON.stringify(own.body));
        const redeem = async (userId: string, code: string) =>
          stage.http('POST', `/invitations/${code}`, { bearer: await users.tokenOf(userId) });
        assertProblem(await redeem('mo', own.body.code), 'conflict');
        if (change === 'remove') await as(administratorId, 'DELETE', '/members/mo');
        else await as(administratorId, 'PUT', '/members/mo', member);
        assertProblem(await redeem('mo', own.body.code), change === 'remove' ? 'not-found' : 'conflict');
        assertProblem(await redeem('jo', forJo.code), 'not-found');
        assertProblem(await as('jo', 'GET', '/settings'), 'not-found');
        assertProblem(await as('mo', 'GET', '/members'), change === 'remove' ? 'not-found' : 'forbidden');
      }
    });

    it('that is made up is not found', async () => {
      assertProblem(await stage.http('POST', `/invitations/${newId()}`, { bearer: await users.tokenOf('jo') }), 'not-found');
    });
  });
};
