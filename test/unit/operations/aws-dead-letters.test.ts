import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createAwsDeadLetters } from '../../../operations/aws-dead-letters.ts';
import type { DeadLetter } from '../../../operations/redrive-dead-letters.ts';

const sqs = mockClient(SQSClient);
const lambda = mockClient(LambdaClient);
const office = createAwsDeadLetters(new SQSClient({}), new LambdaClient({}), 'WaitingArea-production');
const queue = 'https://sqs.example/1/WaitingArea-production-BroadcastWorkerDeadLetters-AB';

beforeEach(() => {
  sqs.reset();
  lambda.reset();
});

const read = async () => {
  const letters: DeadLetter[] = [];
  for await (const letter of office.letters()) letters.push(letter);
  return letters;
};

describe('the dead letters of a deployed stage', () => {
  it('are those of all its dead-letter queues, over all pages, and of no other queue', async () => {
    const other = 'https://sqs.example/1/WaitingArea-production-BoardUpdatesDeadLetters-CD';
    sqs
      .on(ListQueuesCommand, { QueueNamePrefix: 'WaitingArea-production-' })
      .resolves({ QueueUrls: [queue, other, 'https://sqs.example/1/x'] });
    sqs
      .on(ReceiveMessageCommand, { QueueUrl: queue })
      .resolvesOnce({ Messages: [{ MessageId: 'm1', ReceiptHandle: 'r1', Body: '{"a":1}' }] })
      .resolvesOnce({ Messages: [{ MessageId: 'm2', ReceiptHandle: 'r2', Body: 'no JSON' }] })
      .resolves({});
    sqs.on(ReceiveMessageCommand, { QueueUrl: other }).resolves({});
    await expect(read()).resolves.toEqual([
      { queue, id: 'm1', body: { a: 1 } },
      { queue, id: 'm2', body: undefined },
    ]);
    expect(sqs.commandCalls(ReceiveMessageCommand, { QueueUrl: 'https://sqs.example/1/x' })).toEqual([]);
  });

  it('are removed by the receipt of this reading', async () => {
    sqs.on(ListQueuesCommand).resolves({ QueueUrls: [queue] });
    sqs
      .on(ReceiveMessageCommand)
      .resolvesOnce({ Messages: [{ MessageId: 'm1', ReceiptHandle: 'r1', Body: '{}' }] })
      .resolves({});
    for await (const letter of office.letters()) await office.remove(letter);
    expect(sqs.commandCalls(DeleteMessageCommand).map(({ args }) => args[0].input)).toEqual([{ QueueUrl: queue, ReceiptHandle: 'r1' }]);
  });

  it('give their work to the function asynchronously', async () => {
    await office.invoke('arn:function', { kind: 'broadcast' });
    expect(lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input)).toEqual([
      { FunctionName: 'arn:function', InvocationType: 'Event', Payload: '{"kind":"broadcast"}' },
    ]);
  });

  it('of a stage that is not there are an error, not none', async () => {
    sqs.on(ListQueuesCommand).resolves({});
    await expect(read()).rejects.toThrow('no dead-letter queue of WaitingArea-production');
  });
});
