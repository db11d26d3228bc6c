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
    worker.on('message', (report: Report) => {
      switch (report.kind) {
        case 'verdict':
          return take(report.verdict);
        case 'done':
          return resolve();
        case 'broken':
          return reject(new Error(report.message));
      }
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the thread ended before its order was done')));
  });
