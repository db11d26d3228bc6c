import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
// The flag gives new contexts a global `gc`.
const gc = runInNewContext('gc') as () => void;

/** Megabytes of this thread's heap that are still needed. */
export const neededMegabytes = (): number => {
  gc();
  gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};
