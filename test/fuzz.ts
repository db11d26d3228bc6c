import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { fuzzInProcess } from './fuzz/in-process.ts';

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' }, round: { type: 'string' } },
});
const t = performance.now();
const findings = await fuzzInProcess(Number(values.round ?? values.seed), values.round === undefined ? Number(values.inputs) : 1);
console.log(
  [...findings.counts]
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([n, c]) => `${String(c).padStart(9)} ${n}`)
    .join('\n'),
);
for (const failure of findings.failures) console.log(`\nFAILED ${failure}`);
console.log(findings.inputs, findings.megabytes, ((performance.now() - t) / 1000).toFixed(1));
