import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { callerActions, staffActions } from '../../../protocol/frames.ts';

const actions = { ...staffActions, ...callerActions };
const requestId = 'r1';

/** One frame of each action that is as it should be, all fields given. */
const whole = {
  subscribe: { cursor: 'abc' },
  notify: { callerId: 'c1', messageId: 'm1', text: 'x' },
  broadcast: { broadcastId: 'b1', filter: { statuses: ['waiting'], search: 'zoe', needsReply: true, online: false }, text: 'x' },
  thread: { callerId: 'c1', afterSeq: 0 },
  markRead: { callerId: 'c1', seq: 3 },
  setStatus: { callerId: 'c1', status: 'on-hold' },
  resume: { afterSeq: 0 },
  sendMessage: { messageId: 'm1', text: 'x' },
  acknowledge: { deliveredSeq: 1, readSeq: 1 },
  leave: {},
} as const satisfies Record<keyof typeof actions, object>;

// The keys of `whole` are the actions.
const names = Object.keys(whole) as (keyof typeof whole)[];
const optional: Partial<Record<keyof typeof whole, readonly string[]>> = {
  subscribe: ['cursor'],
  broadcast: ['filter'],
  thread: ['afterSeq'],
  acknowledge: ['deliveredSeq', 'readSeq'],
};

const accepts = (action: keyof typeof whole, fields: object) => z.safeParse(actions[action], { action, requestId, ...fields }).success;
const without = (fields: object, name: string) => Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));

describe.each(names)('the frame %s', (action) => {
  const fields: Readonly<Record<string, unknown>> = whole[action];

  it('is accepted with all its fields', () => {
    expect(accepts(action, fields)).toBe(true);
  });

  it('is refused with an unknown field', () => {
    expect(accepts(action, { ...fields, extra: 1 })).toBe(false);
  });

  it('is refused without a requestId', () => {
    expect(z.safeParse(actions[action], { action, ...fields }).success).toBe(false);
  });

  it('is refused without a field it needs, and accepted without one it does not', () => {
    for (const name of Object.keys(fields))
      expect([name, accepts(action, without(fields, name))]).toEqual([name, optional[action]?.includes(name) ?? false]);
  });

  it('is refused with a field of another kind', () => {
    for (const name of Object.keys(fields)) expect([name, accepts(action, { ...fields, [name]: [{}] })]).toEqual([name, false]);
  });
});

describe('ids', () => {
  it.each(['a', 'A-z_0', 'x'.repeat(64)])('accept %j', (callerId) => {
    expect(accepts('thread', { callerId })).toBe(true);
  });

  it.each(['', 'x'.repeat(65), 'a b', 'a.b', 'ä', 'a\n'])('refuse %j', (callerId) => {
    expect(accepts('thread', { callerId })).toBe(false);
  });
});

describe('positions', () => {
  it.each([0, 1, 300])('accept %d', (afterSeq) => {
    expect(accepts('resume', { afterSeq })).toBe(true);
  });

  it.each([-1, 1.5, '1', Number.NaN, null, 2 ** 60])('refuse %j', (afterSeq) => {
    expect(accepts('resume', { afterSeq })).toBe(false);
  });
});

describe('a broadcast', () => {
  const text = 'x';

  it('takes a filter or ids, or neither, not both', () => {
    expect(accepts('broadcast', { broadcastId: 'b', text })).toBe(true);
    expect(accepts('broadcast', { broadcastId: 'b', text, callerIds: ['c'] })).toBe(true);
    expect(accepts('broadcast', { broadcastId: 'b', text, callerIds: ['c'], filter: {} })).toBe(false);
  });

  it('takes up to 100 ids', () => {
    const ids = Array.from({ length: 101 }, (_, index) => `c${index}`);
    expect(accepts('broadcast', { broadcastId: 'b', text, callerIds: ids.slice(1) })).toBe(true);
    expect(accepts('broadcast', { broadcastId: 'b', text, callerIds: ids })).toBe(false);
  });

  it('takes no filter it does not know', () => {
    expect(accepts('broadcast', { broadcastId: 'b', text, filter: {} })).toBe(true);
    for (const filter of [
      { status: 'waiting' },
      { statuses: ['gone'] },
      { statuses: 'waiting' },
      { search: 'x'.repeat(201) },
      { online: 'yes' },
    ]) {
      expect(accepts('broadcast', { broadcastId: 'b', text, filter })).toBe(false);
    }
  });
});

describe('a status', () => {
  it('is one of the four', () => {
    for (const status of ['waiting', 'being-seen', 'on-hold', 'ended']) expect(accepts('setStatus', { callerId: 'c', status })).toBe(true);
    for (const status of ['offline', 'Waiting', '', null]) expect(accepts('setStatus', { callerId: 'c', status })).toBe(false);
  });
});
