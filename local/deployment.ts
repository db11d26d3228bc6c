import { join } from 'node:path';
import { LocalStackError } from './errors.ts';
import { type Role, readRole } from './iam/read-role.ts';
import { arrayOf, booleanOf, numberOf, objectOf, stringOf, stringsOf } from './json.ts';
import { arnOf, type Resource, type Template } from './template.ts';
import { type PageHosting, readPageHosting } from './web/page-hosting.ts';

/** What a template deploys, in the terms in which the local stack runs it. Everything here was read from the template: nothing is assumed. */
export interface Deployment {
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly tables: readonly Table[];
  readonly webSocketApi: WebSocketApi | undefined;
  readonly httpApi: HttpApi | undefined;
  readonly streamMappings: readonly StreamMapping[];
  readonly schedules: readonly Schedule[];
  /** ARNs of the queues. */
  readonly queues: readonly string[];
  readonly pages: PageHosting | undefined;
}

export interface LambdaFunction {
  readonly logicalId: string;
  readonly name: string;
  /** A short name for people: the construct's id. */
  readonly displayName: string;
  readonly arn: string;
  /** What it may do. */
  readonly role: Role;
  /** The bundle's module, without its extension. */
  readonly module: string;
  readonly exportName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly reservedConcurrency: number | undefined;
  readonly asynchronous: AsynchronousInvocation;
}

export interface AsynchronousInvocation {
  /** Retries after the first attempt; AWS makes two unless told otherwise: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeMs: number;
  readonly onFailureArn: string | undefined;
}

export interface Table {
  readonly name: string;
  /** The properties that both `AWS::DynamoDB::Table` and `CreateTable` have. */
  readonly creation: Readonly<Record<string, unknown>>;
  readonly timeToLiveAttribute: string | undefined;
  readonly streamArn: string;
  readonly hasStream: boolean;
}

export type Integration = { readonly type: 'lambda'; readonly functionArn: string; readonly timeoutMs: number } | { readonly type: 'mock' };

export interface WebSocketApi {
  readonly id: string;
  readonly stage: string;
  /** The field of the JSON body which names the route, from `$request.body.<field>`. */
  readonly routeField: string;
  readonly routes: ReadonlyMap<string, WebSocketRoute>;
  readonly throttles: Throttles;
  /** With `$context` variables; absent where the stage writes no access log. */
  readonly accessLogFormat: string | undefined;
}

/** How many requests a stage takes. */
export interface Throttles {
  /** For all routes together that have none of their own. */
  readonly stage: Throttle | undefined;
  readonly routes: ReadonlyMap<string, Throttle>;
}

