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
import { createRest } from './rest.ts';

/** How long a sender may wait for a post, ms, the pause before a second try (at most 500 ms) not counted. */
const promptMs = 1000;

/**
 * @param endpoint `https://{api}.execute-api.{region}.amazonaws.com/{stage}`, never taken from an event.
 * @param maxAttempts the SDK pauses between them, at random up to 0.5 s and then up to 1 s where the answer was 429
 */
export const createManagementClient = (endpoint: string, maxAttempts = 3): ApiGatewayManagementApiClient =>
  new ApiGatewayManagementApiClient({
    endpoint,
    maxAttempts,
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: 3000,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: 100 },
      httpAgent: { maxSockets: 100 },
    },
  });

/**
 * Posts for those who wait for an answer. What they sent is stored by then, so a socket that is slow or throttled does not keep them: two attempts,
 * the second for a kept connection that the gateway had closed, within a second, and none while what refused is left alone. Nothing may go on after
 * the answer, as Lambda freezes it; what was not posted comes with the next post, whose gap the client fills, or from the deadlines worker after 30 s.
 *
 * @param now the time, ms
 */
export const createPromptPoster = (endpoint: string, now: () => number): Poster => {
  const client = createManagementClient(endpoint, 2);
  const rest = createRest(now);
  return {
    ...createPoster(client),
    async post(connectionId, frame) {
      if (rest.isResting(connectionId)) return 'throttled';
      const delivery = await post(client, connectionId, frame, AbortSignal.timeout(promptMs));
      if (delivery === 'throttled') rest.refused(connectionId);
      if (delivery === 'posted') rest.taken(connectionId);
      return delivery;
    },
  };
};

const post = async (
  client: ApiGatewayManagementApiClient,
  connectionId: string,
  frame: string,
  abortSignal?: AbortSignal,
): Promise<Delivery> => {
  try {
    const command = new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame });
    await client.send(command, abortSignal === undefined ? {} : { abortSignal });
    return 'posted';
  } catch (error) {
    const delivery = deliveryOf(error);
    if (delivery === 'failed' || delivery === 'too-large') logFailure('post', error, { connectionId });
    return delivery;
  }
};

/** Posts through the AWS SDK: kept connections, as many attempts as the client makes, back-off on 429. */
export const createPoster = (client: ApiGatewayManagementApiClient): Poster => ({
  post: (connectionId, frame) => post(client, connectionId, frame),

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
