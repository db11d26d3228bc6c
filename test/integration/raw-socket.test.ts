import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import WebSocket from 'ws';
import { endpointsOfTests, tokenOf } from './scenario/endpoints.ts';
import { eventually } from './scenario/eventually.ts';

jest.setTimeout(60_000);

/** The main job as the wire contract has it, with `ws` and `fetch` alone: nothing of the client, and none of its types. */
const at = endpointsOfTests();
const clinicId = `raw-${randomUUID()}`;
const sockets: WebSocket[] = [];

const http = async (method: string, path: string, token: string | undefined, body?: object) => {
  const response = await fetch(at.http + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
};

/** Opens a socket with a new ticket. */
const open = async (ticketPath: string, token: string) => {
  const { status, body } = await http('POST', ticketPath, token);
  expect(status).toBe(201);
  const socket = new WebSocket(body.url, ['waiting-area.v1', `ticket.${body.ticket}`]);
  sockets.push(socket);
  const frames: string[] = [];
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.on('message', (data) => frames.push(String(data)));
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  expect(socket.protocol).toBe('waiting-area.v1');

  const hears = (frame: object) =>
    eventually(() => expect(frames.map((text) => JSON.parse(text))).toContainEqual(expect.objectContaining(frame)));
  const ask = async (action: string, fields: object = {}) => {
    const requestId = randomUUID();
    socket.send(JSON.stringify({ action, requestId, ...fields }));
    await hears({ requestId });
    return frames.map((text) => JSON.parse(text)).find((frame) => frame.requestId === requestId);
  };
  return { hears, ask, closed, frames };
};

const aRow = (row: object) => ({ callers: expect.arrayContaining([expect.objectContaining(row)]) });
const aMessage = (message: object) => ({ messages: expect.arrayContaining([expect.objectContaining(message)]) });

let administrator: string;

beforeEach(async () => {
  administrator = await tokenOf(at, `admin@${clinicId}`);
  const created = await http('POST', '/clinics', await tokenOf(at, 'operator@example'), {
    clinicId,
    name: 'Raw Clinic',
    administrator: { userId: `admin@${clinicId}`, name: 'Ada Admin' },
  });
  expect(created.status).toBe(201);
});

afterEach(() => {
  for (const socket of sockets) socket.terminate();
});

it('the main job by hand: check in, board, notify one, notify the displayed list, an answer, receipts, the end', async () => {
  const arrival = await http('POST', `/clinics/${clinicId}/callers`, undefined, {
    name: 'Sue Smith',
    phone: '+61400000001',
    language: 'fr',
  });
  expect(arrival).toMatchObject({
    status: 201,
    body: { caller: { name: 'Sue Smith', status: 'waiting', online: false, messageCount: 0 } },
  });
  const { callerId, callerToken } = arrival.body;

  const staff = await open(`/clinics/${clinicId}/tickets`, administrator);
  expect(await staff.ask('subscribe')).toMatchObject({
    type: 'ok',
    result: {
      callers: [{ callerId, online: false }],
      nextCursor: null,
      clinic: { clinicId, guestMessages: false },
      me: { role: 'administrator' },
    },
  });

  const sue = await open(`/clinics/${clinicId}/callers/${callerId}/tickets`, callerToken);
  expect(await sue.ask('resume', { afterSeq: 0 })).toMatchObject({
    type: 'ok',
    result: { caller: { callerId, online: true }, clinic: { clinicId }, messages: [], nextAfterSeq: null },
  });
  await staff.hears({ type: 'callersChanged', ...aRow({ callerId, online: true }) });

  // Notify one: a repeat is answered with the first message, another text under the same id is refused.
  const notice = { callerId, messageId: randomUUID(), text: 'Doctor is late' };
  const stored = {
    message: { messageId: notice.messageId, seq: 1, from: 'clinic', kind: 'notification', text: notice.text, senderName: 'Ada Admin' },
  };
  expect(await staff.ask('notify', notice)).toMatchObject({
    type: 'ok',
    result: { ...stored, caller: { messageCount: 1, lastMessageFrom: 'clinic' }, duplicate: false },
  });
  expect(await staff.ask('notify', notice)).toMatchObject({ type: 'ok', result: { ...stored, duplicate: true } });
  expect(await staff.ask('notify', { ...notice, text: 'Another' })).toMatchObject({ type: 'error', error: { code: 'conflict' } });
  await sue.hears({ type: 'messagesAdded', ...aMessage({ seq: 1, text: notice.text }) });

  // Two-way: off, then on at once on both open pages.
  const reply = { messageId: randomUUID(), text: 'Merci' };
  expect(await sue.ask('sendMessage', reply)).toMatchObject({ type: 'error', error: { code: 'guest-messages-off' } });
  expect((await http('PATCH', `/clinics/${clinicId}/settings`, administrator, { guestMessages: true })).status).toBe(200);
  for (const page of [staff, sue]) await page.hears({ type: 'clinicChanged', clinic: expect.objectContaining({ guestMessages: true }) });
  expect(await sue.ask('sendMessage', reply)).toMatchObject({
    type: 'ok',
    result: { message: { seq: 2, from: 'caller' }, duplicate: false },
  });
  await staff.hears({ type: 'messagesAdded', callerId, ...aMessage({ seq: 2, text: 'Merci' }) });
  await staff.hears({ type: 'callersChanged', ...aRow({ callerId, messageCount: 2, lastMessageFrom: 'caller', unreadCount: 1 }) });
  await staff.hears({ type: 'callerUnanswered', caller: expect.objectContaining({ callerId }) });
  expect(await staff.ask('markRead', { callerId, seq: 2 })).toMatchObject({ type: 'ok', result: { caller: { unreadCount: 0 } } });
  expect(await staff.ask('thread', { callerId })).toMatchObject({
    type: 'ok',
    result: { messages: [{ seq: 1 }, { seq: 2 }], nextAfterSeq: null },
  });

  // Notify the displayed list, with its outcome.
  const broadcastId = randomUUID();
  expect(await staff.ask('setStatus', { callerId, status: 'being-seen' })).toMatchObject({
    type: 'ok',
    result: { caller: { status: 'being-seen' } },
  });
  await sue.hears({ type: 'callerChanged', caller: expect.objectContaining({ status: 'being-seen' }) });
  const request = { broadcastId, filter: { statuses: ['being-seen'], search: 'SUE' }, text: 'Room B' };
  expect(await staff.ask('broadcast', request)).toMatchObject({ type: 'ok', result: { broadcast: { broadcastId, text: 'Room B' } } });
  const outcome = { broadcastId, state: 'finished', matched: 1, stored: 1, offline: 0, failed: 0 };
  await staff.hears({ type: 'broadcastProgress', broadcast: expect.objectContaining(outcome) });
  await sue.hears({ type: 'messagesAdded', ...aMessage({ seq: 3, kind: 'broadcast', text: 'Room B', broadcastId }) });

  // Receipts.
  expect(await sue.ask('acknowledge', { deliveredSeq: 3, readSeq: 3 })).toEqual({ type: 'ok', requestId: expect.any(String), result: {} });
  await staff.hears({ type: 'callersChanged', ...aRow({ callerId, deliveredSeq: 3, readSeq: 3 }) });
  await staff.hears({ type: 'broadcastProgress', broadcast: expect.objectContaining({ ...outcome, delivered: 1, read: 1 }) });
  expect(await http('GET', `/clinics/${clinicId}/broadcasts/${broadcastId}/recipients`, administrator)).toEqual({
    status: 200,
    body: { recipients: [{ callerId, outcome: 'read', seq: 3 }], nextCursor: null },
  });

  // The end: `leave` is answered first, then `ended`, then the socket closes.
  expect(await sue.ask('leave')).toMatchObject({ type: 'ok', result: {} });
  await sue.closed;
  expect(JSON.parse(sue.frames.at(-1) ?? '')).toEqual({ type: 'ended', reason: 'left' });
  await staff.hears({ type: 'callersChanged', removed: expect.arrayContaining([callerId]) });
  expect(sue.frames.join()).not.toContain('Ada Admin');
});
