import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Delivery, Poster } from '../core/ports.ts';
import { logFailure } from './log.ts';

/** @param endpoint `https://{api}.execute-api.{region}.amazonaws.com/{stage}`, never taken from an event. */
export const createManagementClient = (endpoint: string): ApiGatewayManagementApiClient =>
  new ApiGatewayManagementApiClient({
    endpoint,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: 3000,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: 100 },
      httpAgent: { maxSockets: 100 },
    },
  });

/** Posts through the AWS SDK: kept connections, three attempts, back-off on 429. */
export const createPoster = (client: ApiGatewayManagementApiClient): Poster => ({
  async post(connectionId, frame) {
    try {
      await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
      return 'posted';
    } catch (error) {
      const delivery = deliveryOf(error);
      if (delivery === 'failed' || delivery === 'too-large') logFailure('post', error, { connectionId });
      return delivery;
    }
  },

  async close(connectionId) {
    try {
      await client.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
    } catch (error) {
      if (!isGone(error)) logFailure('close', error, { connectionId });
    }
  },

  async isOpen(connectionId) {
    try {
      await client.send(new GetConnectionCommand({ ConnectionId: connectionId }));
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      logFailure('look-up', error, { connectionId });
      return undefined;
    }
  },
});

const deliveryOf = (error: unknown): Delivery => {
  if (isGone(error)) return 'gone';
  if (error instanceof LimitExceededException || statusOf(error) === 429) return 'throttled';
  if (error instanceof PayloadTooLargeException || statusOf(error) === 413) return 'too-large';
  return 'failed';
};

/** The SDK knows `GoneException` only where the answer names it; the status is sure. */
const isGone = (error: unknown): boolean => error instanceof GoneException || statusOf(error) === 410;

const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && '$metadata' in error
    ? // Every error of SDK v3 carries its metadata under this name.
      (error.$metadata as { httpStatusCode?: number }).httpStatusCode
    : undefined;
