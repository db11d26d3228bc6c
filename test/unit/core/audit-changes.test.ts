import { describe, expect, it } from '@jest/globals';
import { auditChanges, type TimedChange } from '../../../functions/core/audit-changes.ts';
import type { AuditEvent } from '../../../functions/data/audit-chain.ts';
import type { AuditTable } from '../../../functions/data/audit-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { aCaller, broadcasted, notified, wrote } from '../../builders/a-caller.ts';
import { only } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';

/** What the log is given of some changes. */
const eventsOf = async (...changes: TimedChange[]): Promise<readonly AuditEvent[]> => {
  const given: AuditEvent[] = [];
  const audit = only<AuditTable>({
    append: async (_clinicId, _writer, events) => {
      given.push(...events);
    },
  });
  await auditChanges({ audit }, 'demo', changes);
  return given;
};

const sue = aCaller().waiting().build();
const changed = (after: Partial<Visit>, before: Visit = sue): TimedChange => ({
  before,
  after: { ...before, version: before.version + 1, ...after },
  at: morning,
});
const withMessages = (...messages: Parameters<ReturnType<typeof aCaller>['withMessages']>): Visit =>
  aCaller()
    .withMessages(...messages)
    .build();

describe('the audit log hears of', () => {
  it.each<[string, TimedChange, Partial<AuditEvent>]>([
    ['an arrival', { after: sue, at: morning }, { action: 'check-in', actor: { kind: 'caller', id: 'sue' } }],
    [
      'a notification, and whose it was',
      { before: sue, after: { ...withMessages(notified('Come in')), changedBy: 'clerk', version: 2 }, at: morning },
      { action: 'notify', actor: { kind: 'member', id: 'clerk' }, about: { callerId: 'sue', messageId: 'm1', seq: '1' } },
    ],
    [
      'a caller’s message',
      { before: sue, after: { ...withMessages(wrote('Hello')), version: 2 }, at: morning },
      { action: 'send-message', actor: { kind: 'caller', id: 'sue' }, about: { callerId: 'sue', messageId: 'm1', seq: '1' } },
    ],
    [
      'a status',
      changed({ status: 'being-seen', changedBy: 'clerk' }),
      { action: 'set-status', actor: { kind: 'member', id: 'clerk' }, about: { callerId: 'sue', status: 'being-seen' } },
    ],
    [
      'an end by staff',
      changed({ status: 'ended', endReason: 'ended-by-staff', changedBy: 'clerk' }),
      { action: 'set-status', actor: { kind: 'member', id: 'clerk' }, about: { callerId: 'sue', status: 'ended' } },
    ],
    [
      'a caller who left',
      changed({ status: 'ended', endReason: 'left', changedBy: 'clerk' }),
      { action: 'leave', actor: { kind: 'caller', id: 'sue' } },
    ],
    [
      'an end by the clinic’s rule',
      changed({ status: 'ended', endReason: 'offline' }),
      { action: 'end-offline', actor: { kind: 'service', id: null } },
    ],
    [
      'what a member has read',
      changed({ staffReadSeq: 3, changedBy: 'clerk' }),
      { action: 'mark-read', actor: { kind: 'member', id: 'clerk' }, about: { callerId: 'sue', seq: '3' } },
    ],
    [
      'a switch of one caller',
      changed({ guestMessages: true, changedBy: 'clerk' }),
      { action: 'set-guest-messages', about: { callerId: 'sue', guestMessages: 'true' } },
    ],
    [
      'what the retention deleted',
      { before: { ...sue, status: 'ended', expiresAtSeconds: morning / 1000 }, at: morning },
      { action: 'expire', actor: { kind: 'service', id: null } },
    ],
  ])('%s', async (_what, change, event) => {
    await expect(eventsOf(change)).resolves.toMatchObject([{ outcome: 'done', ...event }]);
  });

  it.each<[string, TimedChange]>([
    ['a socket', changed({ connections: { c1: { at: 1, seen: 1 } } })],
    ['a receipt', changed({ deliveredSeq: 1, readSeq: 1 })],
    [
      'a recipient of a broadcast: the request is recorded',
      { before: sue, after: { ...withMessages(broadcasted('b1', 'Late')), version: 2 }, at: morning },
    ],
    ['an erasure: the door records who erased', { before: sue, at: morning }],
    ['an erasure within the retention', { before: { ...sue, status: 'ended', expiresAtSeconds: morning / 1000 + 60 }, at: morning }],
    ['nothing at all', { at: morning }],
  ])('not of %s', async (_what, change) => {
    await expect(eventsOf(change)).resolves.toEqual([]);
  });

  it('what says itself when it was done, to the millisecond; the rest when it was stored', async () => {
    const atOf = async (change: TimedChange) => (await eventsOf(change))[0]?.at;
    await expect(atOf({ ...changed({ status: 'on-hold', statusSince: morning - 123 }), at: morning + 999 })).resolves.toBe(morning - 123);
    await expect(atOf({ ...changed({ guestMessages: true }), at: morning + 999 })).resolves.toBe(morning + 999);
  });

  it('each change under an id of its own, the same when it comes again', async () => {
    const change = changed({ status: 'on-hold' });
    const [first, again, next] = await eventsOf(change, change, changed({ status: 'waiting' }, change.after));
    expect(first?.entryId).toBe(again?.entryId);
    expect(next?.entryId).not.toBe(first?.entryId);
  });

  it('ids, and nothing that a person wrote', async () => {
    const [event] = await eventsOf({ after: withMessages(wrote('I have a rash')), at: morning });
    expect(JSON.stringify(event)).not.toMatch(/rash|Sue Smith/);
  });
});
