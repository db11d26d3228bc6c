import { spawnSync } from 'node:child_process';
import type { LocalStackProcess } from './local-stack.ts';

/** Resident megabytes of the stack and of its engine, which is its only child. */
export const residentMemoryOf = ({ child }: LocalStackProcess): { stack: number; engine: number } => {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' });
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const sum = (column: number): number =>
    Math.round(rows.filter((row) => row[column] === child.pid).reduce((total, row) => total + (row[2] ?? 0), 0) / 1024);
  return { stack: sum(0), engine: sum(1) };
};
