import { expectNoLeaks, runFolder } from '../canaries/run-folder.ts';
import type { LocalStackProcess } from './local-stack.ts';

// jest loads this module anew for the teardown: only `globalThis` lasts from one to the other.
const kept = globalThis as { localStackOfTests?: LocalStackProcess };

export const keepForTeardown = (stack: LocalStackProcess): void => {
  kept.localStackOfTests = stack;
};

/** @throws where anything that any stack of the run wrote holds a secret of the run */
export default async function stopLocalStack(): Promise<void> {
  await kept.localStackOfTests?.stop();
  const folder = runFolder();
  if (folder !== undefined) expectNoLeaks(folder);
}
