import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalStackError } from './errors.ts';
import { arrayOf, isObject, objectOf, stringOf } from './json.ts';

/** The account and Region that the local stack pretends to be. */
export const local = { account: '123456789012', region: 'us-east-1', partition: 'aws', urlSuffix: 'amazonaws.com' } as const;

export interface Resource {
  readonly logicalId: string;
  /** What `Ref` answers. */
  readonly id: string;
  readonly type: string;
  /** Ids of the constructs that made it, from the stack's child to its own; empty where the app gives no path metadata. */
  readonly constructPath: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A synthesized stack whose references are resolved as CloudFormation would resolve them after a deployment. */
export interface Template {
  ofType(type: string): Resource[];
  /** What `Fn::GetAtt` answers. */
  attribute(logicalId: string, name: string): string;
  /** Whether a function belongs to the CDK's custom resources, which CloudFormation runs during a deployment only. */
  isCustomResourceProvider(functionArn: string): boolean;
  /** The folder that holds a bundled asset. */
  assetDirectory(s3Key: string): string;
}

/** Reads the one stack of a cloud assembly. */
export const readTemplate = async (assembly: string): Promise<Template> => {
  const names = (await readdir(assembly)).filter((name) => name.endsWith('.template.json'));
  const [name, ...more] = names;
  if (name === undefined || more.length > 0)
    throw new LocalStackError(`The local stack runs an app of one stack, this one has ${names.length}.`);
  const template = objectOf(JSON.parse(await readFile(join(assembly, name), 'utf8')));
  const assets = objectOf(JSON.parse(await readFile(join(assembly, name.replace('.template.json', '.assets.json')), 'utf8')));
  return resolveTemplate(template, (s3Key) => {
    const source = objectOf(objectOf(objectOf(assets.files)[s3Key.replace(/\.zip$/, '')]).source);
    const path = stringOf(source.path);
    if (path === undefined) throw new LocalStackError(`The assembly has no asset ${s3Key}.`);
    return join(assembly, path);
  });
};

export const resolveTemplate = (template: Readonly<Record<string, unknown>>, assetDirectory: (s3Key: string) => string): Template => {
  const references = referencesOf(template);
  const resources = Object.entries(objectOf(template.Resources))
    .filter(([, resource]) => references.holds(objectOf(resource).Condition))
    .map(([logicalId, resource]): Resource => {
      const { Type, Properties, Metadata } = objectOf(resource);
      const constructPath = (stringOf(objectOf(Metadata)['aws:cdk:path']) ?? '').split('/').slice(1);
      return {
        logicalId,
        id: String(references.ref(logicalId)),
        type: String(Type),
        constructPath,
        properties: objectOf(references.resolve(Properties)),
      };
    });
  return {
    ofType: (type) => resources.filter((resource) => resource.type === type),
    attribute: (logicalId, name) => String(references.attribute(logicalId, name)),
    isCustomResourceProvider: (functionArn) => resources.some(({ properties }) => properties.ServiceToken === functionArn),
    assetDirectory,
  };
};

const referencesOf = (template: Readonly<Record<string, unknown>>) => {
  const resources = objectOf(template.Resources);
  const parameters = objectOf(template.Parameters);
  const conditions = objectOf(template.Conditions);
  const mappings = objectOf(template.Mappings);
  const pseudo: Record<string, unknown> = {
    'AWS::AccountId': local.account,
    'AWS::Region': local.region,
    'AWS::Partition': local.partition,
    'AWS::URLSuffix': local.urlSuffix,
    'AWS::StackName': 'local',
    'AWS::StackId': `arn:aws:cloudformation:${local.region}:${local.account}:stack/local/0`,
    'AWS::NoValue': undefined,
  };

  const holds = (condition: unknown): boolean => {
    if (condition === undefined) return true;
    if (typeof condition === 'string') return holds(conditions[condition]);
    const [name, argument] = Object.entries(objectOf(condition))[0] ?? [];
    const parts = arrayOf(argument);
    switch (name) {
      case 'Condition':
        return holds(argument);
      case 'Fn::Equals':
        return resolve(parts[0]) === resolve(parts[1]);
      case 'Fn::And':
        return parts.every(holds);
      case 'Fn::Or':
        return parts.some(holds);
      case 'Fn::Not':
        return !holds(parts[0]);
      default:
        throw new LocalStackError(`The local stack does not know the condition ${JSON.stringify(condition)}.`);
    }
  };

  const resourceOf = (logicalId: string): Record<string, unknown> => {
    const resource = resources[logicalId];
    if (resource === undefined) throw new LocalStackError(`The template refers to ${logicalId}, which it does not define.`);
    return objectOf(resource);
  };

  const ref = (name: string): unknown => {
    if (name in pseudo) return pseudo[name];
    if (name in parameters) return objectOf(parameters[name]).Default ?? '';
    const resource = resourceOf(name);
    return physicalId(name, String(resource.Type), (property) => stringOf(resolve(objectOf(resource.Properties)[property])));
  };

  const attribute = (logicalId: string, name: string): unknown => {
    const { Type: type, Properties: properties } = resourceOf(logicalId);
    const id = String(ref(logicalId));
    if (name === 'ApiEndpoint') return `${objectOf(properties).ProtocolType === 'WEBSOCKET' ? 'wss' : 'https'}://${apiHost(id)}`;
    return attributes[`${String(type)}.${name}`]?.(id) ?? `${logicalId}.${name}`;
  };

  const substitute = (text: string, variables: Record<string, unknown>): string =>
    text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (name in variables) return String(resolve(variables[name]));
      const [logicalId = '', ...rest] = name.split('.');
      return String(rest.length > 0 ? attribute(logicalId, rest.join('.')) : ref(name));
    });

  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve).filter((each) => each !== undefined);
    if (!isObject(value)) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'))) return intrinsic(name, argument);
    return Object.fromEntries(entries.map(([key, each]) => [key, resolve(each)]).filter(([, each]) => each !== undefined));
  };

  const intrinsic = (name: string, argument: unknown): unknown => {
    const parts = arrayOf(argument);
    switch (name) {
      case 'Ref':
        return ref(String(argument));
      case 'Fn::GetAtt': {
        const [logicalId, ...path] = typeof argument === 'string' ? argument.split('.') : parts.map(String);
        return attribute(String(logicalId), path.join('.'));
      }
      case 'Fn::Join':
        return arrayOf(resolve(parts[1])).join(String(parts[0]));
      case 'Fn::Sub':
        return typeof argument === 'string' ? substitute(argument, {}) : substitute(String(parts[0]), objectOf(parts[1]));
      case 'Fn::Select':
        return arrayOf(resolve(parts[1]))[Number(resolve(parts[0]))];
      case 'Fn::Split':
        return String(resolve(parts[1])).split(String(parts[0]));
      case 'Fn::If':
        return resolve(holds(parts[0]) ? parts[1] : parts[2]);
      case 'Fn::FindInMap':
        return objectOf(objectOf(mappings[String(resolve(parts[0]))])[String(resolve(parts[1]))])[String(resolve(parts[2]))];
      case 'Fn::GetAZs':
        return [`${local.region}a`, `${local.region}b`];
      default:
        throw new LocalStackError(`The local stack does not know ${name}.`);
    }
  };

  return { resolve, holds, ref, attribute };
};

