import fc from 'fast-check';
import { type Input, input } from './inputs.ts';
import type { Outcome, SmallWorld } from './small-world.ts';

/** Inputs of a round: it begins with the clinic as it was, and ends with good messages that must be answered as ever. */
export const inputsOfRound = 500;
const mostInputsOfVisit = 4;

export interface Round {
  readonly inputs: number;
  readonly outcomes: readonly Outcome[];
  /** The shortest run of inputs that shows the fault, and how to have it again; absent: there is none. */
  readonly failure?: string;
}

/**
 * One round: short runs of inputs, each from the same beginning, so that a failure can be shrunk and had again from its seed alone.
 * @param seed of this round
 */
export const runRound = async (world: SmallWorld, seed: number): Promise<Round> => {
  const outcomes: Outcome[] = [];
  const visit = fc.asyncProperty(fc.array(input, { minLength: 1, maxLength: mostInputsOfVisit }), async (inputs) => {
    await world.clinic.restore();
    for (const each of inputs) outcomes.push(await world.send(each));
  });
  const checked = await fc.check(visit, { seed, numRuns: Math.ceil(inputsOfRound / ((1 + mostInputsOfVisit) / 2)) });
  if (checked.failed)
    return { inputs: outcomes.length, outcomes, failure: describe(seed, checked.counterexample?.[0] ?? [], checked.errorInstance) };
  try {
    await world.probe();
  } catch (error) {
    return { inputs: outcomes.length, outcomes, failure: describe(seed, [], error) };
  }
  return { inputs: outcomes.length, outcomes };
};

const mostShown = 2000;

const describe = (seed: number, inputs: readonly Input[], error: unknown): string =>
  [
    error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    ...inputs
      .map((each) => JSON.stringify(each))
      .map((text) => (text.length > mostShown ? `${text.slice(0, mostShown)}… (${text.length})` : text)),
    `again: npm run fuzz -- --round ${seed}`,
  ].join('\n');
