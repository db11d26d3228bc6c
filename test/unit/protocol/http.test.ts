import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import {
  broadcastBody,
  callerPatchBody,
  callersQuery,
  checkInBody,
  clinicBody,
  memberBody,
  messagesQuery,
  notifyBody,
  pageQuery,
  settingsBody,
} from '../../../protocol/http.ts';

const accepts = (schema: z.ZodMiniType, given: unknown) => z.safeParse(schema, given).success;
const member = { name: 'Ana', role: 'member', answersMessages: true };
const clinic = { clinicId: 'north', name: 'North', administrator: { userId: 'auth0|7', name: 'Ana' } };

describe('unknown fields', () => {
  it.each([
    ['checkInBody', checkInBody, { name: 'Sue' }],
    ['notifyBody', notifyBody, { messageId: 'm', text: 'x' }],
    ['broadcastBody', broadcastBody, { broadcastId: 'b', text: 'x' }],
    ['callerPatchBody', callerPatchBody, { status: 'on-hold' }],
    ['settingsBody', settingsBody, {}],
    ['clinicBody', clinicBody, clinic],
    ['memberBody', memberBody, member],
    ['callersQuery', callersQuery, {}],
    ['messagesQuery', messagesQuery, {}],
    ['pageQuery', pageQuery, {}],
  ])('are refused by %s', (_name, schema, given) => {
    expect(accepts(schema, given)).toBe(true);
    expect(accepts(schema, { ...given, extra: 1 })).toBe(false);
  });
});

describe('a check-in', () => {
  const rules: [string, object, object][] = [
    ['name 1–100 code points', { name: '👩'.repeat(100) }, { name: '👩'.repeat(101) }],
    ['a name there is', { name: 'x' }, { name: ' ' }],
    ['a name on one line', { name: 'Sue Smith' }, { name: 'Sue\nSmith' }],
    ['phone up to 32', { name: 'x', phone: '1'.repeat(32) }, { name: 'x', phone: '1'.repeat(33) }],
    ['phone may be absent', { name: 'x', phone: null }, { name: 'x', phone: 61400 }],
    ['language BCP 47', { name: 'x', language: 'pt-BR' }, { name: 'x', language: 'portuguese!' }],
    ['language may be absent', { name: 'x', language: null }, { name: 'x', language: {} }],
    [
      'details up to 20 entries',
      { name: 'x', details: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 'v'])) },
      { name: 'x', details: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, 'v'])) },
    ],
    ['details keys up to 40', { name: 'x', details: { ['k'.repeat(40)]: 'v' } }, { name: 'x', details: { ['k'.repeat(41)]: 'v' } }],
    ['details values up to 1000', { name: 'x', details: { k: 'v'.repeat(1000) } }, { name: 'x', details: { k: 'v'.repeat(1001) } }],
    [
      'details up to 4 KB',
      { name: 'x', details: { a: 'v'.repeat(1000), b: 'v'.repeat(1000), c: 'v'.repeat(1000), d: 'v'.repeat(1000) } },
      { name: 'x', details: { a: 'v'.repeat(1000), b: 'v'.repeat(1000), c: 'v'.repeat(1000), d: 'v'.repeat(1000), e: 'v'.repeat(70) } },
    ],
    ['details are texts', { name: 'x', details: { k: '' } }, { name: 'x', details: { k: 1 } }],
    ['details are an object', { name: 'x', details: {} }, { name: 'x', details: ['v'] }],
    ['details keys that are kept', { name: 'x', details: { constructor: 'v' } }, { name: 'x', details: JSON.parse('{"__proto__":"v"}') }],
  ];

  it.each(rules)('%s', (_rule, good, bad) => {
    expect(accepts(checkInBody, good)).toBe(true);
    expect(accepts(checkInBody, bad)).toBe(false);
  });
});

