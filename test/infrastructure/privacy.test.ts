import { describe, expect, it } from '@jest/globals';
import { privacyFindings } from './privacy-findings.ts';
import { Synthesized, synthesize } from './synthesize.ts';

const ownIssuer = { oidcIssuer: 'https://login.example/realm', oidcAudience: 'waiting-area' };
const template = synthesize({ ...ownIssuer, alarmEmail: 'team@clinic.example' }).template.toJSON();
type Properties = Record<string, unknown>;

/** The template after somebody changed one of its resources. */
const changed = (type: string, change: (properties: Properties) => void, which: (id: string) => boolean = () => true): string[] => {
  // CloudFormation's own shape of a template.
  const copy = structuredClone(template) as { Resources: Record<string, { Type: string; Properties: Properties }> };
  const found = Object.entries(copy.Resources).find(([id, resource]) => resource.Type === type && which(id));
  if (!found) throw new Error(`no ${type}`);
  change(found[1].Properties);
  return privacyFindings(new Synthesized(copy));
};

const isOfSockets = (id: string) => id.startsWith('SocketApi');

describe('the template', () => {
  it.each([
    ['for development', {}],
    [
      'for production',
      { stage: 'production', allowedOrigins: 'https://clinic.example', operators: 'operator-sub', alarmEmail: 'team@clinic.example' },
    ],
    ['with an issuer of its own', ownIssuer],
  ])('lets no payload into logs or traces and encrypts all that holds data with its own key: %s', (_case, context) => {
    expect(privacyFindings(synthesize(context))).toEqual([]);
  });

  it.each<[string, string, () => string[]]>([
    [
      'data traces',
      'logs payloads',
      () =>
        changed(
          'AWS::ApiGatewayV2::Stage',
          (stage) => Object.assign(stage.DefaultRouteSettings as object, { DataTraceEnabled: true }),
          isOfSockets,
        ),
    ],
    [
      'data traces of one route',
      'logs payloads',
      () =>
        changed(
          'AWS::ApiGatewayV2::Stage',
          (stage) => Object.assign(stage.RouteSettings as object, { notify: { DataTraceEnabled: true } }),
          isOfSockets,
        ),
    ],
    [
      'execution logs',
      'logs payloads',
      () =>
        changed(
          'AWS::ApiGatewayV2::Stage',
          (stage) => Object.assign(stage.DefaultRouteSettings as object, { LoggingLevel: 'INFO' }),
          isOfSockets,
        ),
    ],
    [
      'logs that nobody switched off',
      'logs payloads',
      () => changed('AWS::ApiGatewayV2::Stage', (stage) => delete stage.DefaultRouteSettings, isOfSockets),
    ],
    [
      'a path in an access log',
      'other fields',
      () =>
        changed('AWS::ApiGatewayV2::Stage', (stage) =>
          Object.assign(stage.AccessLogSettings as object, { Format: '{"path":"$context.path"}' }),
        ),
    ],
    [
      'an access log elsewhere',
      'not of this stack',
      () =>
        changed('AWS::ApiGatewayV2::Stage', (stage) =>
          Object.assign(stage.AccessLogSettings as object, { DestinationArn: 'arn:aws:logs:x' }),
        ),
    ],
    [
      'X-Ray',
      'writes traces',
      () => changed('AWS::Lambda::Function', (lambda) => Object.assign(lambda, { TracingConfig: { Mode: 'Active' } })),
    ],
    [
      'a permission for X-Ray',
      'may write traces',
      () => changed('AWS::IAM::Policy', (policy) => Object.assign(policy, { more: ['xray:PutTraceSegments'] })),
    ],
    [
      'logs that Lambda makes by itself',
      'without our key',
      () => changed('AWS::Lambda::Function', (lambda) => delete lambda.LoggingConfig),
    ],
    [
      'DEBUG for all',
      'another level',
      () =>
        changed(
          'AWS::Lambda::Function',
          (lambda) => Object.assign((lambda.Environment as { Variables: object }).Variables, { POWERTOOLS_LOG_LEVEL: 'DEBUG' }),
          (id) => id.startsWith('Functions'),
        ),
    ],
    [
      'a logger that logs events',
      'logs its events',
      () =>
        changed(
          'AWS::Lambda::Function',
          (lambda) => Object.assign((lambda.Environment as { Variables: object }).Variables, { POWERTOOLS_LOGGER_LOG_EVENT: 'true' }),
          (id) => id.startsWith('Functions'),
        ),
    ],
    [
      'a table under AWS’s key',
      'not encrypted',
      () => changed('AWS::DynamoDB::Table', (table) => Object.assign(table, { SSESpecification: { SSEEnabled: true } })),
    ],
    [
      'a queue under AWS’s key',
      'not encrypted',
      () => changed('AWS::SQS::Queue', (queue) => Object.assign(queue, { KmsMasterKeyId: 'alias/aws/sqs' })),
    ],
    ['a topic without a key', 'not encrypted', () => changed('AWS::SNS::Topic', (topic) => delete topic.KmsMasterKeyId)],
    ['a log group without a key', 'not encrypted', () => changed('AWS::Logs::LogGroup', (group) => delete group.KmsKeyId)],
    ['logs for ever', 'longer than three months', () => changed('AWS::Logs::LogGroup', (group) => delete group.RetentionInDays)],
  ])('would be found out with %s', (_case, finding, findings) => {
    expect(findings()).toEqual([expect.stringContaining(finding)]);
  });
});
