import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { StartWorker } from '../core/ports.ts';

/** Invokes the broadcast worker asynchronously: Lambda keeps the job, retries twice and dead-letters it. */
export const createStartWorker =
  (client: LambdaClient, functionName: string): StartWorker =>
  async (job) => {
    await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: JSON.stringify(job) }));
  };
