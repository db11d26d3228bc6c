import { describe, expect, it } from '@jest/globals';
import { hashOf } from '../../../functions/core/secrets.ts';
import {
  activeForSeconds,
  activeRefreshSeconds,
  authenticateCaller,
  checkIn,
  erase,
  farewell,
  keepActive,
  leave,
  setGuestMessages,
  setStatus,
} from '../../../functions/core/visits.ts';
import type { CallersTable } from '../../../functions/data/callers-table.ts';
import type { ClinicProfile, ClinicsTable } from '../../../functions/data/clinics-table.ts';
import type { Written } from '../../../functions/data/document-client.ts';
import type { RateLimitsTable } from '../../../functions/data/rate-limits-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import { aCaller } from '../../builders/a-caller.ts';
import { aClinic, anActor } from '../../builders/a-clinic.ts';
import { aPoster, countedIds, countedSecrets, done, only, refused } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';
import { expectRefusal } from './refusals.ts';

const now = () => morning;
const nowSeconds = Math.floor(morning / 1000);
const socket = { clinicId: 'demo', callerId: 'sue', connectionId: 'c1', connectedAt: morning };

describe('checkIn', () => {
  const inCare = aClinic({ activeUntilSeconds: nowSeconds + activeRefreshSeconds });

  const given = ({ checkIns = 1, clinic = inCare }: { checkIns?: number; clinic?: ClinicProfile | null } = {}) => {
    const created: Omit<Visit, 'boardKey'>[] = [];
    const kept: number[] = [];
    const counted: string[] = [];
    const ports = {
      callers: only<CallersTable>({
        create: async (visit) => {
          created.push(visit);
          return { ...visit, boardKey: 'p#1#id-1' };
        },
      }),
      clinics: only<ClinicsTable>({
        profile: async () => clinic ?? undefined,
        keepActive: async (_clinicId, until) => {
          kept.push(until);
        },
      }),
      rateLimits: only<RateLimitsTable>({
        countCheckIn: async (addressHash) => {
          counted.push(addressHash);
          return checkIns;
        },
      }),
      now,
      newId: countedIds(),
      newSecret: countedSecrets(),
    };
    return { ports, created, kept, counted };
  };

  it('stores a waiting caller with an empty conversation and answers with a token, of which only the hash is stored', async () => {
    const { ports, created } = given();
    const answer = await checkIn(ports, 'demo', '203.0.113.7', {
      name: 'Sue Smith',
      phone: '0491',
      language: 'fr',
      details: { reason: 'cough' },
    });
    expect(answer).toMatchObject({
      callerId: 'id-1',
      caller: { callerId: 'id-1', status: 'waiting', online: false, messageCount: 0, unansweredSince: null, version: 1 },
    });
    expect(created).toMatchObject([
      {
        clinicId: 'demo',
        callerId: 'id-1',
        name: 'Sue Smith',
        phone: '0491',
        language: 'fr',
        details: { reason: 'cough' },
        status: 'waiting',
        arrivedAt: morning,
        tokenHash: hashOf(answer.callerToken),
      },
    ]);
    expect(JSON.stringify(created)).not.toContain(answer.callerToken);
  });

  it.each([{}, { phone: null, language: null }, { phone: '' }])('leaves out what is not given: %j', async (fields) => {
    const { ports, created } = given();
    await checkIn(ports, 'demo', '203.0.113.7', { name: 'Sue', ...fields });
    expect(created[0]).not.toHaveProperty('phone');
    expect(created[0]).not.toHaveProperty('language');
    expect(created[0]?.details).toEqual({});
  });

  it('takes 30 a minute from an address, known by its hash', async () => {
    const { ports, counted } = given({ checkIns: 30 });
    await expect(checkIn(ports, 'demo', '203.0.113.7', { name: 'Sue' })).resolves.toBeDefined();
    expect(counted).toEqual([hashOf('203.0.113.7')]);
  });

  it('counts all addresses of one IPv6 network together', async () => {
    const { ports, counted } = given();
    for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9']) await checkIn(ports, 'demo', address, { name: 'Sue' });
    expect(new Set(counted)).toEqual(new Set([hashOf('2001:db8:1:2::/64')]));
  });

  it('refuses the 31st until the next clock minute, and stores nothing', async () => {
    const { ports, created } = given({ checkIns: 31 });
    await expectRefusal(checkIn(ports, 'demo', '203.0.113.7', { name: 'Sue' }), 'rate-limited', { retryAfterSeconds: 40 });
    expect(created).toEqual([]);
  });

  it('goes by the limit it is given', async () => {
    const { ports } = given({ checkIns: 31 });
    await expect(checkIn(ports, 'demo', '203.0.113.7', { name: 'Sue' }, 31)).resolves.toBeDefined();
  });

  it('is not-found at a clinic that is not there', async () => {
    const { ports, created } = given({ clinic: null });
    await expectRefusal(checkIn(ports, 'demo', '203.0.113.7', { name: 'Sue' }), 'not-found');
    expect(created).toEqual([]);
  });

  it('puts the clinic into the care of the deadlines worker', async () => {
    const { ports, kept } = given({ clinic: aClinic() });
    await checkIn(ports, 'demo', '203.0.113.7', { name: 'Sue' });
    expect(kept).toEqual([nowSeconds + activeForSeconds]);
  });
});

