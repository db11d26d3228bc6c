import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hashOf } from '../../functions/core/secrets.ts';
import { aCaller, notified } from '../builders/a-caller.ts';
import { ClinicScenario, type Dashboard, oneTo, type WaitingPage } from './scenario/clinic.ts';
import { eventually } from './scenario/eventually.ts';
import { Network } from './scenario/network.ts';
import { Tables } from './scenario/tables.ts';

jest.setTimeout(60_000);

const frameBytes = 32 * 1024;
let tables: Tables;
let clinic: ClinicScenario;
let dashboard: Dashboard;
let sue: WaitingPage;

beforeAll(async () => {
  tables = await Tables.open();
});

beforeEach(async () => {
  clinic = await ClinicScenario.open({ guestMessages: true });
  dashboard = await clinic.dashboard();
  sue = await clinic.arrives('Sue Smith');
});

afterEach(() => clinic.close());

afterAll(() => tables.close());

const texts = async (who: { readonly callerId: string }) => (await clinic.thread(who)).map(({ text }) => text);

describe('an answer that was lost', () => {
  it('to a notification: the repeat finds it stored, and nobody has it twice', async () => {
    dashboard.network.loseNextAnswer();

    const { message, duplicate } = await dashboard.client.notify(sue.callerId, 'Doctor is late');

    expect(dashboard.network.hasLostAll).toBe(true);
    expect([message.seq, duplicate]).toEqual([1, true]);
    await eventually(() => expect(sue.heard).toEqual(['Doctor is late']));
    expect(await texts(sue)).toEqual(['Doctor is late']);
  });

  it("to a caller's message: the repeat finds it stored, and it stands once in the thread", async () => {
    sue.network.loseNextAnswer();

    await sue.client.sendMessage('Is it my turn?');

    expect(sue.network.hasLostAll).toBe(true);
    expect(sue.client.outbox).toEqual([]);
    expect(sue.heard).toEqual(['Is it my turn?']);
    expect(await texts(sue)).toEqual(['Is it my turn?']);
    await eventually(() => expect(dashboard.heard).toEqual(['Is it my turn?']));
  });

  it('to a broadcast: the repeat finds it under way, and nobody has it twice', async () => {
    dashboard.network.loseNextAnswer();

    const broadcast = await dashboard.broadcast({ text: 'We run late' });

    expect(dashboard.network.hasLostAll).toBe(true);
    expect(broadcast).toMatchObject({ state: 'finished', matched: 1, stored: 1 });
    await eventually(() => expect(sue.heard).toEqual(['We run late']));
    expect(await texts(sue)).toEqual(['We run late']);
  });

  it('over HTTP: the same id answers the first message and the first broadcast, another body is a conflict', async () => {
    const network = new Network();
    const api = clinic.apiOf('administrator', network);
    const notice = { messageId: randomUUID(), text: 'Doctor is late' };
    const request = { broadcastId: randomUUID(), text: 'We run late', filter: { online: true } };
    network.loseNextResponse();
    await expect(api.notify(clinic.clinicId, sue.callerId, notice)).rejects.toMatchObject({ code: 'no-answer' });
    expect(await api.notify(clinic.clinicId, sue.callerId, notice)).toMatchObject({ message: { seq: 1 }, duplicate: true });
    network.loseNextResponse();
    await expect(api.broadcast(clinic.clinicId, request)).rejects.toMatchObject({ code: 'no-answer' });
    await eventually(async () =>
      expect(await api.broadcast(clinic.clinicId, request)).toMatchObject({ broadcast: { state: 'finished', matched: 1, stored: 1 } }),
    );
    for (const changed of [
      api.notify(clinic.clinicId, sue.callerId, { ...notice, text: 'Another' }),
      api.broadcast(clinic.clinicId, { ...request, text: 'Another' }),
      api.broadcast(clinic.clinicId, { ...request, filter: {} }),
    ]) {
      await expect(changed).rejects.toMatchObject({ code: 'conflict' });
    }
    await eventually(() => expect(sue.heard).toEqual(['Doctor is late', 'We run late']));
    expect(await texts(sue)).toEqual(['Doctor is late', 'We run late']);
  });
});

