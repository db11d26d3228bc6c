import { describe, expect, it } from '@jest/globals';
import { mayWrite } from '../../../protocol/may-write.ts';

describe('a caller may write', () => {
  it.each([
    ['as the clinic says, without an own switch', null, true, true],
    ['not when the clinic has it off', null, false, false],
    ['when their own switch is on, though the clinic has it off', true, false, true],
    ['not when their own switch is off, though the clinic has it on', false, true, false],
  ])('%s', (_rule, own, clinics, expected) => {
    expect(mayWrite({ guestMessages: own, status: 'on-hold' }, { guestMessages: clinics })).toBe(expected);
  });

  it('never after the end', () => {
    expect(mayWrite({ guestMessages: true, status: 'ended' }, { guestMessages: true })).toBe(false);
  });
});
