import type { BrowserServer } from 'playwright-core';
import stopLocalStack, { type RunOfTests } from '../integration/stop-local-stack.ts';

// jest loads this module anew for the teardown: only `globalThis` lasts from one to the other.
const kept = globalThis as { browserOfTests?: BrowserServer };

export const keepForTeardown = (browser: BrowserServer): void => {
  kept.browserOfTests = browser;
};

export default async function stopBrowser(run: RunOfTests): Promise<void> {
  await kept.browserOfTests?.close();
  await stopLocalStack(run);
}
