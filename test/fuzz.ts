import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { callerActions, goodRoutes, staffActions } from './fuzz/good.ts';
import { type Findings, fuzzInProcess } from './fuzz/in-process.ts';
import { fuzzOnTheWire } from './fuzz/on-the-wire.ts';

/**
 * `npm run fuzz`: hostile frames, requests and bytes, most of them to the handlers themselves and some over TCP to a whole local stack, and
 * whether anything broke, leaked, stayed changed or grew. Exit code 1 where it did.
 */
const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    round: { type: 'string' },
    'wire-round': { type: 'string' },
  },
});

/** One input in so many goes over TCP, where each takes a hundred times as long. */
const wireShare = 100;
/** From so many inputs on, every action and route must have been done at least once: otherwise only refusals were tried. */
const enoughForEach = 20_000;

const numberOf = (name: string, text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} is a whole number`);
  return number;
};

const list = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `${String(count).padStart(9)}  ${name}`)
    .join('\n');

const neverDone = ({ inputs, counts }: Findings): string[] => {
  if (inputs < enoughForEach) return [];
  const done = [
    ...Object.keys(goodRoutes),
    ...staffActions,
    // Its good frame has no field to draw: whether it is ever sent while the caller still waits is left to chance.
    ...callerActions.filter((action) => action !== 'leave'),
  ];
  return done
    .filter((what) => !counts.has(`${what} → ok`))
    .map((what) => `${what} never succeeded: the fuzzer does not get behind its door`);
};

const inProcess = async (seed: number, inputs: number): Promise<readonly string[]> => {
  const beganAt = performance.now();
  const findings = await fuzzInProcess(seed, inputs);
  console.log(`\nhandlers: ${findings.inputs} inputs in ${((performance.now() - beganAt) / 1000).toFixed(0)} s\n${list(findings.counts)}`);
  console.log(
    `needed heap, warm and at the end: ${findings.megabytes.map((each) => each.map((size) => size.toFixed(1)).join(' → ')).join(', ')} MB`,
  );
  return [...findings.failures, ...neverDone(findings)];
};

const onTheWire = async (seed: number, inputs: number): Promise<readonly string[]> => {
  const beganAt = performance.now();
  const findings = await fuzzOnTheWire(seed, inputs);
  console.log(`\nover TCP: ${findings.inputs} inputs in ${((performance.now() - beganAt) / 1000).toFixed(0)} s\n${list(findings.counts)}`);
  console.log(`resident memory of the stack, warm and at the end: ${findings.megabytes.join(' → ')} MB`);
  return findings.failures;
};

const main = async (): Promise<readonly string[]> => {
  if (values.round !== undefined) return inProcess(numberOf('round', values.round), 1);
  if (values['wire-round'] !== undefined) return onTheWire(numberOf('wire-round', values['wire-round']), 1);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : numberOf('seed', values.seed);
  const inputs = numberOf('inputs', values.inputs);
  console.log(`seed ${seed}`);
  const overTcp = Math.ceil(inputs / wireShare);
  return [...(await inProcess(seed, inputs - overTcp)), ...(await onTheWire(seed, overTcp))];
};

const failures = await main();
console.log(failures.length === 0 ? '\nNothing broke.' : `\n${failures.length} failures`);
for (const failure of failures) console.error(`\nFAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
