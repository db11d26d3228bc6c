import type { Resource, Synthesized } from './synthesize.ts';
import { text } from './synthesize.ts';

/** What an access log may say: when, which request, which route, how it ended. Written out a second time: a change is meant to be made twice. */
const accessLogFields = {
  HTTP: ['requestTime', 'requestId', 'routeKey', 'status', 'responseLength', 'responseLatency', 'integrationStatus', 'error.responseType'],
  WEBSOCKET: ['requestTime', 'requestId', 'connectionId', 'eventType', 'routeKey', 'status', 'integrationLatency', 'error.responseType'],
};

/** Where each kind of resource names the key that encrypts what it holds. */
const keyOf: Readonly<Record<string, (properties: Resource['Properties']) => unknown>> = {
  // As CloudFormation shapes them.
  'AWS::DynamoDB::Table': ({ SSESpecification }) =>
    (SSESpecification as { SSEEnabled?: boolean; KMSMasterKeyId?: unknown } | undefined)?.KMSMasterKeyId,
  'AWS::SQS::Queue': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::SNS::Topic': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::Logs::LogGroup': ({ KmsKeyId }) => KmsKeyId,
};

/** How a template could let a text, a name or a token get where nobody guards it; each finding names its resource. */
export const privacyFindings = (stack: Synthesized): string[] => [
  ...stages(stack).flatMap(([id, stage, protocol]) => [
    ...payloadsLogged(id, stage, protocol),
    ...accessLogFindings(stack, id, stage, protocol),
  ]),
  ...Object.entries(stack.all('AWS::Lambda::Function')).flatMap(([id, { Properties }]) => functionFindings(stack, id, Properties)),
  ...Object.entries(stack.all('AWS::IAM::Policy')).flatMap(([id, { Properties }]) =>
    JSON.stringify(Properties).includes('"xray:') ? [`${id} may write traces`] : [],
  ),
  ...Object.entries(keyOf).flatMap(([type, key]) =>
    Object.entries(stack.all(type)).flatMap(([id, { Properties }]) =>
      text(key(Properties) ?? '') === 'DataKey.Arn' ? [] : [`${id} is not encrypted with the stage's own key`],
    ),
  ),
  ...Object.entries(stack.all('AWS::Logs::LogGroup')).flatMap(([id, { Properties }]) =>
    Number(Properties.RetentionInDays) <= 90 ? [] : [`${id} keeps logs for longer than three months`],
  ),
];

type Protocol = keyof typeof accessLogFields;

const stages = (stack: Synthesized): [id: string, properties: Resource['Properties'], protocol: Protocol][] =>
  Object.entries(stack.all('AWS::ApiGatewayV2::Stage')).map(([id, { Properties }]) => [
    id,
    Properties,
    // The two kinds of API that there are.
    stack.resource(text(Properties.ApiId)).Properties.ProtocolType as Protocol,
  ]);

/** Execution logs and data traces hold whole frames: off for the stage, and on for none of its routes. An HTTP API has neither. */
const payloadsLogged = (id: string, stage: Resource['Properties'], protocol: Protocol): string[] => {
  // As CloudFormation shapes them.
  const ofRoutes = Object.values((stage.RouteSettings ?? {}) as Record<string, Record<string, unknown>>);
  const ofStage = (stage.DefaultRouteSettings ?? {}) as Record<string, unknown>;
  const isOff = protocol === 'HTTP' || (ofStage.DataTraceEnabled === false && ofStage.LoggingLevel === 'OFF');
  const isOn = [ofStage, ...ofRoutes].some(
    ({ DataTraceEnabled, LoggingLevel }) => DataTraceEnabled === true || (LoggingLevel !== undefined && LoggingLevel !== 'OFF'),
  );
  return isOff && !isOn ? [] : [`${id} logs payloads`];
};

const accessLogFindings = (stack: Synthesized, id: string, stage: Resource['Properties'], protocol: Protocol): string[] => {
  // As CloudFormation shapes them.
  const { Format, DestinationArn } = (stage.AccessLogSettings ?? {}) as { Format?: string; DestinationArn?: unknown };
  const expected = Object.fromEntries(accessLogFields[protocol].map((field) => [field, `$context.${field}`]));
  const group = text(DestinationArn ?? '').replace(/\.Arn$/, '');
  return [
    ...(Format === JSON.stringify(expected) ? [] : [`${id} logs other fields of a request: ${Format}`]),
    ...(group in stack.all('AWS::Logs::LogGroup') ? [] : [`${id} logs to a group that is not of this stack`]),
  ];
};

/** Functions that the CDK writes, by the beginning of their id: no event of a clinic reaches them. */
const ofTheCdk = {
  /** Fills the bucket of the public pages during a deployment; it logs to a group of ours. */
  CustomCDKBucketDeployment: { logsToOurs: true },
  /** Empties that bucket when the stack is destroyed; the CDK lets nobody choose its log group. */
  CustomS3AutoDeleteObjectsCustomResourceProviderHandler: { logsToOurs: false },
} as const;

const functionFindings = (stack: Synthesized, id: string, properties: Resource['Properties']): string[] => {
  // As CloudFormation shapes them.
  const group = text((properties.LoggingConfig as { LogGroup?: unknown } | undefined)?.LogGroup ?? '');
  const cdk = Object.entries(ofTheCdk).find(([prefix]) => id.startsWith(prefix))?.[1];
  const variables = (properties.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
  return [
    ...(properties.TracingConfig === undefined ? [] : [`${id} writes traces`]),
    ...(group in stack.all('AWS::Logs::LogGroup') || cdk?.logsToOurs === false
      ? []
      : [`${id} logs to a group of its own making, without our key`]),
    ...(cdk || variables.POWERTOOLS_LOG_LEVEL === 'INFO' ? [] : [`${id} logs at another level than INFO`]),
    ...(Object.keys(variables).some((name) => /^POWERTOOLS_(LOGGER_LOG_EVENT|DEV|TRACE)/.test(name)) ? [`${id} logs its events`] : []),
  ];
};
