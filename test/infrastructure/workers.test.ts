import { describe, expect, it } from '@jest/globals';
import type { FunctionName } from '../../lib/permissions.ts';
import { synthesize, text } from './synthesize.ts';

const stack = synthesize();
const withEmail = synthesize({ alarmEmail: 'on-call@clinic.example' });

describe('the broadcast worker', () => {
  it('is tried three times within an hour, then leaves a dead letter', () => {
    const config = stack.only(
      'AWS::Lambda::EventInvokeConfig',
      ({ FunctionName }) => text(FunctionName) === stack.function('broadcast').id,
    );
    expect(config.Properties).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600 });
    expect(JSON.stringify(config.Properties.DestinationConfig)).toMatch(/"OnFailure".*BroadcastWorkerDeadLetters/);
  });
});

const mappingOf = (name: FunctionName) =>
  stack.only('AWS::Lambda::EventSourceMapping', ({ FunctionName }) => text(FunctionName) === stack.function(name).id);

describe('the audit trail', () => {
  it('follows the same stream for as long as Lambda has a record, in batches of five seconds', () => {
    const mapping = mappingOf('audit');
    expect(mapping.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['Callers', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      ParallelizationFactor: 1,
      MaximumRetryAttempts: 10_000,
      MaximumRecordAgeInSeconds: 24 * 3600,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(JSON.stringify(mapping.Properties.DestinationConfig)).toMatch(/"OnFailure".*AuditTrailDeadLetters/);
  });

  it('has no third beside it: a shard serves two readers', () => {
    expect(Object.keys(stack.all('AWS::Lambda::EventSourceMapping'))).toHaveLength(2);
  });
});

describe('board updates', () => {
  it('follow the stream of Callers with bounds, so that one bad record blocks nothing for long', () => {
    const mapping = mappingOf('board-updates');
    expect(mapping.Properties).toMatchObject({
      FunctionName: { Ref: stack.function('board-updates').id },
      EventSourceArn: { 'Fn::GetAtt': ['Callers', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      ParallelizationFactor: 1,
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 3600,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(mapping.Properties).not.toHaveProperty('MaximumBatchingWindowInSeconds');
    expect(JSON.stringify(mapping.Properties.DestinationConfig)).toMatch(/"OnFailure".*BoardUpdatesDeadLetters/);
  });
});

describe('the deadlines', () => {
  it('run every minute', () => {
    const rule = stack.only('AWS::Events::Rule');
    expect(rule.Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    expect(JSON.stringify(rule.Properties.Targets)).toContain(`"Fn::GetAtt":["${stack.function('deadlines').id}","Arn"]`);
  });

  it('are not repeated: the next minute does the same work', () => {
    const config = stack.only(
      'AWS::Lambda::EventInvokeConfig',
      ({ FunctionName }) => text(FunctionName) === stack.function('deadlines').id,
    );
    expect(config.Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
  });
});

describe('the dead letters', () => {
  const queues = Object.entries(stack.all('AWS::SQS::Queue'));

  it('stay for 14 days, encrypted with our key', () => {
    expect(queues).toHaveLength(3);
    for (const [, queue] of queues) {
      expect(queue.Properties).toEqual({ KmsMasterKeyId: { 'Fn::GetAtt': ['DataKey', 'Arn'] }, MessageRetentionPeriod: 14 * 24 * 3600 });
    }
  });

  it.each(queues.map(([id]) => id))('%s is reached over TLS only', (id) => {
    const policy = stack.only('AWS::SQS::QueuePolicy', ({ Queues }) => JSON.stringify(Queues) === JSON.stringify([{ Ref: id }]));
    expect(JSON.stringify(policy.Properties.PolicyDocument)).toContain(
      '"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"',
    );
  });
});

describe('the alarms', () => {
  const alarms = stack.all('AWS::CloudWatch::Alarm');

  it('are these', () => {
    expect(Object.keys(alarms).map((id) => id.replace(/^Alarms|[0-9A-F]{8}$/g, ''))).toEqual([
      'BroadcastGivenUp',
      'BoardUpdateGivenUp',
      'AuditGivenUp',
      'FunctionsFail',
      'DashboardsLag',
      'ClockStopped',
    ]);
  });

  it('tell nobody when no address is given', () => {
    for (const alarm of Object.values(alarms)) expect(alarm.Properties).not.toHaveProperty('AlarmActions');
    expect(stack.all('AWS::SNS::Topic')).toEqual({});
  });

  it('tell the given address, over a topic encrypted with our key', () => {
    const topic = withEmail.only('AWS::SNS::Topic');
    expect(topic.Properties).toMatchObject({ KmsMasterKeyId: { 'Fn::GetAtt': ['DataKey', 'Arn'] } });
    expect(withEmail.only('AWS::SNS::Subscription').Properties).toMatchObject({ Protocol: 'email', Endpoint: 'on-call@clinic.example' });
    for (const alarm of Object.values(withEmail.all('AWS::CloudWatch::Alarm'))) {
      expect(alarm.Properties.AlarmActions).toEqual([{ Ref: topic.id }]);
    }
    expect(JSON.stringify(withEmail.resource('DataKey').Properties.KeyPolicy)).toContain(
      '"Principal":{"Service":"cloudwatch.amazonaws.com"}',
    );
  });
});
