import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { HandlerFunctions } from './handler-functions.ts';

export interface AlarmsProps {
  readonly functions: HandlerFunctions;
  readonly broadcastDeadLetters: DeadLetterQueue;
  readonly boardUpdatesDeadLetters: DeadLetterQueue;
  readonly auditDeadLetters: DeadLetterQueue;
  readonly key: Key;
  /** Who is told. @default - nobody; alarms are seen in CloudWatch */
  readonly email: string | undefined;
}

/** The few signs that a person must look: work was given up, functions fail, dashboards lag, or the clock has stopped. */
export class Alarms extends Construct {
  readonly #topic: Topic | undefined;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { functions } = props;
    const period = Duration.minutes(5);
    if (props.email !== undefined) this.#topic = this.#createTopic(props.key, props.email);

    this.#addAlarm('BroadcastGivenUp', 'A broadcast failed for good; its ids are in the queue.', {
      metric: props.broadcastDeadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      threshold: 1,
    });
    this.#addAlarm('BoardUpdateGivenUp', 'Board changes were given up; dashboards heal with their next subscribe.', {
      metric: props.boardUpdatesDeadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      threshold: 1,
    });
    this.#addAlarm('AuditGivenUp', 'What was done to visits is missing in the audit log; the queue says which changes of the stream.', {
      metric: props.auditDeadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      threshold: 1,
    });
    // One expression, since all together say the same: look at the logs. It may take ten metrics at most.
    const usingMetrics = Object.fromEntries(
      Object.values(functions.byName).map((handler, index) => [`errors${index}`, handler.function.metricErrors({ period })]),
    );
    this.#addAlarm('FunctionsFail', 'Functions ended with errors in the last five minutes.', {
      metric: new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, period, label: 'Errors of all functions' }),
      threshold: 5,
    });
    this.#addAlarm('DashboardsLag', 'Changes reach dashboards more than a minute late.', {
      metric: functions.lambda('board-updates').metric('IteratorAge', { period, statistic: 'Maximum' }),
      threshold: 60_000,
    });
    this.#addAlarm('ClockStopped', 'The deadlines have not run for five minutes.', {
      metric: functions.lambda('deadlines').metricInvocations({ period }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  #addAlarm(
    id: string,
    alarmDescription: string,
    props: { metric: IMetric; threshold: number; comparisonOperator?: ComparisonOperator; treatMissingData?: TreatMissingData },
  ): void {
    const alarm = new Alarm(this, id, {
      alarmDescription,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
    if (this.#topic !== undefined) alarm.addAlarmAction(new SnsAction(this.#topic));
  }

  #createTopic(key: Key, email: string): Topic {
    const topic = new Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(email));
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NotifyOfAlarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    return topic;
  }
}
