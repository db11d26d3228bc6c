import { CfnElement, type Stack } from 'aws-cdk-lib';

/** A rule of cdk-nag, or of our own in `lib/rules`, that this deployment breaks knowingly. */
export interface AcknowledgedRule {
  /** As cdk-nag prints it after "Acknowledge with"; ours begin with `WaitingArea::`. */
  readonly rules: readonly string[];
  /** Resources, by their path in the stack. */
  readonly at: RegExp;
  readonly reason: string;
}

/** A finding on a policy names what it found, in its own spelling of the template. */
const wildcard = (found: string) => `AwsSolutions-IAM5[${found}]`;
const managedPolicy = (name: string) => `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${name}]`;
const connections = (method: string) =>
  wildcard(`Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<SocketApi>/<stage>/${method}/@connections/*`);

const everyFunction = /^Functions\/[a-z-]+\/Function\/Resource$/;
const everyRole = /^Functions\/[a-z-]+\/Role\/DefaultPolicy\//;
/** The CDK's own function that fills the bucket of the pages during a deployment, and never again. */
const bucketDeployment = /^Custom::CDKBucketDeployment/;

/** What is broken, where, and why it stays so. `test/infrastructure/rules.test.ts` fails on any finding that is not here, and on any line that finds nothing. */
export const acknowledgedRules: readonly AcknowledgedRule[] = [
  {
    rules: ['AwsSolutions-APIG4'],
    at: /^SocketApi\/Api\/(?!\$connect).*-Route\//,
    reason: 'API Gateway lets only $connect have an authorizer; its context comes with every frame, and each frame is judged again.',
  },
  {
    rules: ['AwsSolutions-APIG4', 'WaitingArea::RouteHasJwt'],
    at: /^HttpApi\/(GET --health|GET --clinics--{clinicId}|POST --clinics--{clinicId}--callers|POST .*--{callerId}--tickets|GET .*--{callerId}--(?:messages|export))\/Resource$/,
    reason:
      'Public by the contract: health, what a waiting page may know, check-in; the others take the caller’s own token, which the function judges.',
  },
  {
    rules: [connections('POST')],
    at: /^Functions\/(caller-socket|staff-socket|staff-http|broadcast|board-updates|deadlines)\/Role\//,
    reason: 'A connection’s id is known only once it is open: one API, one stage and one method are named, the connection cannot be.',
  },
  {
    rules: [connections('DELETE')],
    at: /^Functions\/(caller-socket|staff-http|board-updates)\/Role\//,
    reason: 'As for posting: they close sockets of whom they end, remove or replace.',
  },
  {
    rules: [connections('GET')],
    at: /^Functions\/deadlines\/Role\//,
    reason: 'As for posting: it asks whether a silent socket is still there.',
  },
  {
    rules: [wildcard('Resource::<Callers.Arn>/stream/*')],
    at: /^Functions\/(board-updates|audit)\/Role\//,
    reason: 'A stream’s name holds the time at which it was made.',
  },
  {
    rules: [
      ...['s3:GetObject*', 's3:GetBucket*', 's3:List*', 's3:DeleteObject*', 's3:Abort*'].map((action) => wildcard(`Action::${action}`)),
      wildcard('Resource::<PagesBucket.Arn>/*'),
      wildcard('Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*'),
    ],
    at: bucketDeployment,
    reason: 'The CDK’s grants to copy between its own asset bucket and ours; no data of a clinic is in either.',
  },
  {
    rules: [managedPolicy('AWSLambdaBasicExecutionRole')],
    at: bucketDeployment,
    reason: 'The CDK gives this function AWS’s policy for writing logs.',
  },
  {
    rules: [managedPolicy('AmazonAPIGatewayPushToCloudWatchLogs')],
    at: /^SocketApi\/Logging\/Role\//,
    reason: 'API Gateway writes access logs by exactly this policy: apigateway/latest/developerguide/websocket-api-logging.html.',
  },
  {
    rules: ['AwsSolutions-L1', 'Serverless-LambdaLatestVersion'],
    at: bucketDeployment,
    reason: 'The CDK chooses the runtime of its own function and keeps it current.',
  },
  {
    rules: ['AwsSolutions-CFR1'],
    at: /^WebHosting\/Distribution\//,
    reason: 'Patients and interpreters call from abroad.',
  },
  {
    rules: ['AwsSolutions-CFR2'],
    at: /^WebHosting\/Distribution\//,
    reason: 'It serves the same public files to everyone; a web ACL in front costs more than the whole service.',
  },
  {
    rules: ['AwsSolutions-CFR3', 'AwsSolutions-S1', 'HIPAA.Security-S3BucketLoggingEnabled'],
    at: /^WebHosting\/(Distribution|Bucket)\//,
    reason: 'Who opened which waiting page would be health data in a log; the files are public and the same for all.',
  },
  {
    rules: ['AwsSolutions-CFR4'],
    at: /^WebHosting\/Distribution\//,
    reason:
      'A distribution without a domain of its own has CloudFront’s certificate and no choice of protocol; docs/deploy.md says how to bring a domain.',
  },
  {
    rules: ['AwsSolutions-COG2'],
    at: /^UserDirectory\/UserPool\//,
    reason:
      'One-time codes are offered to everyone and can be required in the pool; a clinic with an identity provider of its own brings its own rule.',
  },
  {
    rules: ['AwsSolutions-COG8'],
    at: /^UserDirectory\/UserPool\//,
    reason: 'Threat protection is priced for each user who signs in in a month, and people are added by an administrator only.',
  },
  {
    rules: ['AwsSolutions-SQS3', 'Serverless-SQSRedrivePolicy'],
    at: /\/DeadLetters\//,
    reason: 'These are the dead-letter queues.',
  },
  {
    rules: ['Serverless-SNSRedrivePolicy'],
    at: /^Alarms\/Topic\//,
    reason: 'A mail that SNS cannot deliver is tried again by SNS itself, and the alarm stays red in CloudWatch.',
  },
  {
    rules: ['HIPAA.Security-CloudWatchAlarmAction'],
    at: /^Alarms\//,
    reason: 'Without `-c alarmEmail=…` nobody is told; the alarms are seen in CloudWatch.',
  },
  {
    rules: ['HIPAA.Security-DynamoDBInBackupPlan'],
    at: /^Tables\//,
    reason: 'Point-in-time recovery covers 35 days; messages of a visit are kept for days only, and copies would outlive the retention.',
  },
  {
    rules: ['HIPAA.Security-IAMNoInlinePolicy'],
    at: everyRole,
    reason: 'Each role belongs to one function: its policy is written beside it and goes with it.',
  },
  {
    rules: ['HIPAA.Security-IAMNoInlinePolicy'],
    at: bucketDeployment,
    reason: 'The CDK writes the policy of its own function.',
  },
  {
    rules: [
      'HIPAA.Security-LambdaInsideVPC',
      'HIPAA.Security-LambdaConcurrency',
      'HIPAA.Security-LambdaDLQ',
      'Serverless-LambdaDLQ',
      'Serverless-LambdaTracing',
    ],
    at: bucketDeployment,
    reason: 'The CDK’s own function runs once a deployment and fails it where it fails.',
  },
  {
    rules: ['HIPAA.Security-LambdaInsideVPC'],
    at: everyFunction,
    reason:
      'They reach DynamoDB, API Gateway and Lambda by signed HTTPS; a network of their own would need endpoints for each and protect nothing more.',
  },
  {
    rules: ['HIPAA.Security-LambdaConcurrency'],
    at: everyFunction,
    reason:
      'New accounts have ten executions in all, of which none can be reserved. `-c publicConcurrency=N` reserves for the two functions that strangers make run; the others share the rest.',
  },
  {
    rules: ['HIPAA.Security-LambdaDLQ', 'Serverless-LambdaDLQ'],
    at: everyFunction,
    reason:
      'Most are called synchronously and answer their caller; `broadcast`, `board-updates` and `audit` have a destination, and `deadlines` runs again within a minute.',
  },
  {
    rules: ['Serverless-LambdaTracing'],
    at: everyFunction,
    reason: 'A WebSocket API has no traces of its own, so that X-Ray would show fragments, at a price for each frame.',
  },
  {
    rules: ['Serverless-EventBusDLQ', 'Serverless-LambdaAsyncFailureDestination'],
    at: /^(Deadlines\/EveryMinute|Functions\/deadlines\/Function)\//,
    reason: 'A run that is lost is made up for by the next one, a minute later; an alarm tells when none comes.',
  },
  {
    rules: [
      'HIPAA.Security-S3BucketReplicationEnabled',
      'HIPAA.Security-S3BucketVersioningEnabled',
      'HIPAA.Security-S3DefaultEncryptionKMS',
    ],
    at: /^WebHosting\/Bucket\//,
    reason: 'It holds the public files of the pages, which each deployment brings anew, and nothing else.',
  },
];

export interface Acknowledgement {
  readonly resource: CfnElement;
  readonly rule: string;
  readonly reason: string;
}

/** The lines above for the resources of a stack, each rule in cdk-nag's own spelling. */
export function acknowledgementsOf(stack: Stack, stage: string): Acknowledgement[] {
  const resources = stack.node.findAll().filter((construct) => CfnElement.isCfnElement(construct));
  const pathOf = (resource: CfnElement) => resource.node.path.slice(stack.node.path.length + 1);
  const logicalId = (path: string) => {
    const resource = resources.find((each) => pathOf(each) === path);
    return resource === undefined ? '' : String(stack.resolve(resource.logicalId));
  };
  const spelled = (rule: string) =>
    rule
      .replace('<SocketApi>', `<${logicalId('SocketApi/Api/Resource')}>`)
      .replace('<PagesBucket.Arn>', `<${logicalId('WebHosting/Bucket/Resource')}.Arn>`)
      .replace('<stage>', stage);
  return acknowledgedRules.flatMap(({ rules, at, reason }) =>
    resources
      .filter((resource) => at.test(pathOf(resource)))
      .flatMap((resource) => rules.map((rule) => ({ resource, rule: spelled(rule), reason }))),
  );
}
