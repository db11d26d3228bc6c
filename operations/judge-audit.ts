import { objectOf } from '../local/json.ts';
import type { KnownAdvisory } from './known-advisories.ts';

export interface Advisory {
  /** `GHSA-…`, or the address where npm gives no such id. */
  readonly id: string;
  readonly packageName: string;
  readonly severity: string;
  readonly title: string;
}

/** `not-checked`: the registry did not answer, so nothing is known. */
export type Audit =
  | { readonly outcome: 'clean' }
  | { readonly outcome: 'broken'; readonly unexplained: readonly Advisory[]; readonly outlived: readonly KnownAdvisory[] }
  | { readonly outcome: 'not-checked'; readonly why: string };

/** @param output what `npm audit --json` printed @param known advisories that are explained */
export const judgeAudit = (output: string, known: readonly KnownAdvisory[]): Audit => {
  const report = parse(output);
  if (report?.auditReportVersion !== 2)
    return { outcome: 'not-checked', why: String(report?.message ?? report?.error ?? 'npm printed no report') };
  const found = advisoriesIn(report);
  const is = (advisory: Advisory, line: KnownAdvisory) => advisory.id === line.id && advisory.packageName === line.packageName;
  const unexplained = found.filter((advisory) => !known.some((line) => is(advisory, line)));
  const outlived = known.filter((line) => !found.some((advisory) => is(advisory, line)));
  return unexplained.length + outlived.length === 0 ? { outcome: 'clean' } : { outcome: 'broken', unexplained, outlived };
};

type Fields = Readonly<Record<string, unknown>>;

const parse = (output: string): Fields | undefined => {
  try {
    return objectOf(JSON.parse(output));
  } catch {
    return undefined;
  }
};

/** Each vulnerability names what it comes `via`: advisories, or, as text, other packages that are listed themselves. */
const advisoriesIn = (report: Fields): Advisory[] => {
  const via = Object.values(objectOf(report.vulnerabilities)).flatMap((vulnerability) => {
    const causes = objectOf(vulnerability).via;
    return Array.isArray(causes) ? causes.filter((cause) => typeof cause === 'object').map(objectOf) : [];
  });
  const advisories = via.map(({ url, name, severity, title }) => ({
    id: /GHSA(-\w{4}){3}/.exec(String(url))?.[0] ?? String(url),
    packageName: String(name),
    severity: String(severity),
    title: String(title),
  }));
  return [...new Map(advisories.map((advisory) => [`${advisory.id} ${advisory.packageName}`, advisory])).values()];
};
