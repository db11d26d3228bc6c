import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { transformSync } from 'esbuild';
import type { LambdaFunction } from '../deployment.ts';

/** What an environment's worker is given. */
export interface EnvironmentSettings {
  readonly port: MessagePort;
  /** Element 0 becomes 1 when an invocation was put on the port. */
  readonly signal: Int32Array<SharedArrayBuffer>;
  readonly functionName: string;
  readonly functionArn: string;
  readonly moduleUrl: string;
  readonly exportName: string;
  readonly memoryMb: number;
  readonly logFile: string;
}

export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  readonly deadlineMs: number;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** `answered` holds JSON. */
export type Outcome = { readonly answered: string } | { readonly failed: FunctionError };

/** One worker thread that holds one loaded handler. It ends itself by `onEnd` being called: after a crash, a time-out or `close`. */
export interface Environment {
  /** Stands as the session token in every call that the handler signs, so that calls can be told apart by it. */
  readonly id: string;
  /** Settles when the handler is loaded; rejects with what the module threw. */
  readonly loaded: Promise<void>;
  /** Only while nothing else runs here. */
  invoke(event: string): Promise<Outcome>;
  /** Ends it at once, whatever it does: as a crash of the machine would. */
  kill(): void;
  close(): Promise<void>;
}

export interface EnvironmentOptions {
  readonly lambda: LambdaFunction;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly onEnd: () => void;
}

let workerUrl: URL | undefined;

/** Types are stripped once for all workers: each would need 20 ms for it. */
const workerModule = (): URL => {
  if (workerUrl === undefined) {
    const source = readFileSync(new URL('environment-worker.ts', import.meta.url), 'utf8');
    workerUrl = new URL(`data:text/javascript,${encodeURIComponent(transformSync(source, { loader: 'ts', target: 'es2024' }).code)}`);
  }
  return workerUrl;
};

const moduleFile = (lambda: LambdaFunction): string => {
  const found = ['.mjs', '.js', '.cjs'].map((extension) => lambda.module + extension).find((file) => existsSync(file));
  return found ?? `${lambda.module}.mjs`;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: the answer of a synchronous invocation. */
const maximumAnswerBytes = 6 * 1024 * 1024;

export const startEnvironment = ({ lambda, environment, logFile, onEnd }: EnvironmentOptions): Environment => {
  const id = randomUUID();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const { port1: port, port2 } = new MessageChannel();
  const settings: EnvironmentSettings = {
    port: port2,
    signal,
    functionName: lambda.name,
    functionArn: lambda.arn,
    moduleUrl: pathToFileURL(moduleFile(lambda)).href,
    exportName: lambda.exportName,
    memoryMb: lambda.memoryMb,
    logFile,
  };
  const worker = new Worker(workerModule(), {
    name: lambda.name,
    workerData: settings,
    transferList: [port2],
    env: { ...environment, AWS_SESSION_TOKEN: id },
    execArgv: ['--no-warnings', ...(/--enable-source-maps/.test(environment.NODE_OPTIONS ?? '') ? ['--enable-source-maps'] : [])],
    resourceLimits: { maxOldGenerationSizeMb: lambda.memoryMb },
  });
  const loading = Promise.withResolvers<void>();
  loading.promise.catch(() => {}); // who starts the environment may look later
  let settle: ((outcome: Outcome) => void) | undefined;
  let timeout: NodeJS.Timeout | undefined;
  let ended = false;
  let closing = false;

  const finish = (outcome: Outcome): void => {
    clearTimeout(timeout);
    const settleNow = settle;
    settle = undefined;
    settleNow?.(outcome);
  };
  const end = (reason: FunctionError): void => {
    if (ended) return;
    ended = true;
    port.close();
    if (settle !== undefined && !closing) console.error(`${lambda.name}: ${reason.errorMessage}`);
    loading.reject(new Error(reason.errorMessage));
    finish({ failed: reason });
    onEnd();
  };
  port.on('message', (message: { ready: true } | Outcome) => {
    if ('ready' in message) loading.resolve();
    else if (settle === undefined && 'failed' in message) end(message.failed);
    else finish(message);
  });
  worker.on('error', (error) => {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    end({ errorType: name, errorMessage: message, trace: (stack ?? '').split('\n') });
  });
  worker.on('exit', (code) => {
    end({ errorType: 'Runtime.ExitError', errorMessage: `Runtime exited with error: exit status ${code}` });
  });

  return {
    id,
    loaded: loading.promise,
    invoke: (event) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      if (ended) {
        resolve({ failed: { errorType: 'Runtime.ExitError', errorMessage: 'The environment has ended' } });
        return promise;
      }
      settle = (outcome) => resolve('answered' in outcome && outcome.answered.length > maximumAnswerBytes ? tooLarge : outcome);
      const invocation: Invocation = { requestId: randomUUID(), event, deadlineMs: Date.now() + lambda.timeoutMs };
      timeout = setTimeout(() => {
        end({
          errorType: 'Sandbox.Timedout',
          errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after ${(lambda.timeoutMs / 1000).toFixed(2)} seconds`,
        });
        void worker.terminate();
      }, lambda.timeoutMs);
      port.postMessage(invocation);
      Atomics.store(signal, 0, 1);
      Atomics.notify(signal, 0);
      return promise;
    },
    kill: () => {
      end({ errorType: 'Runtime.ExitError', errorMessage: 'The environment was killed' });
      void worker.terminate();
    },
    close: async () => {
      closing = true;
      end({ errorType: 'Runtime.ExitError', errorMessage: 'The local stack is stopping' });
      await worker.terminate();
    },
  };
};

const tooLarge: Outcome = {
  failed: {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
  },
};
