/** Run as a process of its own by `build-pages.ts`, so that Vite's work waits for nobody's. */
import { buildPages } from '../../lib/build-pages.ts';
import { messageOf } from '../errors.ts';

try {
  buildPages();
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
