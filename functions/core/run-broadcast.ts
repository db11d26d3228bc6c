import { matches } from '../../protocol/matches.ts';
import type { BroadcastJob, BroadcastRecord, OutcomeSet, OutcomeShard } from '../data/broadcasts-table.ts';
import type { BoardRow, ConversationEntry } from '../data/visit.ts';
import { presentCallers } from './board.ts';
import { storedMark, toBroadcast } from './broadcasts.ts';
import { findRepeat } from './conversation.ts';
import { deliverToCaller, deliverToStaff, messagesAddedFor } from './deliver.ts';
import type { Uses } from './ports.ts';
import { toCaller, toMessage } from './views.ts';

type WorkerPorts = Uses<'callers' | 'connections' | 'broadcasts' | 'poster' | 'now'>;

/** Recipients whose outcome one item holds: about 20 KB of ids at the most, so that acknowledgements stay cheap. */
const shardSize = 250;
/** Appends under way at once: fewer than the sockets that the DynamoDB client keeps open. */
const concurrency = 64;
/** Progress is told at most 4 times a second. */
const progressEveryMs = 250;
/** AWS invokes an asynchronous function three times at the most (lambda/latest/dg/invocation-async-error-handling). */
const mostRuns = 3;

/**
 * Appends the message to every recipient's thread and posts it to their sockets. Safe to run twice, or again after it broke off:
 * a thread takes a broadcast once, by its id, and outcomes are sets.
 * @throws whatever the store throws for a recipient, after all the others were served: the next run takes up what is left.
 */
export const runBroadcast = async (ports: WorkerPorts, clinicId: string, broadcastId: string): Promise<void> => {
  const record = await ports.broadcasts.find(clinicId, broadcastId, ports.now());
  if (!record) return;
  const { job } = record;
  // A run that died after its last write, before anyone heard of it, is repeated to tell the end.
  if (job.state !== 'running') return tellProgress(ports, job);
  const unreached = await reachEveryone(ports, record);
  const [first] = unreached;
  if (first) {
    if ((await ports.broadcasts.countFailedRun(job, mostRuns)) === 'failed') {
      await recordFailed(ports, job, unreached);
      await tellProgress(ports, job);
    }
    throw first.error;
  }
  await ports.broadcasts.finish(clinicId, broadcastId);
  await tellProgress(ports, job);
};

/** What the store threw, and for which recipient; without one, an outcome could not be recorded, or the list not be read on. */
interface Unreached {
  readonly error: unknown;
  readonly recipient?: { readonly callerId: string; readonly shard: number };
}

/** No run comes after this one: who could not be reached has failed. */
const recordFailed = async (ports: WorkerPorts, job: BroadcastJob, unreached: readonly Unreached[]): Promise<void> => {
  const recipients = unreached.flatMap(({ recipient }) => recipient ?? []);
  for (const [shard, failed] of Map.groupBy(recipients, (recipient) => recipient.shard)) {
    await ports.broadcasts.addOutcome(job, shard, { failed: failed.map(({ callerId }) => callerId) });
  }
};

const tellProgress = async (ports: WorkerPorts, { clinicId, broadcastId }: BroadcastJob): Promise<void> => {
  const record = await ports.broadcasts.find(clinicId, broadcastId, ports.now());
  if (record) await deliverToStaff(ports, clinicId, [{ type: 'broadcastProgress', broadcast: toBroadcast(record) }]);
};

/** Serves every recipient once; answers what the store refused. */
const reachEveryone = async (ports: WorkerPorts, record: BroadcastRecord): Promise<Unreached[]> => {
  const unreached: Unreached[] = [];
  try {
    await reachShards(ports, record, unreached);
  } catch (error) {
    unreached.push({ error });
  }
  return unreached;
};

