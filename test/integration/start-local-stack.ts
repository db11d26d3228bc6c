import { join } from 'node:path';
import { leaveOutSearch, openRunFolder, runFolder } from '../canaries/run-folder.ts';
import { startLocalStackProcess } from './local-stack.ts';
import { keepForTeardown } from './stop-local-stack.ts';

/**
 * Starts one local stack for all integration tests, whose secrets are searched for afterwards in all that it wrote, unless
 * `WAITING_AREA_ENDPOINTS` names one that runs already (the content of its endpoints file).
 */
export default async function startLocalStack(): Promise<void> {
  if (process.env.WAITING_AREA_ENDPOINTS !== undefined) {
    // With a folder, it is the stack that another project of this very run has started.
    if (runFolder() === undefined) leaveOutSearch();
    return;
  }
  openRunFolder();
  const stack = await startLocalStackProcess({
    script: join(import.meta.dirname, '..', '..', 'local', 'start.ts'),
    environment: { WAITING_AREA_CHECK_IN_PER_MINUTE: '100000', WAITING_AREA_THROTTLES: 'off' },
  });
  keepForTeardown(stack);
  process.env.WAITING_AREA_ENDPOINTS = JSON.stringify(stack.endpoints);
}