describe('a change of a caller', () => {
  it('is a status or the switch, exactly one of them', () => {
    for (const body of [{ status: 'ended' }, { guestMessages: true }, { guestMessages: null }])
      expect(accepts(callerPatchBody, body)).toBe(true);
    for (const body of [{}, { status: 'ended', guestMessages: null }, { status: 'gone' }, { guestMessages: 'on' }]) {
      expect(accepts(callerPatchBody, body)).toBe(false);
    }
  });
});

describe('settings', () => {
  const rules: [string, object, object][] = [
    ['a switch', { guestMessages: true }, { guestMessages: 'yes' }],
    ['minutes 1–1440', { waitingThresholdMinutes: 1440 }, { waitingThresholdMinutes: 0 }],
    ['whole minutes', { unansweredAfterMinutes: 1 }, { unansweredAfterMinutes: 1.5 }],
    ['a caller without a page for 15 minutes at least', { endOfflineAfterMinutes: 15 }, { endOfflineAfterMinutes: 14 }],
    ['a caller without a page for a week at most', { endOfflineAfterMinutes: 10_080 }, { endOfflineAfterMinutes: 10_081 }],
    ['days 1–365', { retentionDays: 365 }, { retentionDays: 366 }],
    ['an expectation text up to 500', { expectationText: 'x'.repeat(500) }, { expectationText: 'x'.repeat(501) }],
    ['at least one language', { languages: ['en', 'ar'] }, { languages: [] }],
    [
      'entry fields',
      { entryFields: [{ key: 'dob', label: 'Date of birth', required: true }] },
      { entryFields: [{ key: 'dob', label: 'Date of birth' }] },
    ],
  ];

  it.each(rules)('%s', (_rule, good, bad) => {
    expect(accepts(settingsBody, good)).toBe(true);
    expect(accepts(settingsBody, bad)).toBe(false);
  });
});

describe('members', () => {
  it('have a name, a role and a duty', () => {
    expect(accepts(memberBody, member)).toBe(true);
    for (const bad of [
      { ...member, role: 'owner' },
      { ...member, answersMessages: undefined },
      { ...member, name: '' },
    ])
      expect(accepts(memberBody, bad)).toBe(false);
  });
});

describe('a new clinic', () => {
  it('cannot take an address of the pages', () => {
    expect(accepts(clinicBody, { ...clinic, clinicId: 'dashboards' })).toBe(true);
    expect(accepts(clinicBody, { ...clinic, clinicId: 'dashboard' })).toBe(false);
  });
});

describe('a new clinic', () => {
  it.each(['admin@demo.example', 'auth0|abc', 'google-oauth2|1:2', 'a+b'])('takes the OIDC subject %j', (userId) => {
    expect(accepts(clinicBody, { ...clinic, administrator: { userId, name: 'Ana' } })).toBe(true);
  });

  it.each(['', 'a b', 'x'.repeat(129), 'a/b', 'ä'])('refuses the subject %j', (userId) => {
    expect(accepts(clinicBody, { ...clinic, administrator: { userId, name: 'Ana' } })).toBe(false);
  });
});

describe('queries', () => {
  it('read numbers from text', () => {
    expect(z.parse(callersQuery, { limit: '100' })).toEqual({ limit: 100 });
    expect(z.parse(messagesQuery, { afterSeq: '12' })).toEqual({ afterSeq: 12 });
  });

  it.each(['0', '1001', '-1', '1.5', 'ten', '', '1e2', ' 5'])('refuse the limit %j', (limit) => {
    expect(accepts(callersQuery, { limit })).toBe(false);
    expect(accepts(pageQuery, { limit })).toBe(false);
  });

  it.each(['-1', '1.5', 'x', ''])('refuse the position %j', (afterSeq) => {
    expect(accepts(messagesQuery, { afterSeq })).toBe(false);
  });

  it('take several statuses', () => {
    expect(accepts(callersQuery, { status: ['waiting', 'ended'] })).toBe(true);
    expect(accepts(callersQuery, { status: ['gone'] })).toBe(false);
  });
});
