import type { LocalStackProcess } from './local-stack.ts';

// jest loads this module anew for the teardown: only `globalThis` lasts from one to the other.
const kept = globalThis as { localStackOfTests?: LocalStackProcess };

export const keepForTeardown = (stack: LocalStackProcess): void => {
  kept.localStackOfTests = stack;
};

export default async function stopLocalStack(): Promise<void> {
  await kept.localStackOfTests?.stop();
}