const reachShards = async (ports: WorkerPorts, { job, shards: earlier }: BroadcastRecord, unreached: Unreached[]): Promise<void> => {
  const shards = new Map<number, OutcomeShard>();
  let toldAt = ports.now();
  let shard = 0;
  for await (const callerIds of recipientsOf(ports, job)) {
    const waiting = callerIds.values();
    let outcomes: [OutcomeSet, string][] = [];
    const record = async () => {
      const fresh = outcomes;
      outcomes = [];
      if (fresh.length === 0) return;
      try {
        const answer = await ports.broadcasts.addOutcome(job, shard, bySet(fresh));
        // Sets only grow: of two answers that overtook one another the larger is the newer.
        if (sizeOf(answer) >= sizeOf(shards.get(shard))) shards.set(shard, answer);
      } catch (error) {
        outcomes = [...fresh, ...outcomes];
        throw error;
      }
    };
    const tellProgressInTime = async () => {
      if (ports.now() - toldAt < progressEveryMs) return;
      toldAt = ports.now();
      try {
        await record();
        const broadcast = toBroadcast({ job, shards: [...earlier, ...shards.values()] });
        await deliverToStaff(ports, job.clinicId, [{ type: 'broadcastProgress', broadcast }]);
      } catch {
        // Progress decides nothing: what could not be recorded now is recorded with the rest.
      }
    };
    const serve = async () => {
      for (const callerId of waiting) {
        try {
          // Not `outcomes.push(...(await …))`: that would add to the list as it was before, which may be recorded by now.
          const reached = await reach(ports, job, callerId, shard);
          outcomes.push(...reached);
        } catch (error) {
          unreached.push({ error, recipient: { callerId, shard } });
        }
        await tellProgressInTime();
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, callerIds.length) }, serve));
    // One shard never decides for another: whose outcome is not recorded now is met again by the next run.
    await record().catch((error) => unreached.push({ error }));
    shard += 1;
  }
};

const sizeOf = (shard: OutcomeShard | undefined): number =>
  (shard?.stored?.size ?? 0) + (shard?.failed?.size ?? 0) + (shard?.offline?.size ?? 0);

const bySet = (outcomes: readonly [OutcomeSet, string][]): Partial<Record<OutcomeSet, string[]>> => {
  const sets: Partial<Record<OutcomeSet, string[]>> = {};
  for (const [set, mark] of outcomes) sets[set] = [...(sets[set] ?? []), mark];
  return sets;
};

/** The callers to reach, in runs of a shard: those chosen, or everyone present whom the filter shows now. */
async function* recipientsOf(ports: WorkerPorts, job: BroadcastJob): AsyncGenerator<string[]> {
  if (job.callerIds) {
    yield [...new Set(job.callerIds)];
    return;
  }
  const shows = (row: BoardRow) => matches(toCaller(row), job.filter ?? {});
  // A caller whose row moves while the pages are read could be met twice.
  const met = new Set<string>();
  let run: string[] = [];
  for await (const rows of presentCallers(ports, job.clinicId)) {
    for (const row of rows) {
      if (met.has(row.callerId) || !shows(row)) continue;
      met.add(row.callerId);
      run.push(row.callerId);
      if (run.length === shardSize) {
        yield run;
        run = [];
      }
    }
  }
  if (run.length > 0) yield run;
}

/** One recipient: stored, then posted. Who left, or left the filter's statuses, since the list was read is no recipient. */
const reach = async (ports: WorkerPorts, job: BroadcastJob, callerId: string, shard: number): Promise<[OutcomeSet, string][]> => {
  const entry: ConversationEntry = { i: job.broadcastId, k: 'b', t: job.text, s: ports.now(), n: job.senderName, b: shard };
  const written = await ports.callers.appendFromClinic({ clinicId: job.clinicId, callerId }, entry, {
    answers: false,
    onlyStatuses: job.filter?.statuses,
  });
  const visit = written.image;
  if (!visit) return [];
  const seq = written.outcome === 'done' ? visit.messageCount : findRepeat(visit, entry);
  if (seq === 'conflict') return [['failed', callerId]];
  if (seq === undefined) {
    const isStillMeant = visit.status !== 'ended' && (job.filter?.statuses?.includes(visit.status) ?? true);
    return isStillMeant ? [['failed', callerId]] : [];
  }
  const stored: [OutcomeSet, string] = ['stored', storedMark(callerId, seq)];
  if (visit.deliveredSeq >= seq) return [stored];
  const storedEntry = visit.messages[seq - 1] ?? entry;
  const taken = await deliverToCaller(ports, visit, messagesAddedFor([toMessage(visit, storedEntry, seq, 'caller')]));
  return taken ? [stored] : [stored, ['offline', callerId]];
};
