import startLocalStack from '../integration/start-local-stack.ts';
import { launchChromium } from './launch-chromium.ts';
import { keepForTeardown } from './stop-browser.ts';

/** Starts the local stack with the built pages, and one browser, for all browser tests. */
export default async function startBrowser(): Promise<void> {
  await startLocalStack();
  const browser = await launchChromium();
  keepForTeardown(browser);
  process.env.WAITING_AREA_BROWSER = browser.wsEndpoint();
}
