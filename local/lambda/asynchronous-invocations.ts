import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { InjectedFaults } from '../injected-faults.ts';
import { parseJson } from '../json.ts';
import type { FunctionPool } from './function-pool.ts';
import type { Queues } from './queues.ts';

/** Lambda's queue of asynchronous invocations. */
export interface AsynchronousInvocations {
  /** Accepted events are handled at least once, also when the stack is killed: each is a file until it is done. */
  accept(pool: FunctionPool, event: string): void;
  /** Takes up what an earlier run left. */
  resume(): void;
  close(): void;
}

export interface AsynchronousInvocationsOptions {
  readonly directory: string;
  readonly pools: ReadonlyMap<string, FunctionPool>;
  readonly queues: Queues;
  readonly faults: InjectedFaults;
  /** Wait before the first retry; the second waits twice as long. AWS waits 1 and 2 minutes. */
  readonly retryDelayMs: number;
}

interface Accepted {
  readonly requestId: string;
  readonly functionArn: string;
  readonly acceptedAtMs: number;
  readonly event: string;
}

export const createAsynchronousInvocations = ({
  directory,
  pools,
  queues,
  faults,
  retryDelayMs,
}: AsynchronousInvocationsOptions): AsynchronousInvocations => {
  mkdirSync(directory, { recursive: true });
  const stopping = new AbortController();
  const fileOf = ({ requestId }: Accepted): string => join(directory, `${requestId}.json`);

  const handle = async (accepted: Accepted): Promise<void> => {
    const pool = pools.get(accepted.functionArn);
    const times = faults.doubledAsynchronous ? 2 : 1;
    if (pool !== undefined) await Promise.all(Array.from({ length: times }, () => attempt(pool, accepted, 1)));
    if (!stopping.signal.aborted) rmSync(fileOf(accepted), { force: true });
  };

  const attempt = async (pool: FunctionPool, accepted: Accepted, count: number): Promise<void> => {
    const { maximumRetryAttempts, maximumEventAgeMs, onFailureArn } = pool.lambda.asynchronous;
    const outcome = await pool.invoke(accepted.event);
    if ('answered' in outcome || stopping.signal.aborted) return;
    const wait = retryDelayMs * count;
    const tooOld = Date.now() - accepted.acceptedAtMs + wait > maximumEventAgeMs;
    if (count <= maximumRetryAttempts && !tooOld) {
      await delay(wait, undefined, { signal: stopping.signal, ref: false });
      return attempt(pool, accepted, count + 1);
    }
    if (onFailureArn === undefined) return;
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    queues.send(onFailureArn, {
      version: '1.0',
      timestamp: new Date().toISOString(),
      requestContext: {
        requestId: accepted.requestId,
        functionArn: `${accepted.functionArn}:$LATEST`,
        condition: tooOld ? 'EventAgeExceeded' : 'RetriesExhausted',
        approximateInvokeCount: count,
      },
      requestPayload: parseJson(accepted.event),
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: outcome.failed,
    });
  };

  const start = (accepted: Accepted): void => {
    handle(accepted).catch((error: unknown) => {
      if (!stopping.signal.aborted) console.error(error);
    });
  };

  return {
    accept: ({ lambda }, event) => {
      const accepted: Accepted = { requestId: randomUUID(), functionArn: lambda.arn, acceptedAtMs: Date.now(), event };
      writeFileSync(`${fileOf(accepted)}.part`, JSON.stringify(accepted));
      renameSync(`${fileOf(accepted)}.part`, fileOf(accepted));
      start(accepted);
    },
    resume: () => {
      for (const name of readdirSync(directory).filter((each) => each.endsWith('.json'))) {
        const left = parseJson(readFileSync(join(directory, name), 'utf8'));
        // Only `accept` writes these files, whole, by rename.
        start(left as Accepted);
      }
    },
    close: () => stopping.abort(),
  };
};
