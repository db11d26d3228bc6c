import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { may, type Operation, policy, type Who } from '../functions/core/policy.ts';

const people: Readonly<Record<string, Who>> = {
  anyone: { kind: 'nobody' },
  caller: { kind: 'caller' },
  'signed in': { kind: 'user' },
  operator: { kind: 'user', isOperator: true },
  member: { kind: 'user', member: { role: 'member', answersMessages: false } },
  'member on duty': { kind: 'user', member: { role: 'member', answersMessages: true } },
  administrator: { kind: 'user', member: { role: 'administrator', answersMessages: false } },
};

const auditOf = (operation: Operation): string => {
  const { audited } = policy[operation];
  if (typeof audited !== 'string') return 'change' in audited ? `\`${audited.change}\`` : `\`${audited.read}\``;
  return audited === 'no' ? '' : 'what was stored';
};

/** The policy as a table of Markdown: who may do what, and what the audit log says of it. */
export const policyTable = (): string =>
  [
    `| | ${Object.keys(people).join(' | ')} | audit log |`,
    `|---|${Object.keys(people)
      .map(() => '---')
      .join('|')}|---|`,
    // Keys of the policy are its operations.
    ...(Object.keys(policy) as Operation[]).map((operation) => {
      const marks = Object.values(people).map((who) => (may(operation, who) ? '✓' : ''));
      return `| ${/[A-Z]{3}|socket/.test(operation) ? `\`${operation}\`` : operation} | ${marks.join(' | ')} | ${auditOf(operation)} |`;
    }),
  ].join('\n');

const file = join(import.meta.dirname, '..', 'docs', 'security.md');
const [begin, end] = ['<!-- policy: written by `npm run docs:policy` -->\n', '\n<!-- end of the policy -->'];

/** The table as `docs/security.md` has it. */
export const policyTableInDocs = (): string => readFileSync(file, 'utf8').split(begin)[1]?.split(end)[0] ?? '';

if (import.meta.main) writeFileSync(file, readFileSync(file, 'utf8').replace(policyTableInDocs(), policyTable()));