/** A token bucket: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html */
export interface Throttle {
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface WebSocketRoute {
  readonly key: string;
  readonly integration: Integration;
  /** What the integration answers goes back to the client. */
  readonly answers: boolean;
  readonly authorizer: RequestAuthorizer | undefined;
}

export interface RequestAuthorizer {
  readonly functionArn: string;
  /** Names of the headers, and of the query parameters, without which the authorizer is not asked. */
  readonly headers: readonly string[];
  readonly queryParameters: readonly string[];
}

export interface HttpApi {
  readonly id: string;
  readonly stage: string;
  readonly routes: readonly HttpRoute[];
  readonly throttles: Throttles;
  /** As that of a WebSocket API. */
  readonly accessLogFormat: string | undefined;
  readonly cors: CorsConfiguration | undefined;
}

export interface HttpRoute {
  /** `GET /clinics/{clinicId}`, `ANY /x/{proxy+}` or `$default`. */
  readonly key: string;
  readonly integration: Extract<Integration, { type: 'lambda' }>;
  readonly authorizer: JwtConfiguration | undefined;
}

export interface JwtConfiguration {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
}

export interface CorsConfiguration {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
  readonly allowCredentials: boolean;
}

export interface StreamMapping {
  readonly id: string;
  readonly tableName: string;
  readonly streamArn: string;
  readonly functionArn: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize: number;
  /** -1: without end. */
  readonly maximumRetryAttempts: number;
  /** -1: without end. */
  readonly maximumRecordAgeSeconds: number;
  readonly bisects: boolean;
  readonly reportsItemFailures: boolean;
  readonly onFailureArn: string | undefined;
}

export interface Schedule {
  readonly name: string;
  readonly arn: string;
  /** `rate(…)` or `cron(…)`. */
  readonly expression: string;
  readonly functionArn: string;
  /** The payload; undefined: the event that EventBridge makes. */
  readonly input: string | undefined;
}

export const readDeployment = (template: Template): Deployment => {
  const functions = readFunctions(template);
  const invocable = invocableBy(template, functions);
  return {
    functions,
    tables: readTables(template),
    webSocketApi: webSocketApiOf(template, invocable),
    httpApi: httpApiOf(template, invocable),
    streamMappings: readStreamMappings(template, functions),
    schedules: [
      ...template.ofType('AWS::Events::Rule').flatMap((resource) => rulesOf(resource, invocable)),
      ...template.ofType('AWS::Scheduler::Schedule').map((resource) => scheduleOf(resource, functions)),
    ],
    queues: template.ofType('AWS::SQS::Queue').map(({ id }) => arnOf('sqs', id.split('/').at(-1) ?? id)),
    pages: readPageHosting(template),
  };
};

type Functions = ReadonlyMap<string, LambdaFunction>;

/** The functions by their ARNs. */
export const readFunctions = (template: Template): Functions =>
  new Map(template.ofType('AWS::Lambda::Function').flatMap((resource) => functionOf(resource, template)));

const readTables = (template: Template): Table[] =>
  [...template.ofType('AWS::DynamoDB::Table'), ...template.ofType('AWS::DynamoDB::GlobalTable')].map(tableOf);

/** What brings streams to functions. */
export const readStreamMappings = (template: Template, functions: Functions): StreamMapping[] => {
  const tables = readTables(template);
  return template.ofType('AWS::Lambda::EventSourceMapping').map((resource) => streamMappingOf(resource, tables, functions));
};

/** Answers the function of an ARN (or of an integration's URI) if that service may invoke it. */
type Invocable = (uri: unknown, principal: string, what: string) => LambdaFunction;

/** On AWS an API or a rule reaches a function only where an `AWS::Lambda::Permission` says so; a template without it fails here, not there. */
const invocableBy = (template: Template, functions: Functions): Invocable => {
  const permitted = new Set(
    template
      .ofType('AWS::Lambda::Permission')
      .map(({ properties }) => `${lastOf(properties.FunctionName)} ${String(properties.Principal)}`),
  );
  return (uri, principal, what) => {
    const found = knownFunction(functions, uri, what);
    if (!permitted.has(`${found.name} ${principal}`))
      throw new LocalStackError(`${what}: the template permits ${principal} no invocation of ${found.name}.`);
    return found;
  };
};

const lastOf = (arn: unknown): string => String(arn).split(':').at(-1) ?? '';

const knownFunction = (functions: Functions, uri: unknown, what: string): LambdaFunction => {
  const text = String(uri);
  const arn = /functions\/(arn:[^/]+)\/invocations$/.exec(text)?.[1] ?? text;
  const found = functions.get(arn);
  if (found === undefined) throw new LocalStackError(`${what} names the function ${arn}, which the template does not define.`);
  return found;
};

const functionOf = ({ logicalId, id: name, constructPath, properties }: Resource, template: Template): [string, LambdaFunction][] => {
  const s3Key = stringOf(objectOf(properties.Code).S3Key);
  const arn = arnOf('lambda', `function:${name}`);
  if (s3Key === undefined || template.isCustomResourceProvider(arn)) return [];
  const handler = String(properties.Handler);
  const dot = handler.lastIndexOf('.');
  const environment = objectOf(objectOf(properties.Environment).Variables);
  return [
    [
      arn,
      {
        logicalId,
        name,
        displayName: constructPath.filter((id) => !['Resource', 'Function', 'Default'].includes(id)).at(-1) ?? logicalId,
        arn,
        role: readRole(template, properties.Role, name),
        module: join(template.assetDirectory(s3Key), handler.slice(0, dot)),
        exportName: handler.slice(dot + 1),
        environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)])),
        timeoutMs: (numberOf(properties.Timeout) ?? 3) * 1000,
        memoryMb: numberOf(properties.MemorySize) ?? 128,
        reservedConcurrency: numberOf(properties.ReservedConcurrentExecutions),
        asynchronous: asynchronousOf(template, name),
      },
    ],
  ];
};

