import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { HandlerFunction } from './handler-function.ts';

export interface DeadlinesProps {
  readonly handler: HandlerFunction;
}

/** Runs the deadlines every minute. A run that failed is not repeated: the next minute finds the same work. */
export class Deadlines extends Construct {
  constructor(scope: Construct, id: string, props: DeadlinesProps) {
    super(scope, id);
    const lambda = props.handler.function;
    lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, 'EveryMinute', {
      description: 'Waiting Area: unanswered messages, silent callers, undelivered messages',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}
