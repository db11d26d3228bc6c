import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { inputsOfRound } from './rounds.ts';
import type { WorkerOrder, WorkerReport } from './worker.ts';

export interface Findings {
  readonly inputs: number;
  /** `what → outcome` and how often. */
  readonly counts: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
  /** Needed heap of each thread, MB, when it was warm and at the end. */
  readonly megabytes: readonly (readonly [warm: number, end: number])[];
}

/** A round takes a second or less: one that takes so long hangs. */
const hangsAfterMs = 120_000;
/** What a heap may grow by between warm and end: garbage that the collector has left is less, a leak over 100,000 inputs is more. */
const mostGrowthMegabytes = 15;

/** The handlers themselves, in as many threads as there are processors, with events as API Gateway makes them. */
export const fuzzInProcess = async (seed: number, inputs: number): Promise<Findings> => {
  const threads = Math.min(availableParallelism(), Math.ceil(inputs / inputsOfRound));
  const counts = new Map<string, number>();
  const failures: string[] = [];
  const megabytes: (readonly [number, number])[] = [];
  let sent = 0;
  const take = (message: WorkerReport): void => {
    if (message.kind === 'done') megabytes.push(message.megabytes);
    if (message.kind === 'broken') failures.push(message.message);
    if (message.kind !== 'ended') return;
    sent += message.round.inputs;
    if (message.round.failure !== undefined) failures.push(message.round.failure);
    for (const [name, count] of message.counts) counts.set(name, (counts.get(name) ?? 0) + count);
  };
  await Promise.all(
    Array.from({ length: threads }, (_, first) => runThread({ seed, inputs: inputs / threads, first, step: threads }, take)),
  );
  for (const [warm, end] of megabytes) {
    if (end - warm > mostGrowthMegabytes) failures.push(`a thread's heap grew from ${warm.toFixed(0)} to ${end.toFixed(0)} MB`);
  }
  return { inputs: sent, counts, failures, megabytes };
};

const runThread = (order: WorkerOrder, take: (message: WorkerReport) => void): Promise<void> =>
  new Promise((resolve) => {
    const worker = new Worker(join(import.meta.dirname, 'worker.ts'), { workerData: order, execArgv: ['--no-warnings'] });
    let began = order.seed;
    const end = (): void => {
      clearTimeout(watch);
      worker.removeAllListeners();
      void worker.terminate();
      resolve();
    };
    const fail = (message: string): void => {
      take({ kind: 'broken', message: `${message}\nagain: npm run fuzz -- --round ${began}` });
      end();
    };
    const hangs = () => fail(`a round has no end after ${hangsAfterMs / 1000} s`);
    let watch = setTimeout(hangs, hangsAfterMs);
    worker.on('message', (message: WorkerReport) => {
      clearTimeout(watch);
      watch = setTimeout(hangs, hangsAfterMs);
      if (message.kind === 'began') began = message.seed;
      else take(message);
      if (message.kind === 'done' || message.kind === 'broken') end();
    });
    worker.on('error', (error) => fail(`the thread died: ${error.stack}`));
    worker.on('exit', (code) => fail(`the thread ended with ${code}`));
  });
