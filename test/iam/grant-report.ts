import type { Denial, GrantUse } from '../../local/iam/grant-uses.ts';

export interface GrantReport {
  /** A line for each function and grant that is judged, then one for each function with those that are not. */
  readonly table: readonly string[];
  /** What must not be: grants that nothing needs, and calls that nothing grants. */
  readonly failures: readonly string[];
}

/** Asserts in the template what no call here can show: keys and logs. */
const assertedBy = 'test/infrastructure/functions.test.ts, "may do what it needs, and nothing else"';

/** What the grants of functions came to in a run that drove all they do. */
export const reportGrants = (grants: readonly GrantUse[], denials: readonly Denial[]): GrantReport => {
  const judged = grants.filter(({ use }) => use !== 'not-judged');
  const needless = judged.filter(({ use }) => use !== 'used');
  const nothing = needless.length === judged.length ? ['No grant was used: nothing was driven.'] : [];
  return {
    table: [
      ...inColumns(judged.map((grant) => [grant.function, grant.action, shortened(grant.resource), grant.use])),
      `Not judged here, but asserted in the template by ${assertedBy}:`,
      ...inColumns(notJudged(grants)),
    ],
    failures: [
      ...needless.map((grant) => `${grant.function} is granted ${grant.action} on ${shortened(grant.resource)}, ${reasons[grant.use]}`),
      ...denials.map((denial) => `${denial.function} was denied ${denial.action} on ${shortened(denial.resource)}, times: ${denial.times}`),
      ...nothing,
    ],
  };
};

const reasons: Readonly<Record<GrantUse['use'], string>> = {
  used: 'and needs it.',
  unused: 'which nothing needs: take it out, or test what needs it.',
  doubled: 'where another grant allows all that this one allowed: take one of them out.',
  'not-judged': 'which is not judged.',
};

const notJudged = (grants: readonly GrantUse[]): string[][] =>
  [...Map.groupBy(grants, (grant) => grant.function)].map(([name, its]) => [
    name,
    its
      .filter(({ use }) => use === 'not-judged')
      .map(({ action }) => action)
      .join(', '),
  ]);

const inColumns = (rows: readonly (readonly string[])[]): string[] =>
  rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(Math.max(...rows.map((each) => each[column]?.length ?? 0))))
      .join('  ')
      .trimEnd(),
  );

/** What all ARNs here have in common says nothing. */
const shortened = (arn: string): string => arn.replace(/^arn:[^:]+:([^:]+:)[^:]*:\d+:/, '');
