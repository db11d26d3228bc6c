import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { HandlerFunction } from './handler-function.ts';

export interface BoardUpdatesProps {
  readonly handler: HandlerFunction;
  readonly callers: Table;
  readonly key: IKey;
}

/** Feeds every change of a caller, in order, to the function that writes board frames. */
export class BoardUpdates extends Construct {
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: BoardUpdatesProps) {
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
      batchSize: 100, // no batching window: a dashboard is told at once, and what arrives meanwhile shares the next frame
      parallelizationFactor: 1, // one batch at a time coalesces the most
      // Without bounds one bad record blocks its shard for the 24 hours that a stream lives.
      retryAttempts: 10,
      maxRecordAge: Duration.hours(1),
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      onFailure: this.deadLetters.destination,
    });
    // Lambda checks the role's access to the stream when it creates the mapping.
    if (handler.function.role !== undefined) mapping.node.addDependency(handler.function.role);
  }
}
