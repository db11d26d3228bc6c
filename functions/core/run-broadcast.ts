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
  try {
    await reachEveryone(ports, record);
  } catch (error) {
    if ((await ports.broadcasts.countFailedRun(job, mostRuns)) === 'failed') await tellProgress(ports, job);
    throw error;
  }
  await ports.broadcasts.finish(clinicId, broadcastId);
  await tellProgress(ports, job);
};

const tellProgress = async (ports: WorkerPorts, { clinicId, broadcastId }: BroadcastJob): Promise<void> => {
  const record = await ports.broadcasts.find(clinicId, broadcastId, ports.now());
  if (record) await deliverToStaff(ports, clinicId, [{ type: 'broadcastProgress', broadcast: toBroadcast(record) }]);
};

const reachEveryone = async (ports: WorkerPorts, { job }: BroadcastRecord): Promise<void> => {
  const shards = new Map<number, OutcomeShard>();
  const failures: unknown[] = [];
  let toldAt = ports.now();
  let shard = 0;
  for await (const callerIds of recipientsOf(ports, job)) {
    let next = 0;
    let outcomes: [OutcomeSet, string][] = [];
    const record = async () => {
      const fresh = outcomes;
      outcomes = [];
      if (fresh.length > 0) shards.set(shard, await ports.broadcasts.addOutcome(job, shard, bySet(fresh)));
    };
    const serve = async () => {
      while (next < callerIds.length) {
        const callerId = callerIds[next];
        next += 1;
        if (callerId === undefined) return;
        try {
          // Not `outcomes.push(...(await …))`: that would add to the list as it was before, which may be recorded by now.
          const reached = await reach(ports, job, callerId, shard);
          outcomes.push(...reached);
          if (ports.now() - toldAt >= progressEveryMs) {
            toldAt = ports.now();
            await record();
            await deliverToStaff(ports, job.clinicId, [
              { type: 'broadcastProgress', broadcast: toBroadcast({ job, shards: [...shards.values()] }) },
            ]);
          }
        } catch (error) {
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, callerIds.length) }, serve));
    await record();
    shard += 1;
  }
  if (failures.length > 0) throw failures[0];
};

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
