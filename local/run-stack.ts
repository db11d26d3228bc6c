import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Endpoints, removeEndpoints, writeEndpoints } from './endpoints.ts';
import { LocalStackError, messageOf } from './errors.ts';
import { type StackOptions, startStack } from './start-stack.ts';

export interface RunStackOptions extends Omit<StackOptions, 'port' | 'data' | 'environment'> {
  /** Holds `data` and `endpoints.json` where the command line names no others. */
  readonly localDirectory: string;
  readonly greeting: (endpoints: Endpoints, startedInMs: number) => string;
}

const usage = 'npm start -- [--port N] [--data DIR|memory] [--endpoints FILE]';
const defaultPort = 4700;

/** Runs a stack as this process, with the command line's options, until a signal ends it. */
export const runStack = async ({ localDirectory, greeting, ...options }: RunStackOptions): Promise<void> => {
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  try {
    const startedAt = performance.now();
    const { port, data, endpointsFile } = optionsFrom(process.argv.slice(2), localDirectory);
    removeEndpoints(endpointsFile);
    const stack = await startStack({ ...options, port, data, environment: process.env });
    let stopping = false;
    const stop = (): void => {
      if (stopping) return;
      stopping = true;
      removeEndpoints(endpointsFile);
      stack.close().then(() => process.exit(0), fail);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
    writeEndpoints(endpointsFile, stack.endpoints);
    console.log(greeting(stack.endpoints, performance.now() - startedAt));
  } catch (error) {
    fail(error);
  }
};

const optionsFrom = (args: readonly string[], localDirectory: string) => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, data: { type: 'string' }, endpoints: { type: 'string' } },
    });
    const port = Number(values.port ?? defaultPort);
    if (!Number.isInteger(port) || port < 0 || port > 65_530) throw new Error(`--port is a number from 0 to 65530, not "${values.port}"`);
    return {
      port,
      data: values.data ?? join(localDirectory, 'data'),
      endpointsFile: values.endpoints ?? join(localDirectory, 'endpoints.json'),
    };
  } catch (error) {
    throw new LocalStackError(`${messageOf(error)}\n${usage}`);
  }
};

const fail = (error: unknown): never => {
  console.error(error instanceof LocalStackError ? `\n${error.message}\n` : error);
  process.exit(1);
};
