import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, ListQueuesCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetterOffice } from './redrive-dead-letters.ts';

/** A letter that this run has seen is hidden so long, s: nobody else deals with it meanwhile, and no run meets it twice. */
const hiddenForSeconds = 300;

/**
 * The dead letters of a deployed stage. The caller's credentials need sqs:ListQueues, sqs:ReceiveMessage, sqs:DeleteMessage,
 * kms:Decrypt and lambda:InvokeFunction.
 *
 * @param stackName `WaitingArea-<stage>`: CloudFormation begins the names of its queues with it
 * @throws where the stage has no dead-letter queues: a wrong name, Region or account
 */
export const createAwsDeadLetters = (sqs: SQSClient, lambda: LambdaClient, stackName: string): DeadLetterOffice => {
  const receipts = new Map<string, string>();
  return {
    async *letters(): AsyncGenerator<DeadLetter> {
      const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: `${stackName}-`, MaxResults: 1000 }));
      const queues = QueueUrls.filter((url) => url.includes('DeadLetters'));
      if (queues.length === 0) throw new Error(`There is no dead-letter queue of ${stackName} in this Region and account.`);
      for (const queue of queues) {
        for (;;) {
          const { Messages = [] } = await sqs.send(
            new ReceiveMessageCommand({
              QueueUrl: queue,
              MaxNumberOfMessages: 10,
              VisibilityTimeout: hiddenForSeconds,
              WaitTimeSeconds: 1,
            }),
          );
          if (Messages.length === 0) break;
          for (const { MessageId: id, ReceiptHandle: receipt, Body } of Messages) {
            if (id === undefined || receipt === undefined) continue;
            receipts.set(id, receipt);
            yield { queue, id, body: parse(Body) };
          }
        }
      }
    },
    invoke: async (functionArn, event) => {
      await lambda.send(new InvokeCommand({ FunctionName: functionArn, InvocationType: 'Event', Payload: JSON.stringify(event) }));
    },
    remove: async ({ queue, id }) => {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: receipts.get(id) }));
    },
  };
};

/** What is no JSON is no letter of Lambda's, and is left for a person. */
const parse = (body: string | undefined): unknown => {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
};
