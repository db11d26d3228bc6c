import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Filtered, isFound, matches } from '../../../protocol/matches.ts';

const aPerson = (given: Partial<Filtered> = {}): Filtered => ({
  status: 'waiting',
  name: 'Zoë Ångström',
  phone: '+61 400 000 001',
  details: { Interpreter: 'Français', Room: 'B 12' },
  unansweredSince: null,
  online: true,
  ...given,
});

describe('a filter', () => {
  it('that is empty shows everyone present, whatever the status', () => {
    for (const status of ['waiting', 'being-seen', 'on-hold'] as const) expect(matches(aPerson({ status }), {})).toBe(true);
  });

  it('shows nobody who has left, whatever it asks for', () => {
    expect(matches(aPerson({ status: 'ended' }), {})).toBe(false);
    expect(matches(aPerson({ status: 'ended' }), { statuses: ['ended'] })).toBe(false);
  });

  it('by status shows those of any status given', () => {
    expect(matches(aPerson(), { statuses: ['waiting', 'on-hold'] })).toBe(true);
    expect(matches(aPerson({ status: 'being-seen' }), { statuses: ['waiting', 'on-hold'] })).toBe(false);
    expect(matches(aPerson(), { statuses: [] })).toBe(false);
  });

  it('by needsReply shows who has an unanswered message, or who has none', () => {
    const unanswered = aPerson({ unansweredSince: '2026-11-22T09:00:00.000Z' });
    expect(matches(unanswered, { needsReply: true })).toBe(true);
    expect(matches(aPerson(), { needsReply: true })).toBe(false);
    expect(matches(unanswered, { needsReply: false })).toBe(false);
    expect(matches(aPerson(), { needsReply: false })).toBe(true);
  });

  it('by online shows who is connected, or who is not', () => {
    expect(matches(aPerson(), { online: true })).toBe(true);
    expect(matches(aPerson({ online: false }), { online: true })).toBe(false);
    expect(matches(aPerson({ online: false }), { online: false })).toBe(true);
  });

  it('holds all that is given at once', () => {
    expect(matches(aPerson(), { statuses: ['waiting'], online: true, search: 'zoe' })).toBe(true);
    expect(matches(aPerson(), { statuses: ['waiting'], online: true, search: 'sue' })).toBe(false);
    expect(matches(aPerson(), { statuses: ['on-hold'], online: true, search: 'zoe' })).toBe(false);
  });

  it('shows fewer, never more, with each condition added', () => {
    const flag = fc.option(fc.boolean(), { nil: undefined });
    const given = <Value>(key: string, value: Value | undefined) => (value === undefined ? {} : { [key]: value });
    fc.assert(
      fc.property(flag, flag, fc.boolean(), fc.boolean(), (needsReply, online, isUnanswered, isOnline) => {
        const person = aPerson({ online: isOnline, unansweredSince: isUnanswered ? '2026-11-22T09:00:00.000Z' : null });
        const both = matches(person, { ...given('needsReply', needsReply), ...given('online', online) });
        expect(both).toBe(matches(person, given('needsReply', needsReply)) && matches(person, given('online', online)));
      }),
    );
  });
});

describe('the search', () => {
  it.each(['zoe angstrom', 'ZOË', 'ångström', 'strom zoe', '000 001', 'francais', 'b 12', ''])('finds by %j', (search) => {
    expect(isFound(aPerson(), search)).toBe(true);
  });

  it.each(['sue', 'zoe smith', 'interpreter'])('does not find by %j', (search) => {
    expect(isFound(aPerson(), search)).toBe(false);
  });

  it('knows ß, the Greek final sigma and composed letters', () => {
    expect(isFound(aPerson({ name: 'Groß' }), 'GROSS')).toBe(true);
    expect(isFound(aPerson({ name: 'Οδυσσεύς' }), 'ΟΔΥΣΣΕΥΣ')).toBe(true);
    expect(isFound(aPerson({ name: 'Zo\u00eb' }), 'zoe\u0308')).toBe(true);
  });

  it('finds nobody without a phone by one', () => {
    expect(isFound(aPerson({ phone: null, details: {} }), '400')).toBe(false);
  });

  it('finds each word of a name, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }), (words) => {
        expect(isFound(aPerson({ name: words.join(' ') }), words.toReversed().join(' '))).toBe(true);
      }),
    );
  });
});