describe('keepActive', () => {
  it.each([
    ['is not in care', undefined, 1],
    ['is in care for less than an hour more', nowSeconds + activeRefreshSeconds - 1, 1],
    ['is in care for an hour more', nowSeconds + activeRefreshSeconds, 0],
  ])('writes only where the clinic %s', async (_case, activeUntilSeconds, writes) => {
    const kept: number[] = [];
    const clinics = only<ClinicsTable>({
      keepActive: async (_clinicId, until) => {
        kept.push(until);
      },
    });
    await keepActive({ clinics }, { clinicId: 'demo', ...(activeUntilSeconds !== undefined && { activeUntilSeconds }) }, morning);
    expect(kept).toHaveLength(writes);
  });
});

describe('authenticateCaller', () => {
  const authenticate = (visit: Visit | undefined, token: string) =>
    authenticateCaller({ callers: only<CallersTable>({ find: async () => visit }), now }, { clinicId: 'demo', callerId: 'sue' }, token);
  const sue = aCaller().with({ tokenHash: hashOf('her-token') });

  it('knows the caller by the token', async () => {
    await expect(authenticate(sue.build(), 'her-token')).resolves.toEqual(sue.build());
  });

  it('says why to one who has left, and lets in nobody any more', async () => {
    await expectRefusal(authenticate(sue.ended().build(), 'her-token'), 'caller-ended', { reason: 'ended-by-staff' });
  });

  it.each([
    ['another token', sue.build(), 'his-token'],
    ['an empty token', sue.build(), ''],
    ['the hash for a token', sue.build(), hashOf('her-token')],
    ['a caller who was erased', undefined, 'her-token'],
    ['nothing, where nobody is', undefined, ''],
    ['another token, after the end', sue.ended().build(), 'his-token'],
  ])('is unauthenticated with %s', async (_case, visit, token) => {
    await expectRefusal(authenticate(visit, token), 'unauthenticated');
  });
});

/** The writes that move a status, each with its answer; any other write fails the test. */
const statusPorts = (
  answers: { setStatus?: Written<Visit>; end?: Written<Visit>; reopen?: Written<Visit> },
  clinic: ClinicProfile | null = aClinic(),
) => {
  const ends: Parameters<CallersTable['end']>[] = [];
  const { setStatus: moved, end: ended, reopen: reopened } = answers;
  const callers = only<CallersTable>({
    ...(moved && { setStatus: async () => moved }),
    ...(ended && {
      end: async (...call: Parameters<CallersTable['end']>) => {
        ends.push(call);
        return ended;
      },
    }),
    ...(reopened && { reopen: async () => reopened }),
  });
  return { ports: { callers, clinics: only<ClinicsTable>({ profile: async () => clinic ?? undefined }), now }, ends };
};

