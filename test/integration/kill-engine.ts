import { spawnSync } from 'node:child_process';
import type { Endpoints } from '../../local/endpoints.ts';

/** Kills the DynamoDB engine of a stack without warning; the stack starts it again. @throws when none runs at the port */
export const killEngine = ({ dynamodb }: Pick<Endpoints, 'dynamodb'>): void => {
  const { port } = new URL(dynamodb);
  const { stdout } = spawnSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
  const line = stdout.split('\n').find((each) => new RegExp(`-port ${port}\\b`).test(each));
  if (line === undefined) throw new Error(`no engine at port ${port}`);
  process.kill(Number.parseInt(line, 10), 'SIGKILL');
};
