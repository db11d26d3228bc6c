import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Verdict } from './history.ts';
import type { Report, WorkerData } from './worker.ts';

/**
 * Runs one order in a thread of its own; each thread loads the product for itself.
 * @param take is given each verdict as it comes
 * @throws when the thread breaks, rather than a promise of the product
 */
export const runInThread = (data: WorkerData, take: (verdict: Verdict) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'worker.ts'), { workerData: data, execArgv: ['--no-warnings'] });
    // Whatever a mutant has left waiting in it, the thread ends with its order.
    const end = () => void worker.terminate();
    worker.on('message', (report: Report) => {
      switch (report.kind) {
        case 'verdict':
          return take(report.verdict);
        case 'done':
          resolve();
          return end();
        case 'broken':
          reject(new Error(report.message));
          return end();
      }
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the thread ended before its order was done')));
  });
