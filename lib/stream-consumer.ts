import type { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { HandlerFunction } from './handler-function.ts';

export interface StreamConsumerProps {
  readonly handler: HandlerFunction;
  readonly callers: Table;
  readonly key: IKey;
  /** How long Lambda gathers a batch. @default - not at all: what arrives while a batch is served shares the next */
  readonly batchingWindow?: Duration;
  /** Without bounds one bad record blocks its shard for the 24 hours that a stream lives. */
  readonly retryAttempts: number;
  readonly maxRecordAge: Duration;
}

/**
 * Feeds every change of a caller, in order, to a function. A shard can have two consumers, not more, before reads are throttled:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export class StreamConsumer extends Construct {
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { handler } = props;
    const streamArn = props.callers.tableStreamArn;
    if (streamArn === undefined) throw new Error('The Callers table has no stream.');

    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', { key: props.key });
    this.deadLetters.grantSend(handler);
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.Lambda.Tutorial.html
    handler.grant(
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [streamArn],
      }),
    );
    handler.grant(new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: [`${props.callers.tableArn}/stream/*`] }));

    const mapping = new EventSourceMapping(this, 'CallersStream', {
      target: handler.function,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      ...(props.batchingWindow && { maxBatchingWindow: props.batchingWindow }),
      parallelizationFactor: 1, // one batch at a time coalesces the most
      retryAttempts: props.retryAttempts,
      maxRecordAge: props.maxRecordAge,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      onFailure: this.deadLetters.destination,
    });
    // Lambda checks the role's access to the stream when it creates the mapping.
    if (handler.function.role !== undefined) mapping.node.addDependency(handler.function.role);
  }
}
