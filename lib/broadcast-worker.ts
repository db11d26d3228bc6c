import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { HandlerFunction } from './handler-function.ts';

export interface BroadcastWorkerProps {
  readonly handler: HandlerFunction;
  readonly key: IKey;
}

/** What asynchronous invocation does for broadcasts: two retries, and a dead letter for what failed for good. */
export class BroadcastWorker extends Construct {
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: BroadcastWorkerProps) {
    super(scope, id);
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', { key: props.key });
    this.deadLetters.grantSend(props.handler);
    props.handler.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(1), // a notification that comes later tells people something that no longer holds
      onFailure: this.deadLetters.destination,
    });
  }
}
