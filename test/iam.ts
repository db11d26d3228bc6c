import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Denial, GrantUse } from '../local/iam/grant-uses.ts';
import { passwordGrant } from './contract/password-grant.ts';
import { Stage } from './contract/stage.ts';
import { reportGrants } from './iam/grant-report.ts';
import { type LocalStackProcess, startLocalStackProcess } from './integration/local-stack.ts';

const root = join(import.meta.dirname, '..');

/** All that functions do: the wire contract, what is due, and what is tidied up. A grant that they do not reach needs a test there. */
const driving = 'integration/(contract|deadlines|forgetting)\\.test';

const drive = async ({ endpoints }: LocalStackProcess): Promise<boolean> => {
  const tokenOf = passwordGrant(endpoints.issuer);
  const member = () => tokenOf('clerk@demo.example');
  const stage = new Stage({ url: endpoints.http, clinicId: 'demo', otherClinicId: 'other', administrator: member, member });
  const early = await stage.waitingCaller();
  const child = spawn('npm', ['run', '--silent', 'jest', '--', '--selectProjects', 'integration', '--testPathPatterns', driving], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, WAITING_AREA_ENDPOINTS: JSON.stringify(endpoints) },
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  // Only a socket that is no longer fresh reads before it writes.
  await early.socket.ok('resume', { afterSeq: 0 });
  await stage.cleanUp();
  return exitCode === 0;
};

const stack = await startLocalStackProcess({
  script: join(root, 'local', 'start.ts'),
  environment: { WAITING_AREA_CHECK_IN_PER_MINUTE: '100000' },
});
try {
  const passed = await drive(stack);
  const response = await fetch(`${stack.endpoints.control}/grants`);
  // local/control.ts answers it so.
  const { grants, denials } = (await response.json()) as { grants: GrantUse[]; denials: Denial[] };
  const { table, failures } = reportGrants(grants, denials);
  for (const line of table) console.log(line);
  for (const failure of failures) console.error(failure);
  console.log(`${grants.length} grants, ${failures.length} failures${passed ? '' : '; the tests that drive the functions failed'}`);
  process.exitCode = passed && failures.length === 0 ? 0 : 1;
} finally {
  await stack.stop();
}