const asynchronousOf = (template: Template, functionName: string): AsynchronousInvocation => {
  const config = objectOf(
    template.ofType('AWS::Lambda::EventInvokeConfig').find(({ properties }) => lastOf(properties.FunctionName) === functionName)
      ?.properties,
  );
  return {
    maximumRetryAttempts: numberOf(config.MaximumRetryAttempts) ?? 2,
    maximumEventAgeMs: (numberOf(config.MaximumEventAgeInSeconds) ?? 21_600) * 1000,
    onFailureArn: stringOf(objectOf(objectOf(config.DestinationConfig).OnFailure).Destination),
  };
};

const tableOf = ({ id: name, properties }: Resource): Table => {
  const stream = objectOf(properties.StreamSpecification);
  const hasStream = stream.StreamViewType !== undefined;
  const timeToLive = objectOf(properties.TimeToLiveSpecification);
  const indexes = (value: unknown): unknown =>
    Array.isArray(value) ? value.map((index) => ({ ...pick(objectOf(index), ['IndexName', 'KeySchema', 'Projection']) })) : undefined;
  return {
    name,
    creation: {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      ...pick(properties, ['AttributeDefinitions', 'KeySchema']),
      ...definedOnly({ GlobalSecondaryIndexes: indexes(properties.GlobalSecondaryIndexes) }),
      ...definedOnly({ LocalSecondaryIndexes: indexes(properties.LocalSecondaryIndexes) }),
      ...(hasStream ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } } : {}),
    },
    timeToLiveAttribute: booleanOf(timeToLive.Enabled) ? stringOf(timeToLive.AttributeName) : undefined,
    streamArn: arnOf('dynamodb', `table/${name}/stream/local`),
    hasStream,
  };
};

const pick = (object: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, object[key]]));

const definedOnly = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

interface FoundApi {
  readonly api: Resource;
  readonly id: string;
  readonly stage: string;
  readonly throttles: Throttles;
  readonly accessLogFormat: string | undefined;
}

const apiOf = (template: Template, protocol: string): FoundApi | undefined => {
  const [api, ...more] = template.ofType('AWS::ApiGatewayV2::Api').filter(({ properties }) => properties.ProtocolType === protocol);
  if (api === undefined) return undefined;
  if (more.length > 0) throw new LocalStackError(`The local stack runs one ${protocol} API, the template has ${more.length + 1}.`);
  const id = api.id;
  const stage = template.ofType('AWS::ApiGatewayV2::Stage').find(({ properties }) => properties.ApiId === id);
  if (stage === undefined) throw new LocalStackError(`The ${protocol} API ${api.logicalId} has no stage: nobody could call it.`);
  return {
    api,
    id,
    stage: String(stage.properties.StageName),
    throttles: throttlesOf(stage),
    accessLogFormat: stringOf(objectOf(stage.properties.AccessLogSettings).Format),
  };
};

const throttlesOf = ({ properties }: Resource): Throttles => ({
  stage: throttleOf(properties.DefaultRouteSettings),
  routes: new Map(
    Object.entries(objectOf(properties.RouteSettings)).flatMap(([key, settings]): [string, Throttle][] => {
      const throttle = throttleOf(settings);
      return throttle === undefined ? [] : [[key, throttle]];
    }),
  ),
});

const throttleOf = (settings: unknown): Throttle | undefined => {
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = objectOf(settings);
  const [ratePerSecond, most] = [numberOf(rate), numberOf(burst)];
  return ratePerSecond === undefined || most === undefined ? undefined : { ratePerSecond, burst: most };
};

const routesOf = (template: Template, apiId: string): Resource[] =>
  template.ofType('AWS::ApiGatewayV2::Route').filter(({ properties }) => properties.ApiId === apiId);

const integrationOf = (template: Template, route: Resource, invocable: Invocable, defaultTimeoutMs: number): Integration => {
  const what = `Route ${String(route.properties.RouteKey)}`;
  const logicalId = String(route.properties.Target).split('/').at(-1);
  const properties = template.ofType('AWS::ApiGatewayV2::Integration').find((each) => each.logicalId === logicalId)?.properties;
  switch (properties?.IntegrationType) {
    case 'AWS_PROXY':
      return {
        type: 'lambda',
        functionArn: invocable(properties.IntegrationUri, 'apigateway.amazonaws.com', what).arn,
        timeoutMs: numberOf(properties.TimeoutInMillis) ?? defaultTimeoutMs,
      };
    case 'MOCK':
      return { type: 'mock' };
    default:
      throw new LocalStackError(`${what}: the local stack does not know an integration of type ${String(properties?.IntegrationType)}.`);
  }
};

