import { spawnSync } from 'node:child_process';
import { projectRoot } from '../lib/project-root.ts';
import { judgeAudit } from './judge-audit.ts';
import { knownAdvisories } from './known-advisories.ts';

/** Asks the registry for advisories on all that the lock file names. Ends with 1 on one that `known-advisories.ts` does not explain. */
const { stdout } = spawnSync('npm', ['audit', '--json', '--include', 'dev', '--include', 'optional'], {
  cwd: projectRoot,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const audit = judgeAudit(stdout ?? '', knownAdvisories);
switch (audit.outcome) {
  case 'clean':
    console.log(`No advisory that is not explained; ${knownAdvisories.length} are.`);
    break;
  case 'not-checked':
    // `.ci/run` looks for these words: nothing is known, which is neither good nor bad.
    console.log(`Dependencies: not checked here. ${audit.why}`);
    break;
  case 'broken':
    for (const { id, packageName, severity, title } of audit.unexplained) console.error(`${severity}: ${packageName}: ${title} (${id})`);
    for (const { id, packageName } of audit.outlived)
      console.error(`${id} of ${packageName} is found no more: take it out of known-advisories.ts.`);
    process.exitCode = 1;
    break;
}