describe('setStatus', () => {
  const set = (status: Visit['status'], ports: Parameters<typeof setStatus>[0]) => setStatus(ports, anActor(), { callerId: 'sue', status });

  it('moves a present caller', async () => {
    const { ports } = statusPorts({ setStatus: done(aCaller().beingSeen().build()) });
    await expect(set('being-seen', ports)).resolves.toMatchObject({ caller: { status: 'being-seen' } });
  });

  it.each([
    ['on-hold', statusPorts({ setStatus: refused(aCaller().onHold().build()) })],
    ['ended', statusPorts({ end: refused(aCaller().ended('left').build()) })],
  ] as const)('to %s, said again, answers the caller as it stands', async (status, { ports }) => {
    await expect(set(status, ports)).resolves.toMatchObject({ caller: { status } });
  });

  it('to ended starts the clinic’s retention', async () => {
    const { ports, ends } = statusPorts({ end: done(aCaller().ended().build()) }, aClinic({ retentionDays: 3 }));
    await expect(set('ended', ports)).resolves.toMatchObject({ caller: { status: 'ended' } });
    expect(ends).toMatchObject([
      [
        { clinicId: 'demo', callerId: 'sue' },
        { reason: 'ended-by-staff', nowMs: morning, expiresAtSeconds: nowSeconds + 3 * 24 * 3600 },
      ],
    ]);
    expect(ends[0]?.[1]).not.toHaveProperty('connectionId');
  });

  it('from ended back to waiting is an undo', async () => {
    const { ports } = statusPorts({ setStatus: refused(aCaller().ended().build()), reopen: done(aCaller().waiting().build()) });
    await expect(set('waiting', ports)).resolves.toMatchObject({ caller: { status: 'waiting' } });
  });

  it('from ended to any other is refused', async () => {
    const { ports } = statusPorts({ setStatus: refused(aCaller().ended().build()) });
    await expectRefusal(set('being-seen', ports), 'caller-ended');
  });

  it('is unavailable where the undo is overtaken', async () => {
    const { ports } = statusPorts({ setStatus: refused(aCaller().ended().build()), reopen: refused(aCaller().build()) });
    await expectRefusal(set('waiting', ports), 'unavailable');
  });

  it('is unavailable where the refusal has no reason that can be seen', async () => {
    const { ports } = statusPorts({ setStatus: refused(aCaller().waiting().build()) });
    await expectRefusal(set('on-hold', ports), 'unavailable');
  });

  it.each([
    ['there is no such caller', statusPorts({ setStatus: refused() })],
    ['the retention is over', statusPorts({ setStatus: refused(aCaller().expired().build()) })],
  ])('is not-found where %s', async (_why, { ports }) => {
    await expectRefusal(set('waiting', ports), 'not-found');
  });

  it('to ended is not-found where there is no such caller or clinic', async () => {
    await expectRefusal(set('ended', statusPorts({ end: refused() }).ports), 'not-found');
    await expectRefusal(set('ended', statusPorts({ end: refused() }, null).ports), 'not-found');
  });
});

describe('leave', () => {
  it('ends the visit from that very socket', async () => {
    const { ports, ends } = statusPorts({ end: done(aCaller().ended('left').build()) });
    await expect(leave(ports, socket)).resolves.toEqual({});
    expect(ends).toMatchObject([
      [
        { clinicId: 'demo', callerId: 'sue' },
        { reason: 'left', connectionId: 'c1' },
      ],
    ]);
  });

  it.each([
    ['caller-ended', 'the visit is over', refused(aCaller().online('c1').ended().build())],
    ['forbidden', 'the socket is not registered', refused(aCaller().online('c2').build())],
    ['unauthenticated', 'the caller was erased', refused()],
    ['unavailable', 'nothing of that is so any more', refused(aCaller().online('c1').build())],
  ] as const)('is refused as %s where %s', async (code, _why, end) => {
    await expectRefusal(leave(statusPorts({ end }).ports, socket), code);
  });
});

describe('farewell', () => {
  it('answers, says ended and closes, in this order', async () => {
    const poster = aPoster();
    await farewell({ poster }, socket, JSON.stringify({ type: 'ok', requestId: 'r1', result: {} }));
    expect(poster.journal).toEqual(['post c1 ok', 'post c1 ended', 'close c1']);
    expect(poster.to('c1')[1]).toEqual({ type: 'ended', reason: 'left' });
  });
});

describe('setGuestMessages', () => {
  const set = (written: Written<Visit>, allowed: boolean | null = true) =>
    setGuestMessages({ callers: only<CallersTable>({ setGuestMessages: async () => written }), now }, anActor(), 'sue', allowed);

  it.each([true, false])('turns writing %s for one caller', async (guestMessages) => {
    await expect(set(done(aCaller().with({ guestMessages }).build()), guestMessages)).resolves.toMatchObject({ caller: { guestMessages } });
  });

  it('follows the clinic again', async () => {
    await expect(set(done(aCaller().build()), null)).resolves.toMatchObject({ caller: { guestMessages: null } });
  });

  it.each([
    ['caller-ended', 'the caller has left', refused(aCaller().ended().build())],
    ['not-found', 'there is no such caller', refused()],
    ['not-found', 'the retention is over', refused(aCaller().expired().build())],
  ] as const)('is refused as %s where %s', async (code, _why, written) => {
    await expectRefusal(set(written), code);
  });
});

describe('erase', () => {
  const eraseWhat = (visit: Visit | undefined) => erase({ callers: only<CallersTable>({ erase: async () => visit }), now }, 'demo', 'sue');

  it('deletes the caller, present or ended', async () => {
    await expect(eraseWhat(aCaller().build())).resolves.toBeUndefined();
    await expect(eraseWhat(aCaller().ended().build())).resolves.toBeUndefined();
  });

  it.each([
    ['there was none', undefined],
    ['the retention was over', aCaller().expired().build()],
  ])('is not-found where %s', async (_why, visit) => {
    await expectRefusal(eraseWhat(visit), 'not-found');
  });
});
