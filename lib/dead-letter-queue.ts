import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { HandlerFunction } from './handler-function.ts';

export interface DeadLetterQueueProps {
  readonly key: IKey;
}

/** Where work ends that failed for good: ids only, never texts. Kept for 14 days, the longest that SQS has. */
export class DeadLetterQueue extends Queue {
  /** The queue as the on-failure destination of an event source or of asynchronous invocation; `grantSend` goes with it. */
  readonly destination = { bind: () => ({ destination: this.queueArn }) };
  readonly #key: IKey;

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps) {
    super(scope, id, {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: props.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.#key = props.key;
  }

  /** Lambda sends with the role of the function that failed. */
  grantSend(handler: HandlerFunction): void {
    handler.grant(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queueArn] }));
    handler.grant(
      new PolicyStatement({
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [this.#key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `sqs.${Stack.of(this).region}.amazonaws.com` } },
      }),
    );
  }
}
