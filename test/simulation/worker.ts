import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Verdict } from './history.ts';
import type { Mutant } from './mutants.ts';

/** What a thread is asked to run. */
export type Order =
  | { readonly kind: 'seeds'; readonly from: number; readonly seeds: number; readonly untilBreach: boolean }
  | { readonly kind: 'interleavings'; readonly mostDeviations: number; readonly share: number; readonly shares: number };

export interface WorkerData {
  readonly order: Order;
  /** A line of the product that is taken out or changed before it is loaded. */
  readonly mutant?: Mutant;
}

export type Report =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'done' }
  | { readonly kind: 'broken'; readonly message: string };

/** Puts the mutant in the place of the product's line, in this thread alone. */
const mutate = ({ file, find, replace }: Mutant): void => {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/${file}`)) return loaded;
      const source = String(loaded.source instanceof Uint8Array ? Buffer.from(loaded.source) : loaded.source);
      if (source.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`);
      return { ...loaded, source: source.replace(find, () => replace) };
    },
  });
};

const run = async (port: NonNullable<typeof parentPort>): Promise<void> => {
  // Given by `threads.ts`, in this shape.
  const { order, mutant } = workerData as WorkerData;
  if (mutant) mutate(mutant);
  // Loaded only now, so that the mutant is among what is loaded.
  const { loadFunctions } = await import('./functions.ts');
  const functions = await loadFunctions();
  const report = (message: Report) => port.postMessage(message);
  if (order.kind === 'seeds') {
    const { runHistory } = await import('./history.ts');
    for (let seed = order.from; seed < order.from + order.seeds; seed += 1) {
      const verdict = await runHistory(seed, functions);
      report({ kind: 'verdict', verdict });
      if (order.untilBreach && verdict.breaches.length > 0) break;
    }
  } else {
    const { runInterleavings } = await import('./interleavings.ts');
    for await (const verdict of runInterleavings(functions, order)) report({ kind: 'verdict', verdict });
  }
  report({ kind: 'done' });
};

if (parentPort) {
  const port = parentPort;
  run(port).catch((error) => port.postMessage({ kind: 'broken', message: error instanceof Error ? String(error.stack) : String(error) }));
}
