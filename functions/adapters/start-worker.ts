import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { RequestError } from '../../protocol/errors.ts';
import type { StartWorker } from '../core/ports.ts';
import { logFailure } from './log.ts';

/** Invokes the broadcast worker asynchronously: Lambda keeps the job, retries twice and dead-letters it. */
export const createStartWorker =
  (client: LambdaClient, functionName: string): StartWorker =>
  async (job) => {
    try {
      await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: JSON.stringify(job) }));
    } catch (error) {
      logFailure('start-worker', error, { clinicId: job.clinicId, ...('broadcastId' in job && { broadcastId: job.broadcastId }) });
      throw new RequestError('unavailable');
    }
  };
