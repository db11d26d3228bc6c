import { createHash } from 'node:crypto';
import type { AuditAction, AuditActor } from '../../protocol/objects.ts';

/** Something that is to stand in a clinic's audit log. */
export interface AuditEvent {
  /** What is appended twice under one id stands there once, where the second comes soon after the first. */
  readonly entryId: string;
  /** ms */
  readonly at: number;
  readonly actor: AuditActor;
  readonly action: AuditAction;
  readonly outcome: string;
  readonly about: Readonly<Record<string, string>>;
}

/** One entry of one day (UTC) of one clinic. Each holds the hash of the one before: none can be changed, taken out or put in between unseen. */
export interface ChainedEvent extends AuditEvent {
  readonly clinicDay: string;
  readonly seq: number;
  readonly previousHash: string;
  readonly hash: string;
}

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const clinicDayOf = (clinicId: string, day: string): string => `${clinicId}#${day}`;

/** HIPAA has documentation kept for six years: 45 CFR 164.316(b)(2)(i). */
const keptDays = 6 * 366;

/** When the entries of a day expire, s: all of them together, so that no chain is left without its beginning. */
export const expiryOfDay = (clinicDay: string): number => Date.parse(clinicDay.slice(-10)) / 1000 + (1 + keptDays) * 24 * 3600;

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What the first entry of a day holds in place of a hash before it. */
export const beginningOf = (clinicDay: string): string => digest(clinicDay);

/** Over all that the entry says, in one fixed order. */
export const hashOfEntry = (entry: Omit<ChainedEvent, 'hash'>): string => {
  const about = Object.entries(entry.about).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { clinicDay, seq, previousHash, entryId, at, actor, action, outcome } = entry;
  return digest(JSON.stringify([previousHash, clinicDay, seq, entryId, at, actor.kind, actor.id, action, outcome, about]));
};

/** The entry that follows `last`, or begins the day. */
export const chain = (clinicDay: string, last: Pick<ChainedEvent, 'seq' | 'hash'> | undefined, event: AuditEvent): ChainedEvent => {
  const { entryId, at, actor, action, outcome, about } = event;
  const entry = {
    clinicDay,
    seq: (last?.seq ?? 0) + 1,
    previousHash: last?.hash ?? beginningOf(clinicDay),
    entryId,
    at,
    actor,
    action,
    outcome,
    about,
  };
  return { ...entry, hash: hashOfEntry(entry) };
};

/** What is wrong with an entry that stands behind `last`, or at the beginning of its day; empty where the chain holds. */
export const findBreaks = (entry: ChainedEvent, last: Pick<ChainedEvent, 'seq' | 'hash'> | undefined): string[] => {
  const expected = (last?.seq ?? 0) + 1;
  const follows = entry.previousHash === (last?.hash ?? beginningOf(entry.clinicDay));
  return [
    ...(entry.seq === expected ? [] : [`entry ${expected} is missing`]),
    ...(entry.seq === expected && !follows ? [`entry ${entry.seq} does not follow the one before it`] : []),
    ...(entry.hash === hashOfEntry(entry) ? [] : [`entry ${entry.seq} was changed`]),
  ];
};
