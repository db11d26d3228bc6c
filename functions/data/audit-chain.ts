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

/**
 * Who writes a chain: the stream, alone, what was done to visits; the doors, side by side, all else. Neither waits for the other.
 */
export const chainWriters = ['visits', 'doors'] as const;
export type ChainWriter = (typeof chainWriters)[number];

/** One entry of one chain. Each holds the hash of the one before: none can be changed, taken out or put in between unseen. */
export interface ChainedEvent extends AuditEvent {
  readonly chainId: string;
  readonly seq: number;
  readonly previousHash: string;
  readonly hash: string;
}

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** A chain is of one clinic, one day (UTC) and one kind of writer: `demo#2026-11-23#visits`. */
export const chainIdOf = (clinicId: string, day: string, writer: ChainWriter): string => `${clinicId}#${day}#${writer}`;

/** HIPAA has documentation kept for six years: 45 CFR 164.316(b)(2)(i). */
const keptDays = 6 * 366;

/** When the entries of a chain expire, s: all of them together, so that none is left without its beginning. */
export const expiryOf = (chainId: string): number => Date.parse(chainId.split('#')[1] ?? '') / 1000 + (1 + keptDays) * 24 * 3600;

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What the first entry of a chain holds in place of a hash before it. */
const beginningOf = (chainId: string): string => digest(chainId);

/** Over all that the entry says, in one fixed order. */
export const hashOfEntry = (entry: Omit<ChainedEvent, 'hash'>): string => {
  const about = Object.entries(entry.about).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { chainId, seq, previousHash, entryId, at, actor, action, outcome } = entry;
  return digest(JSON.stringify([previousHash, chainId, seq, entryId, at, actor.kind, actor.id, action, outcome, about]));
};

/** The entry that follows `last`, or begins the chain. */
export const chain = (chainId: string, last: Pick<ChainedEvent, 'seq' | 'hash'> | undefined, event: AuditEvent): ChainedEvent => {
  const { entryId, at, actor, action, outcome, about } = event;
  const entry = {
    chainId,
    seq: (last?.seq ?? 0) + 1,
    previousHash: last?.hash ?? beginningOf(chainId),
    entryId,
    at,
    actor,
    action,
    outcome,
    about,
  };
  return { ...entry, hash: hashOfEntry(entry) };
};

/** What is wrong with an entry that stands behind `last`, or at the beginning of its chain; empty where the chain holds. */
export const findBreaks = (entry: ChainedEvent, last: Pick<ChainedEvent, 'seq' | 'hash'> | undefined): string[] => {
  const expected = (last?.seq ?? 0) + 1;
  const follows = entry.previousHash === (last?.hash ?? beginningOf(entry.chainId));
  return [
    ...(entry.seq === expected ? [] : [`entry ${expected} is missing`]),
    ...(entry.seq === expected && !follows ? [`entry ${entry.seq} does not follow the one before it`] : []),
    ...(entry.hash === hashOfEntry(entry) ? [] : [`entry ${entry.seq} was changed`]),
  ];
};
