import { isDeepStrictEqual } from 'node:util';
import { invalidField, RequestError } from '../../protocol/errors.ts';
import type { FieldsOf, Results } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';
import type { Broadcast, Outcome, Recipient } from '../../protocol/objects.ts';
import type { BroadcastJob, BroadcastRecord, OutcomeSet, OutcomeShard } from '../data/broadcasts-table.ts';
import { requireProfile } from './clinics.ts';
import type { StaffActor, Uses } from './ports.ts';
import { rateLimited, toTime } from './views.ts';

const daySeconds = 24 * 3600;

/** Stores the job and starts the worker. The same again answers the broadcast as it now stands; the id with another body is a conflict. */
export const requestBroadcast = async (
  ports: Uses<'broadcasts' | 'clinics' | 'rateLimits' | 'startWorker' | 'now'>,
  actor: StaffActor,
  { broadcastId, filter, callerIds, text }: FieldsOf<'broadcast'>,
  mostPerMinute: number = limits.broadcastsPerMinutePerMember,
): Promise<Results['broadcast'] & { created: boolean }> => {
  const now = ports.now();
  const { retentionDays } = await requireProfile(ports, actor.clinicId);
  const asked: BroadcastJob = {
    clinicId: actor.clinicId,
    broadcastId,
    text,
    ...(filter && { filter }),
    ...(callerIds && { callerIds }),
    requestedBy: actor.userId,
    senderName: actor.name,
    requestedAt: now,
    state: 'running',
    // Kept a day longer than the visits of its day, which hold the same text.
    expiresAtSeconds: Math.ceil(now / 1000) + (retentionDays + 1) * daySeconds,
  };
  const isWithinRate = await ports.rateLimits.countBroadcast(actor.clinicId, actor.userId, mostPerMinute, now);
  const created = isWithinRate && (await ports.broadcasts.create(asked));
  const record = created ? { job: asked, shards: [] } : await ports.broadcasts.find(actor.clinicId, broadcastId, now);
  // A repeat is answered at any rate.
  if (!record && !isWithinRate) throw rateLimited(now);
  // An id that is past its time but not deleted yet is taken as well.
  if (!record || !isSameRequest(record.job, asked)) throw new RequestError('conflict');
  // Started again on a repeat too: the first try may have died before it. Running twice changes nothing, and costs what the rate allows.
  if (record.job.state === 'running' && isWithinRate) await ports.startWorker({ kind: 'broadcast', clinicId: actor.clinicId, broadcastId });
  return { broadcast: toBroadcast(record), created };
};

const isSameRequest = (a: BroadcastJob, b: BroadcastJob): boolean =>
  a.text === b.text && isDeepStrictEqual(a.filter ?? {}, b.filter ?? {}) && isDeepStrictEqual(a.callerIds, b.callerIds);

const requireRecord = async (ports: Uses<'broadcasts' | 'now'>, clinicId: string, broadcastId: string): Promise<BroadcastRecord> => {
  const record = await ports.broadcasts.find(clinicId, broadcastId, ports.now());
  if (!record) throw new RequestError('not-found');
  return record;
};

export const findBroadcast = async (ports: Uses<'broadcasts' | 'now'>, clinicId: string, broadcastId: string): Promise<Broadcast> =>
  toBroadcast(await requireRecord(ports, clinicId, broadcastId));

/** What became of it, recipient by recipient, in order of caller ids. */
export const listRecipients = async (
  ports: Uses<'broadcasts' | 'now'>,
  clinicId: string,
  broadcastId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ recipients: Recipient[]; nextCursor: string | null }> => {
  if (cursor !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(cursor)) throw invalidField('cursor', 'is not a cursor of this list');
  const all = recipientsOf(await requireRecord(ports, clinicId, broadcastId));
  const behind = cursor === undefined ? all : all.filter(({ callerId }) => callerId > cursor);
  const recipients = behind.slice(0, limit);
  return { recipients, nextCursor: behind.length > limit ? (recipients.at(-1)?.callerId ?? null) : null };
};

const union = (shards: readonly OutcomeShard[], set: OutcomeSet): Set<string> =>
  new Set(shards.flatMap((shard) => [...(shard[set] ?? [])]));

/** `stored` holds `callerId:seq`. */
export const storedMark = (callerId: string, seq: number): string => `${callerId}:${seq}`;

/** The outcomes as sets of caller ids over all shards; who was stored by a later run has not failed. */
const outcomesOf = ({ shards }: BroadcastRecord) => {
  const stored = new Map(
    [...union(shards, 'stored')].map((mark) => [mark.slice(0, mark.lastIndexOf(':')), Number(mark.slice(mark.lastIndexOf(':') + 1))]),
  );
  const read = union(shards, 'read');
  return {
    stored,
    read,
    delivered: union(shards, 'delivered').union(read),
    offline: union(shards, 'offline'),
    failed: union(shards, 'failed').difference(stored),
  };
};

export const toBroadcast = (record: BroadcastRecord): Broadcast => {
  const { job } = record;
  const { stored, delivered, read, offline, failed } = outcomesOf(record);
  return {
    broadcastId: job.broadcastId,
    text: job.text,
    filter: job.filter ?? null,
    callerIds: job.callerIds ? [...job.callerIds] : null,
    requestedBy: job.requestedBy,
    requestedAt: toTime(job.requestedAt),
    state: job.state,
    matched: stored.size + failed.size,
    stored: stored.size,
    delivered: delivered.size,
    read: read.size,
    offline: offline.size,
    failed: failed.size,
  };
};

const recipientsOf = (record: BroadcastRecord): Recipient[] => {
  const { stored, delivered, read, offline, failed } = outcomesOf(record);
  const outcomeOf = (callerId: string): Outcome => {
    if (read.has(callerId)) return 'read';
    if (delivered.has(callerId)) return 'delivered';
    return offline.has(callerId) ? 'offline' : 'stored';
  };
  return [
    ...[...stored].map(([callerId, seq]): Recipient => ({ callerId, outcome: outcomeOf(callerId), seq })),
    ...[...failed].map((callerId): Recipient => ({ callerId, outcome: 'failed', seq: null })),
  ].toSorted((a, b) => (a.callerId < b.callerId ? -1 : 1));
};
