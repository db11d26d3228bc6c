import type { BroadcastJob, BroadcastsTable, OutcomeSet, OutcomeShard } from '../../functions/data/broadcasts-table.ts';
import { only } from './fakes.ts';

/** Broadcasts in memory: jobs, and the outcomes of their shards as sets. */
export const inMemoryBroadcasts = (...given: BroadcastJob[]) => {
  const jobs = new Map(given.map((job) => [job.broadcastId, job]));
  const shards = new Map<string, Map<number, OutcomeShard>>();
  const table: BroadcastsTable = {
    async create(job) {
      if (jobs.has(job.broadcastId)) return false;
      jobs.set(job.broadcastId, job);
      return true;
    },
    async find(clinicId, broadcastId) {
      const job = jobs.get(broadcastId);
      return job?.clinicId === clinicId ? { job, shards: [...(shards.get(broadcastId)?.values() ?? [])] } : undefined;
    },
    async addOutcome({ broadcastId }, shard, outcome) {
      const ofJob = shards.get(broadcastId) ?? new Map<number, OutcomeShard>();
      const sets: OutcomeSet[] = ['stored', 'failed', 'offline', 'delivered', 'read'];
      const before = ofJob.get(shard);
      const after: OutcomeShard = Object.fromEntries(
        sets.map((set) => [set, new Set([...(before?.[set] ?? []), ...(outcome[set] ?? [])])] as const).filter(([, ids]) => ids.size > 0),
      );
      shards.set(broadcastId, ofJob.set(shard, after));
      return after;
    },
    async finish(_clinicId, broadcastId) {
      const job = jobs.get(broadcastId);
      if (job?.state === 'running') jobs.set(broadcastId, { ...job, state: 'finished' });
    },
    async countFailedRun(job, mostRuns) {
      const failedRuns = (jobs.get(job.broadcastId)?.failedRuns ?? 0) + 1;
      const state = failedRuns >= mostRuns ? 'failed' : 'running';
      jobs.set(job.broadcastId, { ...job, failedRuns, state });
      return state;
    },
  };
  return { table, store: only<BroadcastsTable>(table), job: (broadcastId: string) => jobs.get(broadcastId) };
};
