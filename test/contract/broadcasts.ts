import assert from 'node:assert/strict';
import { parse } from 'zod/mini';
import { broadcast as broadcastSchema, recipient as recipientSchema, type Status } from '../../protocol/objects.ts';
import type { ContractTests } from './runner.ts';
import type { Socket } from './socket.ts';
import { isEndOf, newId, sleep } from './stage.ts';

/** Notifying the displayed list. */
export const broadcastTests: ContractTests = ({ describe, it }, stage) => {
  /** Connected callers, one of each status, whose names share a word that is nobody else's. */
  const aList = async () => {
    const mark = `q${newId().slice(0, 8)}`;
    const people: { callerId: string; socket: Socket }[] = [];
    for (const [name, status] of [
      ['Sue Smith', 'waiting'],
      ['Zoë Ångström', 'being-seen'],
      ['Ali Hassan', 'on-hold'],
    ] as [string, Status][]) {
      const person = await stage.waitingCaller({ name: `${name} ${mark}` });
      if (status !== 'waiting') await stage.asMember('PATCH', `/callers/${person.callerId}`, { status });
      people.push(person);
    }
    return { mark, people, dashboard: await stage.dashboard() };
  };
  const heard = ({ socket }: { socket: Socket }, text: string) => socket.messages.some((message) => message.text === text);

  describe('a broadcast', () => {
    it('without a filter reaches everyone present, whatever the status', async () => {
      const { people, dashboard } = await aList();
      const end = await stage.broadcast(dashboard, { text: `to all ${newId()}` });
      assert.ok(end.matched >= 3);
      assert.equal(end.matched, end.stored + end.failed);
      for (const { socket } of people) {
        await socket.told(end.text);
      }
    });

    it('with a filter reaches exactly those whom it shows', async () => {
      const { mark, people, dashboard } = await aList();
      const [sue, zoe, ali] = people;
      for (const [filter, expected] of [
        [{ search: mark }, people],
        [{ search: `${mark} zoe ANGSTROM` }, [zoe]],
        [{ search: mark, statuses: ['being-seen'] }, [zoe]],
        [{ search: mark, statuses: ['waiting', 'on-hold'] }, [sue, ali]],
        [{ search: mark, statuses: ['waiting'], online: false }, []],
        [{ search: mark, online: true }, people],
        [{ search: mark, needsReply: true }, []],
        [{ search: mark, needsReply: false }, people],
      ] as const) {
        const text = JSON.stringify(filter);
        const end = await stage.broadcast(dashboard, { filter, text });
        assert.deepEqual([end.matched, end.stored, end.failed, end.offline], [expected.length, expected.length, 0, 0], text);
        assert.deepEqual(end.filter, filter);
        for (const person of expected) await person?.socket.told(text);
        assert.deepEqual(
          people.filter((person) => heard(person, text)),
          expected,
          text,
        );
      }
    });

    it('finds those who need a reply', async () => {
      const { mark, people, dashboard } = await aList();
      const [sue] = people;
      await sue?.socket.ok('sendMessage', { messageId: newId(), text: 'Hello?' });
      const end = await stage.broadcast(dashboard, { filter: { search: mark, needsReply: true }, text: 'to those unanswered' });
      assert.equal(end.matched, 1);
      await sleep(200);
      assert.deepEqual(
        people.map((person) => heard(person, 'to those unanswered')),
        [true, false, false],
      );
    });

    it('to chosen callers leaves out who is unknown, has left, or is another clinic’s', async () => {
      const { people, dashboard } = await aList();
      const [sue, zoe, ali] = people;
      const foreign = await stage.checkIn({ clinicId: stage.otherClinicId });
      await stage.asMember('PATCH', `/callers/${ali?.callerId}`, { status: 'ended' });
      const callerIds = [sue?.callerId, zoe?.callerId, ali?.callerId, foreign.callerId, newId()];
      const end = await stage.broadcast(dashboard, { callerIds, text: 'to the chosen' });
      assert.deepEqual([end.matched, end.stored, end.failed], [2, 2, 0]);
      assert.deepEqual(end.callerIds, callerIds);
      const foreignMessages = await stage.http('GET', `/clinics/${stage.otherClinicId}/callers/${foreign.callerId}/messages`, {
        bearer: foreign.callerToken,
      });
      assert.deepEqual(foreignMessages.body.messages, []);
    });

    it('arrives as a message of its kind, with its id, once each', async () => {
      const { mark, people, dashboard } = await aList();
      const { broadcastId } = await stage.broadcast(dashboard, { filter: { search: mark }, text: 'to all of us' });
      for (const { callerId, socket } of people) {
        await socket.event('the message', ({ type }) => type === 'messagesAdded');
        const [message, ...more] = (await stage.messages(callerId)).filter((each) => each.broadcastId === broadcastId);
        assert.deepEqual([message?.kind, message?.from, message?.text, more.length], ['broadcast', 'clinic', 'to all of us', 0]);
        assert.ok(!JSON.stringify(socket.frames).includes('senderName'));
      }
    });

    it('tells every dashboard how it goes, never backwards, and ends', async () => {
      const { mark, dashboard } = await aList();
      const another = await stage.dashboard(await stage.administrator());
      const { broadcastId } = await stage.broadcast(dashboard, { filter: { search: mark }, text: 'progress' });
      for (const page of [dashboard, another]) {
        await page.event('the end', isEndOf(broadcastId));
        const reports = page.events.filter(({ broadcast }) => broadcast?.broadcastId === broadcastId);
        let stored = 0;
        for (const report of reports) {
          const broadcast = parse(broadcastSchema, report.broadcast);
          assert.equal(broadcast.matched, broadcast.stored + broadcast.failed);
          assert.ok(broadcast.stored >= stored);
          stored = broadcast.stored;
        }
      }
    });

    it('says who was offline, and goes on counting who has it and who read it', async () => {
      const { mark, people, dashboard } = await aList();
      const [sue, zoe, ali] = people;
      ali?.socket.drop();
      await dashboard.row('offline', ali?.callerId ?? '', ({ online }) => !online);
      const end = await stage.broadcast(dashboard, { filter: { search: mark }, text: 'who has it?' });
      assert.deepEqual([end.matched, end.stored, end.offline], [3, 3, 1]);
      const seqOf = async (callerId = '') => (await stage.messages(callerId)).length;
      await sue?.socket.ok('acknowledge', { deliveredSeq: await seqOf(sue.callerId) });
      const seq = await seqOf(zoe?.callerId);
      await zoe?.socket.ok('acknowledge', { deliveredSeq: seq, readSeq: seq });
      const { broadcast } = await dashboard.event(
        'the receipts',
        ({ broadcast: told }) => told?.broadcastId === end.broadcastId && told.delivered === 2 && told.read === 1,
      );
      assert.deepEqual([broadcast?.state, broadcast?.offline], ['finished', 1]);
      const { body } = await stage.asMember('GET', `/broadcasts/${end.broadcastId}/recipients`);
      for (const recipient of body.recipients) parse(recipientSchema, recipient);
      const outcomeOf = (callerId = '') => body.recipients.find((recipient) => recipient.callerId === callerId)?.outcome;
      assert.deepEqual([outcomeOf(sue?.callerId), outcomeOf(zoe?.callerId), outcomeOf(ali?.callerId)], ['delivered', 'read', 'offline']);
    });

    it('asked for again answers as it now stands, and sends nothing twice; with another body it is a conflict', async () => {
      const { mark, people, dashboard } = await aList();
      const filter = { search: mark };
      const { broadcastId } = await stage.broadcast(dashboard, { filter, text: 'once' });
      const { broadcast } = await dashboard.ok('broadcast', { broadcastId, filter, text: 'once' });
      assert.deepEqual([broadcast.state, broadcast.matched], ['finished', 3]);
      await dashboard.refused('broadcast', { broadcastId, filter, text: 'twice' }, 'conflict');
      await dashboard.refused('broadcast', { broadcastId, text: 'once' }, 'conflict');
      await dashboard.refused('broadcast', { broadcastId, callerIds: [], text: 'once' }, 'conflict');
      for (const { callerId } of people) assert.equal((await stage.messages(callerId)).length, 1);
    });

    it('takes a filter or ids, not both, and at most 100 ids', async () => {
      const dashboard = await stage.dashboard();
      const ask = (fields: object) => dashboard.refused('broadcast', { broadcastId: newId(), text: 'x', ...fields }, 'invalid-request');
      await ask({ filter: {}, callerIds: [newId()] });
      await ask({ callerIds: Array.from({ length: 101 }, () => newId()) });
      await ask({ filter: { colour: 'red' } });
      await ask({ filter: { statuses: ['gone'] } });
      await ask({ text: '' });
      await ask({ broadcastId: 'no id' });
    });
  });
};
