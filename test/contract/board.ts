import assert from 'node:assert/strict';
import { parse } from 'zod/mini';
import { caller as callerSchema, clinic as clinicSchema, member as memberSchema } from '../../protocol/objects.ts';
import type { ContractTests } from './runner.ts';
import { type CheckedIn, newId } from './stage.ts';

/** The live board. */
export const boardTests: ContractTests = ({ describe, it }, stage) => {
  describe('subscribing', () => {
    it('answers with everyone present, the clinic and who I am', async () => {
      const { callerId } = await stage.checkIn({ name: 'Sue Smith' });
      const dashboard = await stage.staffSocket();
      const pages = await dashboard.pages('subscribe', {});
      const callers = pages.flatMap((page) => page.callers);
      for (const caller of callers) parse(callerSchema, caller);
      assert.equal(new Set(callers.map((caller) => caller.callerId)).size, callers.length, 'nobody twice');
      assert.ok(callers.some((caller) => caller.callerId === callerId));
      assert.ok(callers.every(({ status, clinicId }) => status !== 'ended' && clinicId === stage.clinicId));
      for (const { clinic, me } of pages) {
        parse(clinicSchema, clinic);
        assert.equal(parse(memberSchema, me).role, 'member');
      }
    });

    it('comes in pages, each under 32 KB', async () => {
      const details = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`field ${index}`, 'x'.repeat(980)]));
      const people: CheckedIn[] = [];
      for (let count = 0; count < 10; count += 1) people.push(await stage.checkIn({ details }));
      const dashboard = await stage.staffSocket();
      const pages = await dashboard.pages('subscribe', {});
      assert.ok(pages.length > 1);
      assert.ok(dashboard.largestFrameBytes < 32 * 1024, `${dashboard.largestFrameBytes}`);
      const listed = new Set(pages.flatMap((page) => page.callers).map(({ callerId }) => callerId));
      for (const { callerId } of people) assert.ok(listed.has(callerId));
    });

    it('with a cursor that is none is refused', async () => {
      const dashboard = await stage.staffSocket();
      await dashboard.refused('subscribe', { cursor: 'nonsense' }, 'invalid-request');
      await dashboard.refused('subscribe', { cursor: 7 }, 'invalid-request');
    });

    it('may be repeated at any time', async () => {
      const dashboard = await stage.dashboard();
      const { callerId } = await stage.checkIn();
      const pages = await dashboard.pages('subscribe', {});
      assert.ok(pages.flatMap((page) => page.callers).some((caller) => caller.callerId === callerId));
    });
  });

  describe('every dashboard', () => {
    it('hears of arrivals, of coming and going online, of statuses, and of leaving', async () => {
      const dashboards = [await stage.dashboard(), await stage.dashboard(await stage.administrator())];
      const person = await stage.checkIn({ name: 'Sue Smith' });
      const all = async (what: string, isIt: (caller: { online: boolean; status: string; name: string }) => boolean) => {
        for (const dashboard of dashboards) parse(callerSchema, await dashboard.row(what, person.callerId, isIt));
      };
      await all('arrival', ({ name, online }) => name === 'Sue Smith' && !online);
      const socket = await stage.callerSocket(person);
      await socket.ok('resume', { afterSeq: 0 });
      await all('online', ({ online }) => online);
      await dashboards[0]?.ok('setStatus', { callerId: person.callerId, status: 'being-seen' });
      await all('being seen', ({ status }) => status === 'being-seen');
      const { caller } = await socket.event('the own status', ({ type }) => type === 'callerChanged');
      assert.equal(caller?.status, 'being-seen');
      socket.drop();
      await all('offline', ({ online }) => !online);
      await dashboards[0]?.ok('setStatus', { callerId: person.callerId, status: 'ended' });
      for (const dashboard of dashboards) {
        await dashboard.removal(person.callerId);
      }
    });

    it('is told one thing by one version of a caller, and newer things by higher ones', async () => {
      const dashboard = await stage.dashboard();
      const { callerId, socket } = await stage.waitingCaller();
      for (let count = 0; count < 5; count += 1) {
        await dashboard.ok('notify', { callerId, messageId: newId(), text: `${count}` });
        await socket.ok('sendMessage', { messageId: newId(), text: `${count}` });
      }
      await dashboard.ok('markRead', { callerId, seq: 10 });
      await dashboard.row('all of it', callerId, ({ messageCount, unreadCount }) => messageCount === 10 && unreadCount === 0);
      const told = new Map<number, string>();
      for (const frame of dashboard.frames) {
        for (const caller of [...(frame.callers ?? []), ...(frame.result?.caller ? [frame.result.caller] : [])]) {
          if (caller.callerId !== callerId) continue;
          const content = JSON.stringify(Object.entries(caller).sort());
          assert.equal(told.get(caller.version) ?? content, content, `version ${caller.version}`);
          told.set(caller.version, content);
        }
      }
      const counts = [...told].sort(([a], [b]) => a - b).map(([, content]) => Number(/"messageCount",(\d+)/.exec(content)?.[1]));
      assert.deepEqual(
        counts,
        counts.toSorted((a, b) => a - b),
      );
    });

    it('sends frames under 32 KB, however large the rows are', async () => {
      const dashboard = await stage.dashboard();
      const details = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`field ${index}`, '👩'.repeat(240)]));
      const people = await Promise.all(Array.from({ length: 12 }, () => stage.checkIn({ details })));
      for (const { callerId } of people) await dashboard.row('arrival', callerId);
      assert.ok(dashboard.largestFrameBytes < 32 * 1024, `${dashboard.largestFrameBytes}`);
    });

    it('of another clinic hears nothing of it', async () => {
      const dashboard = await stage.dashboard();
      const { callerId } = await stage.checkIn({ clinicId: stage.otherClinicId });
      const own = await stage.checkIn();
      await dashboard.row('an arrival of our own', own.callerId);
      assert.ok(!JSON.stringify(dashboard.frames).includes(callerId));
    });
  });

  describe('a status', () => {
    it('is set as often as one likes, and stays the same when it is the same', async () => {
      const dashboard = await stage.dashboard();
      const { callerId } = await stage.checkIn();
      const first = await dashboard.ok('setStatus', { callerId, status: 'on-hold' });
      const again = await dashboard.ok('setStatus', { callerId, status: 'on-hold' });
      assert.deepEqual([first.caller.status, again.caller.statusSince], ['on-hold', first.caller.statusSince]);
      await dashboard.refused('setStatus', { callerId, status: 'gone' }, 'invalid-request');
    });
  });
};
