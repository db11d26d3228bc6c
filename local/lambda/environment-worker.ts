/**
 * One Lambda execution environment: loads the handler once, then handles one event at a time.
 * Between invocations the thread stands still, as the environment does on AWS, so that work which a handler did not await does not go on unseen.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 *
 * This module is stripped of its types and handed to the worker as text: it imports nothing but Node.
 */
import { openSync, writeSync } from 'node:fs';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { EnvironmentSettings, Invocation, Outcome } from './environment.ts';

// workerData is made by environment.ts alone, as EnvironmentSettings.
const settings = workerData as EnvironmentSettings;
const { port, signal } = settings;
const log = openSync(settings.logFile, 'a');

const writeTo = (fileDescriptors: readonly number[]) => (chunk: unknown, encoding?: unknown, done?: unknown) => {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array); // streams are written strings or bytes
  for (const fileDescriptor of fileDescriptors) writeSync(fileDescriptor, bytes);
  const callback = typeof encoding === 'function' ? encoding : done;
  if (typeof callback === 'function') callback();
  return true;
};
const isError = (chunk: unknown): boolean => typeof chunk === 'string' && /"level":"(error|ERROR|fatal|FATAL)"/.test(chunk);
// A stream to the main thread would stand still with this one. Errors are shown on the console too.
process.stdout.write = (chunk: unknown, encoding?: unknown, done?: unknown) =>
  writeTo(isError(chunk) ? [log, 2] : [log])(chunk, encoding, done);
process.stderr.write = writeTo([log, 2]);

const failureOf = (thrown: unknown): Outcome => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  // What a REQUEST authorizer throws to refuse is no failure worth showing.
  const shown = error.message === 'Unauthorized' ? [log] : [log, 2];
  writeTo(shown)(`${settings.functionName}: ${error.stack ?? error.message}\n`);
  return { failed: { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') } };
};

const frozenUntilNext = (): Invocation => {
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received !== undefined) return received.message;
    Atomics.wait(signal, 0, 0);
    Atomics.store(signal, 0, 0);
  }
};

const contextOf = ({ requestId, deadlineMs }: Invocation) => ({
  awsRequestId: requestId,
  callbackWaitsForEmptyEventLoop: true,
  functionName: settings.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: settings.functionArn,
  logGroupName: `/aws/lambda/${settings.functionName}`,
  logStreamName: 'local',
  memoryLimitInMB: String(settings.memoryMb),
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
});

/** What JSON makes of the answer is what AWS would pass on; `undefined` becomes null. */
const serialized = (answer: unknown): string => JSON.stringify(answer ?? null);

const load = async (): Promise<(event: unknown, context: unknown) => unknown> => {
  const loaded = await import(settings.moduleUrl);
  const handler: unknown = loaded[settings.exportName];
  if (typeof handler !== 'function') throw new Error(`Handler ${settings.exportName} is not a function`);
  return (event, context) => handler(event, context);
};

try {
  const handler = await load();
  port.postMessage({ ready: true });
  for (;;) {
    const invocation = frozenUntilNext();
    let outcome: Outcome;
    try {
      outcome = { answered: serialized(await handler(JSON.parse(invocation.event), contextOf(invocation))) };
    } catch (error) {
      outcome = failureOf(error);
    }
    port.postMessage(outcome);
  }
} catch (error) {
  port.postMessage(failureOf(error));
}
