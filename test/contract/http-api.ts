import assert from 'node:assert/strict';
import { parse } from 'zod/mini';
import {
  broadcast as broadcastSchema,
  caller as callerSchema,
  clinic as clinicSchema,
  message as messageSchema,
  settings as settingsSchema,
} from '../../protocol/objects.ts';
import type { ContractTests } from './runner.ts';
import { assertGapless, assertProblem, type CheckedIn, type HttpAnswer, newId, pathsIn, type Stage } from './stage.ts';

/** Everything that is asked by HTTPS. */
export const httpTests: ContractTests = ({ describe, it }, stage) => {
  describe('what anyone may ask', () => {
    it('is the health of the service', async () => {
      const { status, body } = await stage.http('GET', '/health');
      assert.equal(status, 200);
      assert.equal(body.status, 'ok');
      assert.equal(typeof body.version, 'string');
    });

    it('is what a waiting page may know of a clinic, and no more', async () => {
      const { status, body } = await stage.http('GET', `/clinics/${stage.clinicId}`);
      assert.equal(status, 200);
      parse(clinicSchema, body);
      for (const secret of ['retentionDays', 'members', 'administratorCount', 'createdAt']) assert.ok(!(secret in body), secret);
    });

    it('has no clinic that does not exist', async () => {
      assertProblem(await stage.http('GET', `/clinics/${newId()}`), 'not-found');
      assertProblem(await stage.http('GET', '/clinics/no%20id'), 'not-found');
      assertProblem(await stage.http('POST', `/clinics/${newId()}/callers`, { body: { name: 'Sue' } }), 'not-found');
    });
  });

  describe('a check-in', () => {
    it('answers with the caller, who waits, and a token shown once', async () => {
      const person = await stage.checkIn({ name: '  Zoe\u0308 ', phone: '+61 400 000 001', language: 'PT-br', details: { Room: 'B' } });
      const caller = parse(callerSchema, person.caller);
      assert.equal(person.callerId, caller.callerId);
      assert.match(person.callerToken, /^[\x21-\x7e]{43,}$/);
      const { name, phone, language, details, status, online, messageCount, version } = caller;
      assert.deepEqual(
        { name, phone, language, details, status, online, messageCount },
        {
          name: 'Zo\u00eb',
          phone: '+61 400 000 001',
          language: 'pt-BR',
          details: { Room: 'B' },
          status: 'waiting',
          online: false,
          messageCount: 0,
        },
      );
      assert.ok(version >= 1);
      assert.ok(!JSON.stringify(caller).includes(person.callerToken));
    });

    it('needs a name alone', async () => {
      const { caller } = await stage.checkIn({ name: 'Ali' });
      assert.deepEqual([caller.phone, caller.language, caller.details], [null, null, {}]);
    });

    it('is refused with each field named that is out of its bounds', async () => {
      const answer = await stage.http('POST', `/clinics/${stage.clinicId}/callers`, {
        body: { name: 'x'.repeat(101), phone: '1'.repeat(33), language: 'portuguese!', details: { k: 7 }, colour: 'red' },
      });
      assertProblem(answer, 'invalid-request');
      assert.deepEqual(pathsIn(answer.body.details).sort(), ['colour', 'details.k', 'language', 'name', 'phone']);
    });

    it('is refused when it is no JSON, no object, or empty', async () => {
      for (const rawBody of ['', '{', 'null', '[]', '"Sue"', '{}']) {
        assertProblem(await stage.http('POST', `/clinics/${stage.clinicId}/callers`, { rawBody }), 'invalid-request');
      }
    });

    it('over 128 KB is too large', async () => {
      const body = { name: 'Sue', details: { k: 'x'.repeat(140 * 1024) } };
      assertProblem(await stage.http('POST', `/clinics/${stage.clinicId}/callers`, { body }), 'too-large');
    });
  });

  describe('who is who', () => {
    it('staff routes need a JWT of the clinic’s issuer', async () => {
      const { callerToken } = await stage.checkIn();
      for (const path of ['/clinics', `/clinics/${stage.clinicId}/callers`, `/clinics/${stage.clinicId}/settings`]) {
        for (const bearer of [undefined, callerToken, 'a.b.c', `${await stage.member()}x`]) {
          assert.equal((await stage.http('GET', path, bearer === undefined ? {} : { bearer })).status, 401, path);
        }
      }
    });

    it('a member sees the clinics they are a member of, with their role', async () => {
      const { body } = await stage.http('GET', '/clinics', { bearer: await stage.member() });
      const mine = body.clinics.find(({ clinicId }) => clinicId === stage.clinicId);
      assert.equal(mine?.role, 'member');
      assert.ok(!body.clinics.some(({ clinicId }) => clinicId === stage.otherClinicId));
    });

    it('a member is no administrator, which is said before any field is looked at', async () => {
      const { callerId } = await stage.checkIn();
      for (const [method, path] of [
        ['PATCH', '/settings'],
        ['POST', '/invitations'],
        ['GET', '/members'],
        ['PUT', '/members/somebody'],
        ['DELETE', '/members/somebody'],
        ['DELETE', `/callers/${callerId}`],
      ] as const) {
        assertProblem(
          await stage.asMember(method, path, method === 'GET' || method === 'DELETE' ? undefined : { nonsense: true }),
          'forbidden',
        );
      }
    });

    it('another clinic looks as if it did not exist', async () => {
      const bearer = await stage.administrator();
      const { callerId } = await stage.checkIn({ clinicId: stage.otherClinicId });
      for (const clinicId of [stage.otherClinicId, newId()]) {
        for (const [method, path] of everyStaffRoute(clinicId, callerId))
          assertProblem(await stage.http(method, path, { bearer }), 'not-found');
      }
    });

    it('another clinic’s caller looks as if they did not exist', async () => {
      const { callerId, callerToken } = await stage.checkIn({ clinicId: stage.otherClinicId });
      assertProblem(await stage.asMember('PATCH', `/callers/${callerId}`, { status: 'on-hold' }), 'not-found');
      assertProblem(await stage.asMember('POST', `/callers/${callerId}/messages`, { messageId: newId(), text: 'x' }), 'not-found');
      assertProblem(await stage.asMember('GET', `/callers/${callerId}/messages`), 'not-found');
      assertProblem(await stage.asAdministrator('DELETE', `/callers/${callerId}`), 'not-found');
      const through = { bearer: callerToken };
      assertProblem(await stage.http('GET', `/clinics/${stage.clinicId}/callers/${callerId}/messages`, through), 'unauthenticated');
      assertProblem(await stage.http('POST', `/clinics/${stage.clinicId}/callers/${callerId}/tickets`, through), 'unauthenticated');
    });
  });

  describe('settings', () => {
    it('are read by members and changed by administrators, field by field', async () => {
      const before = parse(settingsSchema, (await stage.asMember('GET', '/settings')).body);
      const changed = await stage.asAdministrator('PATCH', '/settings', { waitingThresholdMinutes: 45 });
      try {
        assert.equal(changed.status, 200);
        const after = parse(settingsSchema, changed.body);
        assert.equal(after.waitingThresholdMinutes, 45);
        assert.ok(after.version > before.version);
        assert.equal(after.expectationText, before.expectationText);
      } finally {
        await stage.asAdministrator('PATCH', '/settings', { waitingThresholdMinutes: before.waitingThresholdMinutes });
      }
    });

    it('are refused with each field named', async () => {
      const answer = await stage.asAdministrator('PATCH', '/settings', { guestMessages: 'on', retentionDays: 0, colour: 'red' });
      assertProblem(answer, 'invalid-request');
      assert.deepEqual(pathsIn(answer.body.details).sort(), ['colour', 'guestMessages', 'retentionDays']);
    });
  });

  describe('the board over HTTP', () => {
    it('is paged, and finds by status and by search without regard to diacritics', async () => {
      const mark = `q${newId().slice(0, 8)}`;
      const people: CheckedIn[] = [];
      for (const name of ['Zoë Ångström', 'Zoe Smith', 'Ali Hassan']) people.push(await stage.checkIn({ name: `${name} ${mark}` }));
      const [, smith, ali] = people;
      await stage.asMember('PATCH', `/callers/${smith?.callerId}`, { status: 'being-seen' });
      await stage.asMember('PATCH', `/callers/${ali?.callerId}`, { status: 'on-hold' });
      assert.deepEqual(
        await idsOf(stage, `search=${mark}&limit=1`),
        people.map(({ callerId }) => callerId),
      );
      assert.equal((await idsOf(stage, `search=ZOE%20angstrom%20${mark}`)).length, 1);
      assert.deepEqual(await idsOf(stage, `search=${mark}&status=being-seen&status=on-hold&limit=1`), [smith?.callerId, ali?.callerId]);
      assert.deepEqual(await idsOf(stage, `search=${mark}&status=ended`), []);
    });

    it('lists those who left under ended, the latest first', async () => {
      const gone: string[] = [];
      for (const name of ['First', 'Second']) {
        const { callerId } = await stage.checkIn({ name: `${name} ${newId()}` });
        await stage.asMember('PATCH', `/callers/${callerId}`, { status: 'ended' });
        gone.unshift(callerId);
      }
      const isGone = (callerId: string) => gone.includes(callerId);
      assert.ok(!(await idsOf(stage, '')).some(isGone));
      assert.deepEqual((await idsOf(stage, 'status=ended')).filter(isGone), gone);
      assert.deepEqual((await idsOf(stage, 'status=ended&limit=1')).filter(isGone), gone);
    });

    it('shows rows, not conversations', async () => {
      const { callerId } = await stage.checkIn();
      await stage.asMember('POST', `/callers/${callerId}/messages`, { messageId: newId(), text: 'x' });
      const { body } = await stage.asMember('GET', '/callers');
      for (const caller of body.callers) {
        parse(callerSchema, caller);
        for (const secret of ['messages', 'messageIds', 'tokenHash', 'connections', 'callerToken']) assert.ok(!(secret in caller), secret);
      }
    });

    it('refuses a query it does not know', async () => {
      for (const query of ['status=gone', 'limit=0', 'limit=x', 'colour=red', 'cursor=%25', 'cursor=bm9uc2Vuc2U', 'limit=1&limit=2']) {
        assertProblem(await stage.asMember('GET', `/callers?${query}`), 'invalid-request');
      }
    });
  });

  describe('a caller, changed over HTTP', () => {
    it('moves between statuses, and from ended back to waiting', async () => {
      const { callerId, caller } = await stage.checkIn();
      let { version } = caller;
      for (const status of ['being-seen', 'on-hold', 'waiting', 'ended', 'waiting']) {
        const answer = await stage.asMember('PATCH', `/callers/${callerId}`, { status });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assert.equal(answer.body.caller.status, status);
        assert.equal(answer.body.caller.arrivedAt, caller.arrivedAt);
        assert.ok(answer.body.caller.version > version);
        version = answer.body.caller.version;
      }
    });

    it('goes from ended nowhere else', async () => {
      const { callerId } = await stage.checkIn();
      await stage.asMember('PATCH', `/callers/${callerId}`, { status: 'ended' });
      assertProblem(await stage.asMember('PATCH', `/callers/${callerId}`, { status: 'being-seen' }), 'caller-ended');
    });

    it('has a switch of their own, which null gives back to the clinic', async () => {
      const { callerId } = await stage.checkIn();
      for (const guestMessages of [true, false, null]) {
        const { body } = await stage.asMember('PATCH', `/callers/${callerId}`, { guestMessages });
        assert.equal(body.caller.guestMessages, guestMessages);
      }
    });

    it('is changed in one thing at a time, to a known value', async () => {
      const { callerId } = await stage.checkIn();
      for (const body of [{}, { status: 'gone' }, { guestMessages: 'on' }, { status: 'on-hold', guestMessages: true }, { name: 'x' }]) {
        assertProblem(await stage.asMember('PATCH', `/callers/${callerId}`, body), 'invalid-request');
      }
    });

    it('that never was is not found', async () => {
      assertProblem(await stage.asMember('PATCH', `/callers/${newId()}`, { status: 'on-hold' }), 'not-found');
      assertProblem(await stage.asMember('PATCH', '/callers/no%20id', { status: 'on-hold' }), 'not-found');
    });
  });

  describe('messages over HTTP', () => {
    it('are stored once, however often they are sent', async () => {
      const { callerId } = await stage.checkIn();
      const body = { messageId: newId(), text: 'Doctor is late' };
      const first = await stage.asMember('POST', `/callers/${callerId}/messages`, body);
      assert.equal(first.status, 201, JSON.stringify(first.body));
      assert.equal(first.body.duplicate, false);
      assert.equal(first.body.caller.messageCount, 1);
      parse(messageSchema, first.body.message);
      const again = await stage.asMember('POST', `/callers/${callerId}/messages`, body);
      assert.equal(again.status, 200);
      assert.deepEqual([again.body.duplicate, again.body.message], [true, first.body.message]);
      assertProblem(await stage.asMember('POST', `/callers/${callerId}/messages`, { ...body, text: 'Doctor is here' }), 'conflict');
      assert.equal((await stage.messages(callerId)).length, 1);
    });

    it('are read by members with the sender’s name, by the caller without, from where they like', async () => {
      const person = await stage.checkIn();
      for (const text of ['one', 'two', 'three'])
        await stage.asMember('POST', `/callers/${person.callerId}/messages`, { messageId: newId(), text });
      const forStaff = await stage.messages(person.callerId);
      assertGapless(forStaff);
      assert.ok(forStaff.every(({ senderName }) => typeof senderName === 'string' && senderName.length > 0));
      const path = `/clinics/${stage.clinicId}/callers/${person.callerId}/messages`;
      const { body } = await stage.http('GET', `${path}?afterSeq=1`, { bearer: person.callerToken });
      assert.deepEqual(
        body.messages.map(({ seq, text }) => [seq, text]),
        [
          [2, 'two'],
          [3, 'three'],
        ],
      );
      assert.equal(body.nextAfterSeq, null);
      assert.ok(!JSON.stringify(body).includes('senderName'));
      for (const query of ['afterSeq=-1', 'afterSeq=x', 'before=1'])
        assertProblem(await stage.http('GET', `${path}?${query}`, { bearer: person.callerToken }), 'invalid-request');
    });

    it('are nobody else’s to read', async () => {
      const [person, another] = [await stage.checkIn(), await stage.checkIn()];
      const path = `/clinics/${stage.clinicId}/callers/${person.callerId}/messages`;
      for (const bearer of [undefined, another.callerToken, 'a.b.c']) {
        assertProblem(await stage.http('GET', path, bearer === undefined ? {} : { bearer }), 'unauthenticated');
      }
    });

    it('to someone who has left are refused, but for repeats', async () => {
      const { callerId } = await stage.checkIn();
      const body = { messageId: newId(), text: 'Goodbye' };
      await stage.asMember('POST', `/callers/${callerId}/messages`, body);
      await stage.asMember('PATCH', `/callers/${callerId}`, { status: 'ended' });
      assertProblem(
        await stage.asMember('POST', `/callers/${callerId}/messages`, { messageId: newId(), text: 'Too late' }),
        'caller-ended',
      );
      const again = await stage.asMember('POST', `/callers/${callerId}/messages`, body);
      assert.deepEqual([again.status, again.body.duplicate], [200, true]);
    });
  });

  describe('broadcasts over HTTP', () => {
    it('run once, however often they are asked for, and say what became of each recipient', async () => {
      const mark = `q${newId().slice(0, 8)}`;
      const people = [await stage.checkIn({ name: `One ${mark}` }), await stage.checkIn({ name: `Two ${mark}` })];
      const body = { broadcastId: newId(), filter: { search: mark }, text: 'to two' };
      const first = await stage.asMember('POST', '/broadcasts', body);
      assert.equal(first.status, 202, JSON.stringify(first.body));
      parse(broadcastSchema, first.body.broadcast);
      const path = `/broadcasts/${body.broadcastId}`;
      let found = await stage.asMember('GET', path);
      for (const until = Date.now() + 15_000; found.body.broadcast.state === 'running' && Date.now() < until; )
        found = await stage.asMember('GET', path);
      const { state, matched, stored, offline, failed, filter, callerIds, text } = parse(broadcastSchema, found.body.broadcast);
      assert.deepEqual(
        { state, matched, stored, offline, failed, filter, callerIds, text },
        { state: 'finished', matched: 2, stored: 2, offline: 2, failed: 0, filter: { search: mark }, callerIds: null, text: 'to two' },
      );
      const again = await stage.asMember('POST', '/broadcasts', body);
      assert.deepEqual([again.status, again.body.broadcast], [200, found.body.broadcast]);
      assertProblem(await stage.asMember('POST', '/broadcasts', { ...body, text: 'to three' }), 'conflict');
      assertProblem(await stage.asMember('POST', '/broadcasts', { broadcastId: body.broadcastId, text: 'to two' }), 'conflict');
      const recipients: { callerId: string }[] = [];
      let cursor: string | null = null;
      do {
        const page = await stage.asMember(
          'GET',
          `${path}/recipients?limit=1${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        assert.equal(page.status, 200, JSON.stringify(page.body));
        assert.ok(page.body.recipients.length <= 1);
        recipients.push(...page.body.recipients);
        cursor = page.body.nextCursor;
      } while (cursor !== null);
      assert.deepEqual(
        recipients.toSorted((a, b) => (a.callerId < b.callerId ? -1 : 1)),
        people.map(({ callerId }) => ({ callerId, outcome: 'offline', seq: 1 })).toSorted((a, b) => (a.callerId < b.callerId ? -1 : 1)),
      );
      for (const { callerId } of people) assert.equal((await stage.messages(callerId)).length, 1);
    });

    it('take a filter or ids, not both, and at most 100 ids', async () => {
      const ask = (fields: object) => stage.asMember('POST', '/broadcasts', { broadcastId: newId(), text: 'x', ...fields });
      assertProblem(await ask({ filter: {}, callerIds: ['a'] }), 'invalid-request');
      assertProblem(await ask({ callerIds: Array.from({ length: 101 }, () => newId()) }), 'invalid-request');
      assertProblem(await ask({ filter: { colour: 'red' } }), 'invalid-request');
      assertProblem(await ask({ filter: { statuses: ['gone'] } }), 'invalid-request');
    });

    it('that never were are not found', async () => {
      assertProblem(await stage.asMember('GET', `/broadcasts/${newId()}`), 'not-found');
      assertProblem(await stage.asMember('GET', `/broadcasts/${newId()}/recipients`), 'not-found');
    });
  });

  describe('every answer of the service', () => {
    it('is kept by no cache and sets no cookie, what refuses and what has no body too', async () => {
      const { callerId, callerToken } = await stage.checkIn();
      const own = `/clinics/${stage.clinicId}/callers/${callerId}`;
      const answers: [number, HttpAnswer][] = [
        [200, await stage.http('GET', '/health')],
        [200, await stage.http('GET', `/clinics/${stage.clinicId}`)],
        [404, await stage.http('GET', `/clinics/${newId()}`)],
        [400, await stage.http('POST', `/clinics/${stage.clinicId}/callers`, { body: {} })],
        [201, await stage.http('POST', `${own}/tickets`, { bearer: callerToken })],
        [200, await stage.http('GET', `${own}/messages`, { bearer: callerToken })],
        [401, await stage.http('GET', `${own}/messages`, { bearer: 'x' })],
        [200, await stage.http('GET', `${own}/export`, { bearer: callerToken })],
        [200, await stage.asMember('GET', '/callers')],
        [403, await stage.asMember('GET', '/members')],
        [204, await stage.asAdministrator('DELETE', `/callers/${callerId}`)],
      ];
      for (const [index, [expected, { status, headers }]] of answers.entries()) {
        assert.deepEqual([index, status, headers.get('cache-control'), headers.get('set-cookie')], [index, expected, 'no-store', null]);
      }
    });
  });

  describe('a path that is none', () => {
    it('is not found', async () => {
      assert.equal((await stage.http('GET', '/nowhere')).status, 404);
    });
  });
};

const idsOf = async (stage: Stage, query: string): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const { status, body } = await stage.asMember(
      'GET',
      `/callers?${query}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    assert.equal(status, 200, JSON.stringify(body));
    ids.push(...body.callers.map(({ callerId }) => callerId));
    cursor = body.nextCursor;
  } while (cursor !== null);
  return ids;
};

const everyStaffRoute = (clinicId: string, callerId: string): [string, string][] => [
  ['POST', `/clinics/${clinicId}/tickets`],
  ['GET', `/clinics/${clinicId}/settings`],
  ['PATCH', `/clinics/${clinicId}/settings`],
  ['POST', `/clinics/${clinicId}/invitations`],
  ['GET', `/clinics/${clinicId}/members`],
  ['PUT', `/clinics/${clinicId}/members/somebody`],
  ['DELETE', `/clinics/${clinicId}/members/somebody`],
  ['GET', `/clinics/${clinicId}/callers`],
  ['PATCH', `/clinics/${clinicId}/callers/${callerId}`],
  ['DELETE', `/clinics/${clinicId}/callers/${callerId}`],
  ['POST', `/clinics/${clinicId}/callers/${callerId}/messages`],
  ['POST', `/clinics/${clinicId}/broadcasts`],
  ['GET', `/clinics/${clinicId}/broadcasts/b`],
  ['GET', `/clinics/${clinicId}/broadcasts/b/recipients`],
];
