import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  LimitExceededException,
  PayloadTooLargeException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { limitFrom, required } from '../../../functions/adapters/environment.ts';
import { toRequestError } from '../../../functions/adapters/failure.ts';
import { createManagementClient, createPoster, createPromptPoster } from '../../../functions/adapters/poster.ts';
import { createStartWorker } from '../../../functions/adapters/start-worker.ts';
import { system } from '../../../functions/adapters/system.ts';
import { RequestError } from '../../../protocol/errors.ts';
import { transactionCancelled } from '../data/dynamodb-mock.ts';
import { aHandlerScene, canary } from './handler-scene.ts';

const { management, lines } = aHandlerScene();

const $metadata = {};
const gone = new GoneException({ message: '', $metadata });
/** Only the status tells, as where an answer has no header that names the error. */
const withStatus = (httpStatusCode: number) => Object.assign(new Error(canary), { name: 'Unknown', $metadata: { httpStatusCode } });

describe('the poster', () => {
  const poster = createPoster(createManagementClient('https://api.example/test'));

  it('hands the frame to that very socket', async () => {
    await expect(poster.post('c1', '{"type":"ended"}')).resolves.toBe('posted');
    expect(management.commandCalls(PostToConnectionCommand)[0]?.args[0].input).toEqual({ ConnectionId: 'c1', Data: '{"type":"ended"}' });
  });

  it.each([
    ['gone', gone],
    ['gone', withStatus(410)],
    ['throttled', new LimitExceededException({ message: '', $metadata })],
    ['throttled', withStatus(429)],
    ['too-large', new PayloadTooLargeException({ message: '', $metadata })],
    ['too-large', withStatus(413)],
    ['failed', withStatus(403)],
    ['failed', withStatus(500)],
    ['failed', new Error('socket hang up')],
  ])('answers %s for %s, and never throws', async (delivery, error) => {
    management.on(PostToConnectionCommand).rejects(error);
    await expect(poster.post('c1', canary)).resolves.toBe(delivery);
    expect(lines).toHaveLength(delivery === 'failed' || delivery === 'too-large' ? 1 : 0);
    expect(lines.join()).not.toContain(canary);
  });

  it.each([
    ['is gone already, silently', gone, 0],
    ['cannot be closed now, which it logs', withStatus(500), 1],
  ])('closes a socket, and is content where it %s', async (_case, error, logged) => {
    management.on(DeleteConnectionCommand).rejects(error);
    await expect(poster.close('c1')).resolves.toBeUndefined();
    expect(lines).toHaveLength(logged);
  });

  it('knows whether a socket is open, closed, or cannot be looked up now', async () => {
    await expect(poster.isOpen('c1')).resolves.toBe(true);
    management.on(GetConnectionCommand).rejects(gone);
    await expect(poster.isOpen('c1')).resolves.toBe(false);
    management.on(GetConnectionCommand).rejects(withStatus(429));
    await expect(poster.isOpen('c1')).resolves.toBeUndefined();
  });
});

describe('the poster of those who wait for an answer', () => {
  const aPoster = () => {
    const clock = { now: 1_000_000 };
    return { clock, poster: createPromptPoster('https://api.example/test', () => clock.now) };
  };
  const attemptsTo = (connectionId: string) => management.commandCalls(PostToConnectionCommand, { ConnectionId: connectionId }).length;

  it('does not try a socket that has just refused, and no other suffers', async () => {
    const { clock, poster } = aPoster();
    management.on(PostToConnectionCommand, { ConnectionId: 'c1' }).rejects(withStatus(429));
    await expect(poster.post('c1', '{}')).resolves.toBe('throttled');
    await expect(poster.post('c1', '{}')).resolves.toBe('throttled');
    expect(attemptsTo('c1')).toBe(1);
    await expect(poster.post('c2', '{}')).resolves.toBe('posted');
    management.on(PostToConnectionCommand, { ConnectionId: 'c1' }).resolves({});
    clock.now += 1000;
    await expect(poster.post('c1', '{}')).resolves.toBe('posted');
    await expect(poster.post('c1', '{}')).resolves.toBe('posted');
  });

  it('tries twice, where others try three times', async () => {
    await expect(createManagementClient('https://api.example/test', 2).config.maxAttempts()).resolves.toBe(2);
    await expect(createManagementClient('https://api.example/test').config.maxAttempts()).resolves.toBe(3);
  });

  it('takes a second at the most for a post, and a socket that is too slow for it has failed', async () => {
    const over = AbortSignal.abort();
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(over);
    management.on(PostToConnectionCommand).rejects(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
    await expect(aPoster().poster.post('c1', '{}')).resolves.toBe('failed');
    expect(timeout.mock.calls).toEqual([[1000]]);
    const [call] = management.commandCalls(PostToConnectionCommand);
    expect(call?.args).toContainEqual({ abortSignal: over });
    timeout.mockRestore();
  });
});

describe('the worker', () => {
  const lambda = mockClient(LambdaClient);
  const startWorker = createStartWorker(new LambdaClient({ region: 'eu-central-1' }), 'broadcast');

  it('is invoked asynchronously with ids alone', async () => {
    lambda.reset();
    lambda.on(InvokeCommand).resolves({});
    await startWorker({ kind: 'broadcast', clinicId: 'demo', broadcastId: 'b1' });
    expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input).toEqual({
      FunctionName: 'broadcast',
      InvocationType: 'Event',
      Payload: '{"kind":"broadcast","clinicId":"demo","broadcastId":"b1"}',
    });
  });

  it('that cannot be started is unavailable, and logged', async () => {
    lambda.reset();
    lambda.on(InvokeCommand).rejects(withStatus(500));
    await expect(startWorker({ kind: 'clinic-changed', clinicId: 'demo' })).rejects.toMatchObject({ code: 'unavailable' });
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(canary);
  });
});