/** Integration time-outs: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const webSocketTimeoutMs = 29_000;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const httpTimeoutMs = 30_000;

const webSocketApiOf = (template: Template, invocable: Invocable): WebSocketApi | undefined => {
  const found = apiOf(template, 'WEBSOCKET');
  if (found === undefined) return undefined;
  const selection = String(found.api.properties.RouteSelectionExpression);
  const routeField = /^\$request\.body\.(\w+)$/.exec(selection)?.[1];
  if (routeField === undefined) throw new LocalStackError(`The local stack does not know the route selection expression ${selection}.`);
  const answered = new Set(template.ofType('AWS::ApiGatewayV2::RouteResponse').map(({ properties }) => String(properties.RouteId)));
  const routes = routesOf(template, found.id).map((route): WebSocketRoute => {
    const key = String(route.properties.RouteKey);
    const integration = integrationOf(template, route, invocable, webSocketTimeoutMs);
    const answers = route.properties.RouteResponseSelectionExpression === '$default' && answered.has(route.logicalId);
    if (answers && integration.type === 'mock')
      throw new LocalStackError(`Route ${key}: the local stack knows no answers of MOCK integrations.`);
    return { key, integration, answers, authorizer: requestAuthorizerOf(template, route, invocable) };
  });
  const { id, stage, throttles, accessLogFormat } = found;
  return { id, stage, routeField, routes: new Map(routes.map((route) => [route.key, route])), throttles, accessLogFormat };
};

const authorizerOf = (template: Template, route: Resource): Resource | undefined => {
  const { AuthorizationType: type, AuthorizerId: id, RouteKey: key } = route.properties;
  if (type === undefined || type === 'NONE') return undefined;
  const authorizer = template.ofType('AWS::ApiGatewayV2::Authorizer').find((each) => each.logicalId === id);
  if (authorizer === undefined)
    throw new LocalStackError(`Route ${String(key)}: the local stack does not know authorization of type ${String(type)}.`);
  return authorizer;
};

const requestAuthorizerOf = (template: Template, route: Resource, invocable: Invocable): RequestAuthorizer | undefined => {
  const authorizer = authorizerOf(template, route);
  if (authorizer === undefined) return undefined;
  const what = `Authorizer ${authorizer.logicalId}`;
  const { AuthorizerType: type, AuthorizerUri: uri, IdentitySource } = authorizer.properties;
  if (type !== 'REQUEST') throw new LocalStackError(`${what}: a WebSocket API's authorizer is of type REQUEST, not ${String(type)}.`);
  if (route.properties.RouteKey !== '$connect') throw new LocalStackError(`${what}: only $connect can have an authorizer.`);
  const sources = stringsOf(IdentitySource);
  const named = (pattern: RegExp): string[] => sources.flatMap((source) => pattern.exec(source)?.[1] ?? []);
  const headers = named(/^route\.request\.header\.(.+)$/);
  const queryParameters = named(/^route\.request\.querystring\.(.+)$/);
  if (headers.length + queryParameters.length < sources.length)
    throw new LocalStackError(`${what}: the local stack does not know one of ${sources.join(', ')}.`);
  return { functionArn: invocable(uri, 'apigateway.amazonaws.com', what).arn, headers, queryParameters };
};

const httpApiOf = (template: Template, invocable: Invocable): HttpApi | undefined => {
  const found = apiOf(template, 'HTTP');
  if (found === undefined) return undefined;
  const routes = routesOf(template, found.id).map((route): HttpRoute => {
    const key = String(route.properties.RouteKey);
    const integration = integrationOf(template, route, invocable, httpTimeoutMs);
    if (integration.type === 'mock') throw new LocalStackError(`Route ${key}: HTTP APIs have no MOCK integration.`);
    return { key, integration, authorizer: jwtConfigurationOf(template, route) };
  });
  const { id, stage, throttles, accessLogFormat } = found;
  return { id, stage, routes, throttles, cors: corsOf(found.api.properties.CorsConfiguration), accessLogFormat };
};

const jwtConfigurationOf = (template: Template, route: Resource): JwtConfiguration | undefined => {
  const authorizer = authorizerOf(template, route);
  if (authorizer === undefined) return undefined;
  const { AuthorizerType: type, JwtConfiguration: jwt, IdentitySource: source } = authorizer.properties;
  if (type !== 'JWT' || String(stringsOf(source)) !== '$request.header.Authorization')
    throw new LocalStackError(`Authorizer ${authorizer.logicalId}: the local stack knows JWT from the Authorization header alone.`);
  return {
    issuer: String(objectOf(jwt).Issuer),
    audience: stringsOf(objectOf(jwt).Audience),
    scopes: stringsOf(route.properties.AuthorizationScopes),
  };
};

const corsOf = (value: unknown): CorsConfiguration | undefined => {
  if (value === undefined) return undefined;
  const cors = objectOf(value);
  return {
    allowOrigins: stringsOf(cors.AllowOrigins),
    allowMethods: stringsOf(cors.AllowMethods),
    allowHeaders: stringsOf(cors.AllowHeaders),
    exposeHeaders: stringsOf(cors.ExposeHeaders),
    maxAgeSeconds: numberOf(cors.MaxAge),
    allowCredentials: booleanOf(cors.AllowCredentials),
  };
};

const streamMappingOf = ({ logicalId, properties }: Resource, tables: readonly Table[], functions: Functions): StreamMapping => {
  const table = tables.find((each) => each.hasStream && each.streamArn === properties.EventSourceArn);
  if (table === undefined)
    throw new LocalStackError(`Event source mapping ${logicalId}: the local stack knows the streams of the template's tables only.`);
  for (const unknown of ['FilterCriteria', 'TumblingWindowInSeconds'])
    if (properties[unknown] !== undefined)
      throw new LocalStackError(`Event source mapping ${logicalId}: the local stack does not know ${unknown}.`);
  return {
    id: logicalId,
    tableName: table.name,
    streamArn: table.streamArn,
    functionArn: knownFunction(functions, withFunctionArn(properties.FunctionName), `Event source mapping ${logicalId}`).arn,
    startingPosition: properties.StartingPosition === 'LATEST' ? 'LATEST' : 'TRIM_HORIZON',
    batchSize: numberOf(properties.BatchSize) ?? 100,
    maximumRetryAttempts: numberOf(properties.MaximumRetryAttempts) ?? -1,
    maximumRecordAgeSeconds: numberOf(properties.MaximumRecordAgeInSeconds) ?? -1,
    bisects: booleanOf(properties.BisectBatchOnFunctionError),
    reportsItemFailures: arrayOf(properties.FunctionResponseTypes).includes('ReportBatchItemFailures'),
    onFailureArn: stringOf(objectOf(objectOf(properties.DestinationConfig).OnFailure).Destination),
  };
};

const withFunctionArn = (nameOrArn: unknown): string =>
  String(nameOrArn).startsWith('arn:') ? String(nameOrArn) : arnOf('lambda', `function:${String(nameOrArn)}`);

const rulesOf = ({ logicalId, properties }: Resource, invocable: Invocable): Schedule[] => {
  const expression = stringOf(properties.ScheduleExpression);
  if (expression === undefined || properties.State === 'DISABLED') return [];
  return arrayOf(properties.Targets).map((target) => ({
    name: logicalId,
    arn: arnOf('events', `rule/${logicalId}`),
    expression,
    functionArn: invocable(objectOf(target).Arn, 'events.amazonaws.com', `Rule ${logicalId}`).arn,
    input: stringOf(objectOf(target).Input),
  }));
};

const scheduleOf = ({ logicalId, properties }: Resource, functions: Functions): Schedule => {
  const target = objectOf(properties.Target);
  return {
    name: logicalId,
    arn: arnOf('scheduler', `schedule/default/${logicalId}`),
    expression: String(properties.ScheduleExpression),
    functionArn: knownFunction(functions, target.Arn, `Schedule ${logicalId}`).arn,
    input: stringOf(target.Input) ?? '{}',
  };
};
