import type { Stage } from './stage.ts';

/** What runs the tests: jest, or node's own runner. */
export interface Runner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

export type ContractTests = (runner: Runner, stage: Stage) => void;
