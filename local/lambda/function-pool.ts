import type { LambdaFunction } from '../deployment.ts';
import { type Environment, type Outcome, startEnvironment } from './environment.ts';

/** All environments of one function. */
export interface FunctionPool {
  readonly lambda: LambdaFunction;
  /** Starts the first environment; rejects when the handler cannot be loaded. */
  warm(): Promise<void>;
  /** `event` is JSON. Waits for a free environment where AWS, at the account's limit, would throttle. */
  invoke(event: string): Promise<Outcome>;
  /** Is the environment of this id one of this function's? */
  runs(environmentId: string): boolean;
  /** Kills an environment; the event that it handles fails. */
  kill(environmentId: string): void;
  close(): Promise<void>;
}

export interface FunctionPoolOptions {
  readonly lambda: LambdaFunction;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** More threads than this slow a laptop down without serving more events. */
const maximumEnvironments = 16;

/** How long an event waits for a busy environment before another one is started: a start costs 100 times a warm event. */
const patienceMs = 25;

interface Waiting {
  readonly event: string;
  readonly resolve: (outcome: Outcome) => void;
}

export const createFunctionPool = (options: FunctionPoolOptions): FunctionPool => {
  const { lambda } = options;
  const limit = Math.max(1, Math.min(maximumEnvironments, lambda.reservedConcurrency ?? maximumEnvironments));
  const environments = new Set<Environment>();
  const idle: Environment[] = [];
  const waiting: Waiting[] = [];
  let starting: Environment | undefined;
  let patience: NodeJS.Timeout | undefined;
  let closed = false;

  const start = async (): Promise<void> => {
    const environment = startEnvironment({ ...options, onEnd: () => forget(environment) });
    environments.add(environment);
    starting = environment;
    try {
      await environment.loaded;
      idle.push(environment);
    } finally {
      if (starting === environment) starting = undefined;
      serve();
    }
  };

  /** A function whose module cannot be loaded fails its events, as on AWS. */
  const startForWaiting = (): void => {
    start().catch((error: Error) => {
      for (const each of waiting.splice(0))
        each.resolve({ failed: { errorType: 'Runtime.ImportModuleError', errorMessage: error.message } });
    });
  };

  const forget = (environment: Environment): void => {
    environments.delete(environment);
    const at = idle.indexOf(environment);
    if (at >= 0) idle.splice(at, 1);
    serve();
  };

  const run = async (environment: Environment, { event, resolve }: Waiting): Promise<void> => {
    const outcome = await environment.invoke(event);
    // Before the outcome is told, so that an event which it causes finds the environment free.
    if (environments.has(environment)) idle.push(environment);
    resolve(outcome);
    serve();
  };

  const serve = (): void => {
    while (waiting.length > 0) {
      const environment = idle.pop();
      if (environment === undefined) break;
      const next = waiting.shift();
      if (next !== undefined) void run(environment, next);
    }
    if (closed || waiting.length === 0 || starting !== undefined || environments.size >= limit) return;
    if (environments.size === 0) startForWaiting();
    else patience ??= setTimeout(losePatience, patienceMs);
  };

  const losePatience = (): void => {
    patience = undefined;
    if (!closed && waiting.length > 0 && idle.length === 0 && starting === undefined && environments.size < limit) startForWaiting();
  };

  const found = (environmentId: string): Environment | undefined => [...environments].find(({ id }) => id === environmentId);

  return {
    lambda,
    warm: start,
    invoke: (event) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      waiting.push({ event, resolve });
      serve();
      return promise;
    },
    runs: (environmentId) => found(environmentId) !== undefined,
    kill: (environmentId) => found(environmentId)?.kill(),
    close: async () => {
      closed = true;
      clearTimeout(patience);
      await Promise.all([...environments].map((environment) => environment.close()));
    },
  };
};
