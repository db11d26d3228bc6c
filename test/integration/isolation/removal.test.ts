import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Member } from '../../../client/index.ts';
import { Socket } from '../../contract/socket.ts';
import { ClinicScenario } from '../scenario/clinic.ts';
import { Control } from '../scenario/control.ts';
import { eventually } from '../scenario/eventually.ts';
import { Tables } from '../scenario/tables.ts';

jest.setTimeout(120_000);

let clinic: ClinicScenario;
let tables: Tables;
let clerk: Member;
let sue: Awaited<ReturnType<ClinicScenario['checkIn']>>;
const control = new Control();

beforeEach(async () => {
  clinic = await ClinicScenario.open({ guestMessages: true });
  tables = await Tables.open();
  clerk = await clinic.hire('clerk');
  sue = await clinic.checkIn('Sue Smith');
});

afterEach(() => {
  clinic.close();
  tables.close();
});

const remove = (who: Member): Promise<unknown> => clinic.administrator.removeMember(clinic.clinicId, who.userId);
const textsOf = async (): Promise<string[]> => (await clinic.thread(sue)).map(({ text }) => text);
const subscribed = async (who: Member): Promise<Socket> => {
  const socket = await clinic.staffSocket(who);
  await socket.ok('subscribe');
  return socket;
};

/** Sends a frame for better or worse: the socket may be closed by now, or close on the way. */
const tryFrame = async (socket: Socket, action: string, fields: object = {}): Promise<string | undefined> => {
  const answer = await Promise.race([socket.ask(action, fields).catch(() => undefined), socket.closed.then(() => undefined)]);
  return answer?.error?.code ?? answer?.type;
};

/** A second is promised: the closes are asked for before the answer is given. A machine with other work must not decide; this ends a wait for nothing. */
const closedWithinMs = 30_000;

/** Waits for the close of a dashboard whose member was just answered to be removed or demoted. Call it at that answer. */
const closedInTime = async (socket: Socket): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const last = socket.frames.at(-1)?.type;
    timer = setTimeout(
      () => reject(new Error(`still open ${closedWithinMs} ms after the answer; at the answer its last frame was ${last}`)),
      closedWithinMs,
    );
  });
  await Promise.race([socket.closed, tooLate]).finally(() => clearTimeout(timer));
};

describe('a member who is removed', () => {
  it('has no effect any more from the answer on, on any dashboard, and every registered one is told and closed', async () => {
    const sockets = await Promise.all([subscribed(clerk), subscribed(clerk)]);
    await sockets[0]?.ok('notify', { callerId: sue.callerId, messageId: randomUUID(), text: 'before' });
    await remove(clerk);
    const closings = Promise.all(sockets.map(closedInTime));
    const saying = Promise.all(
      sockets.flatMap((socket) => [
        tryFrame(socket, 'notify', { callerId: sue.callerId, messageId: randomUUID(), text: 'after' }),
        tryFrame(socket, 'broadcast', { broadcastId: 'after', text: 'after' }),
        tryFrame(socket, 'setStatus', { callerId: sue.callerId, status: 'ended' }),
        tryFrame(socket, 'subscribe'),
        tryFrame(socket, 'thread', { callerId: sue.callerId }),
      ]),
    );
    const [said] = await Promise.all([saying, closings]);
    expect(new Set(said)).not.toContain('ok');
    for (const socket of sockets) expect(socket.events.at(-1)).toEqual({ type: 'membershipChanged' });
    expect(await textsOf()).toEqual(['before']);
    expect(await tables.visit(sue)).toMatchObject({ status: 'waiting' });
    await expect(clinic.administrator.broadcast(clinic.clinicId, { broadcastId: 'after', text: 'another' })).resolves.toBeDefined();
    expect(await tables.registeredDashboards(clinic.clinicId)).toEqual([]);
  });

  it('is refused on a socket that was never registered, which hears nothing, not even for a moment', async () => {
    const socket = await clinic.staffSocket(clerk);
    await remove(clerk);
    for (const [action, fields] of [
      ['subscribe', {}],
      ['thread', { callerId: sue.callerId }],
      ['notify', { callerId: sue.callerId, messageId: randomUUID(), text: 'after' }],
      ['notify', { unknown: 'fields' }],
    ] as const)
      await socket.refused(action, fields, 'forbidden');
    const witness = await subscribed(await clinic.hire('witness'));
    await clinic.administrator.notify(clinic.clinicId, sue.callerId, { messageId: randomUUID(), text: 'for members' });
    await witness.told('for members');
    expect(socket.events).toEqual([]);
    expect(await textsOf()).toEqual(['for members']);
  });

  it('opens no socket with a ticket from before that hears or does anything', async () => {
    const api = clinic.apiOf('clerk');
    const { url, protocol, ticket } = await api.ticket(clinic.clinicId);
    await remove(clerk);
    await expect(api.ticket(clinic.clinicId)).rejects.toMatchObject({ code: 'not-found' });
    const socket = new Socket(url, [protocol, `ticket.${ticket}`]);
    await socket.opened;
    await socket.refused('subscribe', {}, 'forbidden');
    expect(await tables.registeredDashboards(clinic.clinicId)).toEqual([]);
    socket.drop();
  });

  it('either has a broadcast sent whole or not at all, when removed in the midst of it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const member = await clinic.hire(`clerk-${round}`);
      const socket = await subscribed(member);
      const broadcastId = `midst-${round}`;
      const [said] = await Promise.all([tryFrame(socket, 'broadcast', { broadcastId, text: `round ${round}` }), remove(member)]);
      await closedInTime(socket);
      const late = await tryFrame(socket, 'broadcast', { broadcastId: `${broadcastId}-late`, text: 'late' });
      expect(late).toBeUndefined();
      // Cut off by the close, the request may still be under way.
      const isSent = await eventually(async () => {
        const found = await clinic.administrator.findBroadcast(clinic.clinicId, broadcastId).catch(() => undefined);
        const stored = (await textsOf()).includes(`round ${round}`);
        expect([found?.broadcast.state, found?.broadcast.stored]).toEqual(stored ? ['finished', 1] : [undefined, undefined]);
        return stored;
      });
      if (said === 'ok') expect(isSent).toBe(true);
      if (said === 'forbidden') expect(isSent).toBe(false);
    }
    expect(await textsOf()).not.toContain('late');
  });
});

