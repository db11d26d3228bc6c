import { describe, expect, it } from '@jest/globals';
import { policyTable, policyTableInDocs } from '../../operations/policy-table.ts';

describe('the table of docs/security.md', () => {
  it('is the policy (npm run docs:policy writes it)', () => {
    expect(policyTableInDocs()).toBe(policyTable());
    expect(policyTable()).toContain('| `DELETE /clinics/{clinicId}/callers/{callerId}` |  |  |  |  |  |  | ✓ | `erase` |');
  });
});