/** An ARN in the pretended account and Region. */
export const arnOf = (service: string, rest: string): string =>
  `arn:${local.partition}:${service}:${local.region}:${local.account}:${rest}`;

/** The id that CloudFormation's `Ref` answers. Ids that AWS draws are made from the logical id, so that they stay the same from start to start. */
const physicalId = (logicalId: string, type: string, property: (name: string) => string | undefined): string => {
  switch (type) {
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable':
      return property('TableName') ?? logicalId;
    case 'AWS::Lambda::Function':
      return property('FunctionName') ?? logicalId;
    case 'AWS::ApiGatewayV2::Api':
      return createHash('sha256').update(logicalId).digest('hex').slice(0, 10);
    case 'AWS::ApiGatewayV2::Stage':
      return property('StageName') ?? logicalId;
    case 'AWS::SQS::Queue':
      return `https://sqs.${local.region}.${local.urlSuffix}/${local.account}/${property('QueueName') ?? logicalId}`;
    case 'AWS::SNS::Topic':
      return arnOf('sns', property('TopicName') ?? logicalId);
    default:
      return logicalId;
  }
};

/** The host name of an API's default endpoint. */
export const apiHost = (id: string): string => `${id}.execute-api.${local.region}.${local.urlSuffix}`;

const attributes: Readonly<Record<string, (id: string) => string>> = {
  'AWS::DynamoDB::Table.Arn': (id) => arnOf('dynamodb', `table/${id}`),
  'AWS::DynamoDB::Table.StreamArn': (id) => arnOf('dynamodb', `table/${id}/stream/local`),
  'AWS::DynamoDB::GlobalTable.Arn': (id) => arnOf('dynamodb', `table/${id}`),
  'AWS::DynamoDB::GlobalTable.StreamArn': (id) => arnOf('dynamodb', `table/${id}/stream/local`),
  'AWS::Lambda::Function.Arn': (id) => arnOf('lambda', `function:${id}`),
  'AWS::SQS::Queue.Arn': (id) => arnOf('sqs', id.split('/').at(-1) ?? id),
  'AWS::SQS::Queue.QueueName': (id) => id.split('/').at(-1) ?? id,
  'AWS::SNS::Topic.TopicArn': (id) => id,
  'AWS::KMS::Key.Arn': (id) => arnOf('kms', `key/${id}`),
  'AWS::Logs::LogGroup.Arn': (id) => arnOf('logs', `log-group:${id}:*`),
  'AWS::IAM::Role.Arn': (id) => `arn:${local.partition}:iam::${local.account}:role/${id}`,
  'AWS::Events::Rule.Arn': (id) => arnOf('events', `rule/${id}`),
  'AWS::Scheduler::Schedule.Arn': (id) => arnOf('scheduler', `schedule/default/${id}`),
  'AWS::ApiGatewayV2::Api.ApiId': (id) => id,
  'AWS::CloudFront::Distribution.DomainName': (id) => `${id.toLowerCase()}.cloudfront.net`,
};
