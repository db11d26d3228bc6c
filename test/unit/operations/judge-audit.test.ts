import { describe, expect, it } from '@jest/globals';
import { judgeAudit } from '../../../operations/judge-audit.ts';

const advisory = { id: 'GHSA-aaaa-bbbb-cccc', packageName: 'left', severity: 'high', title: 'Left is right' };
/** As npm 11 prints it: `right` is vulnerable by way of `left` alone. */
const report = JSON.stringify({
  auditReportVersion: 2,
  vulnerabilities: {
    left: {
      name: 'left',
      severity: 'high',
      via: [
        { source: 1, name: 'left', title: 'Left is right', url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc', severity: 'high' },
      ],
      effects: ['right'],
    },
    right: { name: 'right', severity: 'high', via: ['left'], effects: [] },
  },
});
const nothing = JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} });
const line = { id: advisory.id, packageName: 'left', reason: 'Nobody turns left here.' };

describe('judgeAudit', () => {
  it('finds nothing in a report without vulnerabilities', () => {
    expect(judgeAudit(nothing, [])).toEqual({ outcome: 'clean' });
  });

  it('names an advisory that nobody explained, once', () => {
    expect(judgeAudit(report, [])).toEqual({ outcome: 'broken', unexplained: [advisory], outlived: [] });
  });

  it('accepts one that is explained', () => {
    expect(judgeAudit(report, [line])).toEqual({ outcome: 'clean' });
  });

  it('does not take the explanation of another package, or of another advisory', () => {
    const others = [
      { ...line, packageName: 'right' },
      { ...line, id: 'GHSA-dddd-eeee-ffff' },
    ];
    expect(judgeAudit(report, others)).toEqual({ outcome: 'broken', unexplained: [advisory], outlived: others });
  });

  it('refuses an explanation that has outlived its advisory', () => {
    expect(judgeAudit(nothing, [line])).toEqual({ outcome: 'broken', unexplained: [], outlived: [line] });
  });

  it.each([
    [
      'a registry without audits',
      '{"message":"405 Method Not Allowed - POST https://registry.example","statusCode":405}',
      '405 Method Not Allowed - POST https://registry.example',
    ],
    ['no network', '{"message":"request to https://registry.example failed"}', 'request to https://registry.example failed'],
    ['no output', '', 'npm printed no report'],
    ['output that is no JSON', 'npm error', 'npm printed no report'],
  ])('knows nothing from %s', (_case, output, why) => {
    expect(judgeAudit(output, [line])).toEqual({ outcome: 'not-checked', why });
  });
});
