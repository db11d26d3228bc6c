import { parentPort, workerData } from 'node:worker_threads';
import { loadFunctions } from '../simulation/functions.ts';
import { neededMegabytes } from './collect-garbage.ts';
import { startIssuer } from './issuer.ts';
import { type Round, runRound } from './rounds.ts';
import { SmallWorld } from './small-world.ts';

/** What a thread runs: every `step`th round from `seed` on, until so many inputs were sent. */
export interface WorkerOrder {
  readonly seed: number;
  readonly inputs: number;
  readonly first: number;
  readonly step: number;
}

export type WorkerReport =
  | { readonly kind: 'began'; readonly seed: number }
  | { readonly kind: 'ended'; readonly round: Omit<Round, 'outcomes'>; readonly counts: ReadonlyMap<string, number> }
  | { readonly kind: 'done'; readonly megabytes: readonly [warm: number, end: number] }
  | { readonly kind: 'broken'; readonly message: string };

/** The heap is judged from here on: until then modules, caches and compiled code come in. */
const warmShare = 0.2;

const run = async (report: (message: WorkerReport) => void): Promise<void> => {
  // Given by `in-process.ts`, in this shape.
  const { seed, inputs, first, step } = workerData as WorkerOrder;
  process.env.OPERATORS = 'operator';
  const log: string[] = [];
  const functions = await loadFunctions((line) => log.push(line));
  const world = new SmallWorld(functions, await startIssuer(), log);
  process.on('unhandledRejection', (reason) => log.push(`unhandled rejection: ${reason instanceof Error ? reason.stack : String(reason)}`));
  let warm: number | undefined;
  let sent = 0;
  for (let round = first; sent < inputs; round += step) {
    report({ kind: 'began', seed: seed + round });
    const { outcomes, ...rest } = await runRound(world, seed + round);
    const counts = new Map<string, number>();
    for (const { what, outcome } of outcomes) counts.set(`${what} → ${outcome}`, (counts.get(`${what} → ${outcome}`) ?? 0) + 1);
    report({ kind: 'ended', round: rest, counts });
    if (rest.failure !== undefined) break;
    sent += rest.inputs;
    if (sent >= inputs * warmShare) warm ??= neededMegabytes();
  }
  const end = neededMegabytes();
  report({ kind: 'done', megabytes: [warm ?? end, end] });
};

if (parentPort) {
  const port = parentPort;
  run((message) => port.postMessage(message)).catch((error) =>
    port.postMessage({ kind: 'broken', message: error instanceof Error ? String(error.stack) : String(error) } satisfies WorkerReport),
  );
}