describe('a failure', () => {
  const codeOf = (error: unknown) => toRequestError(error, 'request', {}).code;

  it('that is a refusal reaches the client as it is, unlogged', () => {
    const refusal = new RequestError('conflict', undefined, 'Said before.');
    expect(toRequestError(refusal, 'request', {})).toBe(refusal);
    expect(lines).toEqual([]);
  });

  it.each([
    ['throttling', Object.assign(new Error(), { name: 'ProvisionedThroughputExceededException' })],
    ['a time-out', Object.assign(new Error(), { name: 'TimeoutError' })],
    ['a write during a transaction', Object.assign(new Error(), { name: 'TransactionConflictException' })],
    ['a transaction during another', transactionCancelled('TransactionConflict', 'None')],
    ['a connection that was refused', Object.assign(new Error(), { code: 'ECONNREFUSED' })],
    ['a fault of the store', withStatus(500)],
  ])('that passes is unavailable: %s', (_case, error) => {
    expect(codeOf(error)).toBe('unavailable');
  });

  it.each([
    ['a request that the store does not take', withStatus(400)],
    ['a fault of ours', new TypeError('undefined is not a function')],
    ['something that is no error', 'text'],
    ['nothing', undefined],
  ])('that does not pass is internal, without its message: %s', (_case, error) => {
    const { code, message } = toRequestError(error, 'request', {});
    expect(code).toBe('internal');
    expect(message).not.toMatch(/undefined|text/);
  });

  it('is logged with its name and place, without its message', () => {
    toRequestError(new TypeError(`cannot read\n${canary}`), 'request', { clinicId: 'demo' });
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toMatchObject({ level: 'ERROR', message: 'request', error: 'TypeError', clinicId: 'demo' });
    expect(line.frames[0]).toContain('adapters.test');
    expect(lines.join()).not.toContain(canary);
  });
});

describe('the environment', () => {
  afterEach(() => {
    delete process.env.WAITING_AREA_TEST;
  });

  it('must have what a function needs, and says what is missing', () => {
    expect(() => required('WAITING_AREA_TEST')).toThrow('WAITING_AREA_TEST is missing');
    process.env.WAITING_AREA_TEST = 'here';
    expect(required('WAITING_AREA_TEST')).toBe('here');
  });

  it('may raise a limit of the contract', () => {
    expect(limitFrom('TEST', 30)).toBe(30);
    process.env.WAITING_AREA_TEST = '5000';
    expect(limitFrom('TEST', 30)).toBe(5000);
  });

  it.each(['0', '-1', '1.5', 'many', ''])('must not set it to %j', (value) => {
    process.env.WAITING_AREA_TEST = value;
    expect(() => limitFrom('TEST', 30)).toThrow('must be a whole number above 0');
  });
});

describe('ids and secrets', () => {
  it('are ids of the contract, 128 bits and 256 bits long, and never the same', () => {
    expect(system.newId()).toMatch(/^[\w-]{22}$/);
    expect(system.newSecret()).toMatch(/^[\w-]{43}$/);
    expect(system.newId()).not.toBe(system.newId());
    expect(system.newSecret()).not.toBe(system.newSecret());
  });
});
