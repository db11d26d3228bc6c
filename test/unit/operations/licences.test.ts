import { describe, expect, it } from '@jest/globals';
import { exceptions, isAllowed, mayBeUsed } from '../../../operations/licences.ts';

describe('a licence', () => {
  it.each([
    'MIT',
    'Apache-2.0',
    '0BSD',
    '(MIT OR GPL-3.0-or-later)',
    'GPL-3.0-only OR MIT',
    'Apache-2.0 AND MIT',
    '(MIT OR GPL-2.0-only) AND (ISC OR AGPL-3.0-only)',
  ])('is allowed as %s', (expression) => {
    expect(isAllowed(expression)).toBe(true);
  });

  it.each([
    'AGPL-3.0-only',
    'SSPL-1.0',
    'GPL-3.0-or-later',
    'MPL-2.0',
    'MIT AND GPL-3.0-only',
    'MIT OR',
    'OR MIT',
    'MIT OR (ISC',
    '(MIT',
    'MIT ISC',
    '',
    'SEE LICENSE IN LICENSE',
    'UNLICENSED',
  ])('is not allowed as %j', (expression) => {
    expect(isAllowed(expression)).toBe(false);
  });
});

describe('a package', () => {
  const axe = { name: 'axe-core', version: '4.13.0', licence: 'MPL-2.0', ships: false };

  it('may be developed with under a licence that is excepted for it', () => {
    expect(mayBeUsed(axe)).toBe(true);
  });

  it.each([
    ['when it ships', { ...axe, ships: true }],
    ['when it is another package', { ...axe, name: 'another' }],
    ['when its licence has changed', { ...axe, licence: 'SSPL-1.0' }],
    ['when it says none', { ...axe, licence: undefined }],
  ])('may not be used by that exception %s', (_when, licensed) => {
    expect(mayBeUsed(licensed)).toBe(false);
  });

  it('is excepted with a reason', () => {
    for (const { reason } of exceptions) expect(reason.length).toBeGreaterThan(20);
  });
});
