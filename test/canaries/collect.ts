import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Endpoints } from '../../local/endpoints.ts';

/** The folder in which a stack keeps its data, and its logs in `log`. */
export const dataFolderOf = async ({ control }: Pick<Endpoints, 'control'>): Promise<string> => {
  // local/control.ts answers it so.
  const { directory } = (await (await fetch(`${control}/logs`)).json()) as { directory: string };
  return dirname(directory);
};

/** All that a stack has written but the tables themselves: logs of functions and gateways, accepted events, checkpoints. */
export const collectFiles = (folder: string, dataFolder: string): void => {
  if (!existsSync(dataFolder)) return;
  const into = join(folder, 'written', basename(dataFolder));
  mkdirSync(into, { recursive: true });
  cpSync(dataFolder, into, { recursive: true, filter: (path) => !isOfTheTables(path, dataFolder) && existsSync(path) });
};

const isOfTheTables = (path: string, dataFolder: string): boolean => path.startsWith(join(dataFolder, 'engine'));

/** The dead letters that lie in a stack's queues. */
export const collectDeadLetters = async (folder: string, { control }: Pick<Endpoints, 'control'>, name: string): Promise<void> => {
  const queues = await (await fetch(`${control}/queues`)).text();
  writeFileSync(join(folder, 'written', `dead-letters-${name}.json`), queues);
};

/** What the stack's process has printed. */
export const collectOutput = (folder: string, name: string, output: string): void =>
  writeFileSync(join(folder, 'written', `output-${name}.log`), output);
