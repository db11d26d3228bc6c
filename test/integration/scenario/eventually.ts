import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again until nothing is thrown, and answers what came then. Expectations are written inside, so that the last one to fail says what was missing.
 * @throws what the last try threw
 */
export const eventually = async <Result>(look: () => Result | Promise<Result>, withinMs = 30_000): Promise<Result> => {
  for (const until = Date.now() + withinMs; ; await delay(15)) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() >= until) throw error;
    }
  }
};
