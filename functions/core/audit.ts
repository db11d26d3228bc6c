import { invalidField, RequestError } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import type { AuditAction, AuditActor, AuditEntry } from '../../protocol/objects.ts';
import { type ChainedEvent, dayOf } from '../data/audit-chain.ts';
import type { Uses } from './ports.ts';
import { toTime } from './views.ts';

type Audits = Uses<'audit' | 'reportFailure' | 'now' | 'newId'>;

/** Ids of what something was done to, and words of the contract; never what a person wrote. */
export type About = Readonly<Record<string, string>>;

/** What is known of an act before it is done. */
export interface Deed {
  readonly clinicId: string;
  readonly actor: AuditActor;
  readonly action: AuditAction;
  readonly about: About;
}

export const record = async (ports: Audits, { clinicId, actor, action, about }: Deed, outcome: string): Promise<void> =>
  ports.audit.append(clinicId, [{ entryId: ports.newId(), at: ports.now(), actor, action, outcome, about }]);

/**
 * Does what changes something between two entries: `started`, without which nothing is done, and what came of it. Where the second cannot be
 * written the change is answered as it is; the first alone then says that somebody must look.
 * @param act may `note` what only becomes known while it is done
 */
export const recordChange = async <Result>(
  ports: Audits,
  deed: Deed,
  act: (note: (about: About) => void) => Promise<Result>,
): Promise<Result> => {
  await record(ports, deed, 'started');
  let { about } = deed;
  const close = async (outcome: string) => {
    try {
      await record(ports, { ...deed, about }, outcome);
    } catch (error) {
      ports.reportFailure('audit', error, { clinicId: deed.clinicId });
    }
  };
  try {
    const result = await act((more) => {
      about = { ...about, ...more };
    });
    await close('done');
    return result;
  } catch (error) {
    await close(error instanceof RequestError ? error.code : 'internal');
    throw error;
  }
};

/** Does what shows something, and lets the answer go only when it is recorded who saw it. What is refused was not seen. */
export const recordRead = async <Result>(ports: Audits, deed: Deed, act: () => Promise<Result>): Promise<Result> => {
  const result = await act();
  await record(ports, deed, 'done');
  return result;
};

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

/** The audit log of a clinic, the newest first. */
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
  let place: Place = query.cursor === undefined ? { day: dayOf(to - 1), below: undefined } : decodeCursor(query.cursor);
  for (let days = 0; days < mostDaysAPage && entries.length < limits.auditEntriesAPage; ) {
    if (place.day < dayOf(from)) return { entries, nextCursor: null };
    const room = limits.auditEntriesAPage - entries.length;
    const page = await ports.audit.ofDay(clinicId, place.day, { below: place.below, limit: room, nowMs });
    entries.push(...page.filter(({ at }) => at >= from && at < to).map(toAuditEntry));
    const last = page.at(-1);
    if (last !== undefined && page.length === room && last.seq > 1) place = { day: place.day, below: last.seq };
    else {
      place = { day: dayOf(Date.parse(place.day) - 1), below: undefined };
      days += 1;
    }
  }
  return { entries, nextCursor: place.day < dayOf(from) ? null : encodeCursor(place) };
};

/** Where the next page begins: a day, and in it the entries below a `seq`. */
interface Place {
  readonly day: string;
  readonly below: number | undefined;
}

const encodeCursor = ({ day, below }: Place): string => Buffer.from(`${day}#${below ?? ''}`).toString('base64url');

const decodeCursor = (cursor: string): Place => {
  const [, day, below] = /^(\d{4}-\d{2}-\d{2})#(\d{0,12})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(day))) throw invalidField('cursor', 'is not a cursor of this list');
  return { day, below: below ? Number(below) : undefined };
};

const toAuditEntry = ({ entryId, seq, at, actor, action, outcome, about, previousHash, hash }: ChainedEvent): AuditEntry => ({
  entryId,
  seq,
  at: toTime(at),
  actor,
  action,
  outcome,
  about: { ...about },
  previousHash,
  hash,
});
