import { closeRunFolder, expectNoLeaks, runFolder } from '../canaries/run-folder.ts';
import type { LocalStackProcess } from './local-stack.ts';

// jest loads this module anew for the teardown: only `globalThis` lasts from one to the other.
const kept = globalThis as { localStackOfTests?: LocalStackProcess };

export const keepForTeardown = (stack: LocalStackProcess): void => {
  kept.localStackOfTests = stack;
};

/** What this reads of the configuration that jest hands over. */
export interface RunOfTests {
  readonly testPathPatterns: { isSet(): boolean };
  readonly testNamePattern?: string | undefined;
}

/** @throws where anything that any stack of the run wrote holds a secret of the run, or where nothing was there to be searched */
export default async function stopLocalStack({ testPathPatterns, testNamePattern }: RunOfTests): Promise<void> {
  await kept.localStackOfTests?.stop();
  const folder = runFolder();
  // Absent: the stack was given, or another project of this run has searched.
  if (folder === undefined) return;
  closeRunFolder();
  expectNoLeaks(folder, { isWhole: !testPathPatterns.isSet() && !testNamePattern });
}
