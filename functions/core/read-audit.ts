import { invalidField } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import type { AuditEntry } from '../../protocol/objects.ts';
import { type ChainedEvent, type ChainWriter, chainWriters, dayOf } from '../data/audit-chain.ts';
import type { Uses } from './ports.ts';
import { toTime } from './views.ts';

const dayMs = 24 * 3600_000;

/** A month of days is looked through at a time; a longer search goes on from its cursor. */
const mostDaysAPage = 31;

export interface AuditQuery {
  /** ms; included. Absent: a week before `to`. */
  readonly from?: number | undefined;
  /** ms; excluded. Absent: now. */
  readonly to?: number | undefined;
  readonly cursor?: string | undefined;
}

/** The audit log of a clinic, the newest first: the chains of a day as one. @throws RequestError `invalid-request` */
export const readAudit = async (
  ports: Uses<'audit' | 'now'>,
  clinicId: string,
  query: AuditQuery,
): Promise<{ entries: AuditEntry[]; nextCursor: string | null }> => {
  const nowMs = ports.now();
  const to = query.to ?? nowMs + 1;
  const from = query.from ?? to - 7 * dayMs;
  if (from > to) throw invalidField('from', 'is later than to');
  const entries: AuditEntry[] = [];
  let place: Place = query.cursor === undefined ? { day: dayOf(to - 1), below: {} } : decodeCursor(query.cursor);
  for (let days = 0; days < mostDaysAPage && entries.length < limits.auditEntriesAPage; ) {
    if (place.day < dayOf(from)) return { entries, nextCursor: null };
    const { day, below } = place;
    const limit = limits.auditEntriesAPage - entries.length;
    const chains = await Promise.all(
      chainWriters.map((writer) => ports.audit.ofDay(clinicId, day, writer, { below: below[writer], limit, nowMs })),
    );
    const page = mergeNewest(chains).slice(0, limit);
    entries.push(...page.filter(({ at }) => at >= from && at < to).map(({ entry, writer }) => toAuditEntry(entry, writer)));
    if (page.length === limit)
      place = { day, below: { ...below, ...Object.fromEntries(page.map(({ writer, entry }) => [writer, entry.seq])) } };
    else {
      place = { day: dayOf(Date.parse(day) - 1), below: {} };
      days += 1;
    }
  }
  return { entries, nextCursor: place.day < dayOf(from) ? null : encodeCursor(place) };
};

interface Line {
  readonly writer: ChainWriter;
  readonly entry: ChainedEvent;
  readonly at: number;
}

/** The chains of a day as one, each in its own order, by time. */
const mergeNewest = (chains: readonly (readonly ChainedEvent[])[]): Line[] => {
  const rest = chains.map((entries, index) =>
    entries.map((entry): Line => ({ writer: chainWriters[index] ?? 'doors', entry, at: entry.at })),
  );
  const merged: Line[] = [];
  for (;;) {
    const newest = rest.filter((lines) => lines.length > 0).toSorted(([a], [b]) => (b?.at ?? 0) - (a?.at ?? 0))[0];
    const line = newest?.shift();
    if (line === undefined) return merged;
    merged.push(line);
  }
};

/** Where the next page begins: a day, and in each of its chains the entries below a `seq`. */
interface Place {
  readonly day: string;
  readonly below: Readonly<Partial<Record<ChainWriter, number>>>;
}

const encodeCursor = ({ day, below }: Place): string =>
  Buffer.from([day, ...chainWriters.map((writer) => below[writer] ?? '')].join('#')).toString('base64url');

const decodeCursor = (cursor: string): Place => {
  const [, day, ...below] = /^(\d{4}-\d{2}-\d{2})#(\d{0,12})#(\d{0,12})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(day))) throw invalidField('cursor', 'is not a cursor of this list');
  return {
    day,
    below: Object.fromEntries(chainWriters.flatMap((writer, index) => (below[index] ? [[writer, Number(below[index])]] : []))),
  };
};

const toAuditEntry = (entry: ChainedEvent, chain: ChainWriter): AuditEntry => {
  const { entryId, seq, at, actor, action, outcome, about, previousHash, hash } = entry;
  return { entryId, chain, seq, at: toTime(at), actor, action, outcome, about: { ...about }, previousHash, hash };
};