describe('an administrator who is removed', () => {
  it('comes back by no invitation of their own, though another redeems it, or at the same moment', async () => {
    const second = await clinic.hire('second', { role: 'administrator' });
    const api = clinic.apiOf('second');
    const invitation = { name: 'Again', role: 'administrator', answersMessages: false } as const;
    const [own, forFriend, inMidst] = [
      await api.invite(clinic.clinicId, invitation),
      await api.invite(clinic.clinicId, invitation),
      await api.invite(clinic.clinicId, invitation),
    ];
    await expect(api.redeemInvitation(own.code)).rejects.toMatchObject({ code: 'conflict' });
    const [early, removed] = await Promise.allSettled([clinic.apiOf('early').redeemInvitation(inMidst.code), remove(second)]);
    await expect(api.redeemInvitation(own.code)).rejects.toMatchObject({ code: 'not-found' });
    await expect(clinic.apiOf('friend').redeemInvitation(forFriend.code)).rejects.toMatchObject({ code: 'not-found' });
    await expect(clinic.apiOf('late').redeemInvitation(inMidst.code)).rejects.toMatchObject({ code: 'not-found' });
    expect(removed.status).toBe('fulfilled');
    const { members } = await clinic.administrator.members(clinic.clinicId);
    const expected = [clinic.userId('administrator'), clerk.userId, ...(early.status === 'fulfilled' ? [clinic.userId('early')] : [])];
    expect(members.map(({ userId }) => userId).sort()).toEqual(expected.sort());
  });
});

describe('an administrator who is demoted', () => {
  it('may do what a member may at the next request, and their dashboards are closed', async () => {
    const second = await clinic.hire('second', { role: 'administrator' });
    const api = clinic.apiOf('second');
    const socket = await subscribed(second);
    await api.changeSettings(clinic.clinicId, { waitingThresholdMinutes: 20 });
    await clinic.administrator.putMember(clinic.clinicId, { ...second, role: 'member' });
    await closedInTime(socket);
    expect(socket.events.at(-1)).toEqual({ type: 'membershipChanged' });
    await expect(api.changeSettings(clinic.clinicId, { waitingThresholdMinutes: 10 })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(api.eraseCaller(clinic.clinicId, sue.callerId)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(api.putMember(clinic.clinicId, { ...second, role: 'administrator' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(api.settings(clinic.clinicId)).resolves.toMatchObject({ waitingThresholdMinutes: 20 });
    expect(await control.connectionsOf({ userId: second.userId })).toEqual([]);
  });
});