describe('a frame that comes late', () => {
  it('never revives a caller who has left, but a repeat still finds its message', async () => {
    const late = await clinic.callerSocket(sue.visit);
    const { message } = await dashboard.client.notify(sue.callerId, 'Come in', 'notice');
    await dashboard.client.setStatus(sue.callerId, 'ended');

    await late.refused('resume', { afterSeq: 0 }, 'caller-ended');
    await late.refused('sendMessage', { messageId: 'late', text: 'Wait!' }, 'caller-ended');
    await late.refused('acknowledge', { deliveredSeq: 1 }, 'caller-ended');
    await late.refused('leave', {}, 'caller-ended');
    await expect(dashboard.client.notify(sue.callerId, 'Too late')).rejects.toMatchObject({ code: 'caller-ended' });
    await expect(dashboard.client.setStatus(sue.callerId, 'on-hold')).rejects.toMatchObject({ code: 'caller-ended' });
    expect(await dashboard.client.notify(sue.callerId, 'Come in', 'notice')).toMatchObject({ message, duplicate: true });
    await expect(dashboard.broadcast({ callerIds: [sue.callerId], text: 'Too late' })).resolves.toMatchObject({ matched: 0 });

    expect(await tables.visit(sue.visit)).toMatchObject({ status: 'ended', connections: {}, messageCount: 1 });
    await eventually(() => expect(dashboard.client.callers.has(sue.callerId)).toBe(false));
  });

  it('never revives a caller who was erased', async () => {
    const late = await clinic.callerSocket(sue.visit);
    await clinic.administrator.eraseCaller(clinic.clinicId, sue.callerId);

    await late.refused('resume', { afterSeq: 0 }, 'unauthenticated');
    await late.refused('sendMessage', { messageId: 'late', text: 'Wait!' }, 'unauthenticated');
    await late.refused('acknowledge', { deliveredSeq: 1 }, 'unauthenticated');
    await late.refused('leave', {}, 'unauthenticated');
    const { callerId } = sue;
    for (const [action, fields] of [
      ['notify', { messageId: 'late', text: 'Too late' }],
      ['thread', {}],
      ['markRead', { seq: 1 }],
      ['setStatus', { status: 'waiting' }],
    ] as const) {
      const staff = await clinic.staffSocket(dashboard.member);
      await staff.refused(action, { callerId, ...fields }, 'not-found');
    }
    const change = clinic.administrator.changeCaller(clinic.clinicId, callerId, { guestMessages: true });
    await expect(change).rejects.toMatchObject({ code: 'not-found' });
    await expect(dashboard.broadcast({ callerIds: [callerId], text: 'Too late' })).resolves.toMatchObject({ matched: 0 });

    expect(await tables.visit(sue.visit)).toBeUndefined();
  });

  it('never revives a caller, though many frames are on their way while the visit is erased', async () => {
    const [page, staff] = await Promise.all([clinic.callerSocket(sue.visit), clinic.staffSocket(dashboard.member)]);
    await page.ok('resume', { afterSeq: 0 });
    const { callerId } = sue;
    for (const number of oneTo(10)) {
      page.send(JSON.stringify({ action: 'sendMessage', requestId: `s${number}`, messageId: `s${number}`, text: 'late' }));
      page.send(JSON.stringify({ action: 'acknowledge', requestId: `a${number}`, deliveredSeq: number }));
      staff.send(JSON.stringify({ action: 'notify', requestId: `n${number}`, callerId, messageId: `n${number}`, text: 'late' }));
      staff.send(JSON.stringify({ action: 'markRead', requestId: `r${number}`, callerId, seq: number }));
      if (number === 5) await clinic.administrator.eraseCaller(clinic.clinicId, callerId);
    }

    await page.closed;
    await eventually(() => expect(staff.frames.filter(({ requestId }) => requestId !== undefined)).toHaveLength(20));
    await eventually(() => expect(dashboard.client.callers.has(callerId)).toBe(false));
    expect(await tables.visit(sue.visit)).toBeUndefined();
  });
});

describe('a long conversation', () => {
  /** Fills the thread, several at a time. */
  const fill = async (count: number, characters: number) => {
    const numbers = oneTo(count).values();
    await Promise.all(
      oneTo(8).map(async () => {
        for (const number of numbers) {
          const text = `${number} `.padEnd(characters, '語');
          await clinic.administrator.notify(clinic.clinicId, sue.callerId, { messageId: `filler-${number}`, text });
        }
      }),
    );
  };

  it('is resumed in pages that each fit into a frame', async () => {
    sue.client.close();
    await fill(30, 1000);
    const bare = await clinic.callerSocket(sue.visit);

    const pages = await bare.pages('resume', { afterSeq: 0 });

    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flatMap(({ messages }) => messages).map(({ seq }) => seq)).toEqual(oneTo(30));
    expect(bare.largestFrameBytes).toBeLessThan(frameBytes);

    const staff = await clinic.staffSocket(dashboard.member);
    const threadPages = await staff.pages('thread', { callerId: sue.callerId });
    expect(threadPages.flatMap(({ messages }) => messages).map(({ seq }) => seq)).toEqual(oneTo(30));
    expect(staff.largestFrameBytes).toBeLessThan(frameBytes);

    const again = await clinic.page(sue.visit);
    expect(again.client.messages.map(({ seq }) => seq)).toEqual(oneTo(30));
    expect(await dashboard.client.openThread(sue.callerId)).toHaveLength(30);
  });

  it('of 300 messages is full: it says so, takes no more, and still answers the repeat of an old one', async () => {
    const callerToken = 'a-secret-of-this-test';
    const visit = { clinicId: clinic.clinicId, callerId: randomUUID(), callerToken };
    const messages = oneTo(299).map((number) => notified(`message ${number}`));
    await tables.callers.create(
      aCaller(visit.callerId, visit.clinicId)
        .with({ tokenHash: hashOf(callerToken) })
        .withMessages(...messages)
        .build(),
    );
    const page = await clinic.page(visit);
    await page.client.sendMessage('The last one');

    await expect(page.client.sendMessage('One more')).rejects.toMatchObject({ code: 'conversation-full' });
    await expect(dashboard.client.notify(visit.callerId, 'One more')).rejects.toMatchObject({ code: 'conversation-full' });
    const { callerId } = visit;
    await expect(dashboard.broadcast({ callerIds: [callerId], text: 'One more' })).resolves.toMatchObject({
      matched: 1,
      stored: 0,
      failed: 1,
    });

    expect(await dashboard.client.notify(callerId, 'message 1', 'm1')).toMatchObject({ message: { seq: 1 }, duplicate: true });
    expect((await dashboard.client.openThread(callerId)).map(({ seq }) => seq)).toEqual(oneTo(300));
    expect(page.client.messages.map(({ seq }) => seq)).toEqual(oneTo(300));
  });

  it('of 100 KB is full too', async () => {
    await fill(33, 1000);

    await expect(dashboard.client.notify(sue.callerId, '語'.repeat(1000))).rejects.toMatchObject({ code: 'conversation-full' });

    expect(await clinic.thread(sue)).toHaveLength(33);
  });
});
