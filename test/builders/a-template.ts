type Fields = Record<string, unknown>;

const ref = (id: string) => ({ Ref: id });
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const resource = (Type: string, Properties: Fields, more: Fields = {}) => ({ Type, Properties, ...more });
const throttle = (rate: number, burst: number) => ({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst });
const invoking = (id: string) => ({ 'Fn::Join': ['', ['arn:aws:apigateway:functions/', arnOf(id), '/invocations']] });
const accessLog = () => ({
  DestinationArn: arnOf('Log'),
  Format: '{"routeKey":"$context.routeKey","error.responseType":"$context.error.responseType"}',
});
const untraced = { DataTraceEnabled: false, LoggingLevel: 'OFF' };

/** A small template that breaks no rule of `lib/rules`, with one of each thing that they look at. */
const sound = () => ({
  Key: resource('AWS::KMS::Key', {}),
  Log: resource('AWS::Logs::LogGroup', { KmsKeyId: arnOf('Key'), RetentionInDays: 90 }),
  Queue: resource('AWS::SQS::Queue', { KmsMasterKeyId: arnOf('Key') }),
  Topic: resource('AWS::SNS::Topic', { KmsMasterKeyId: ref('Key') }),
  Table: resource(
    'AWS::DynamoDB::Table',
    {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arnOf('Key') },
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAtSeconds' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    },
    { DeletionPolicy: 'Retain' },
  ),

  Authorize: resource('AWS::Lambda::Function', {
    Environment: { Variables: { ALLOWED_ORIGINS: { 'Fn::Join': ['', ['https://', ref('Web'), ',http://localhost:4700']] } } },
    ReservedConcurrentExecutions: 50,
  }),
  Socket: resource('AWS::Lambda::Function', { Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } } }),
  Public: resource('AWS::Lambda::Function', { ReservedConcurrentExecutions: 50 }),
  Permission: resource('AWS::Lambda::Permission', { Principal: 'apigateway.amazonaws.com', SourceArn: ref('Sockets') }),

  Sockets: resource('AWS::ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' }),
  Tickets: resource('AWS::ApiGatewayV2::Authorizer', {
    AuthorizerType: 'REQUEST',
    AuthorizerUri: invoking('Authorize'),
    IdentitySource: ['route.request.header.Sec-WebSocket-Protocol'],
  }),
  Connect: resource('AWS::ApiGatewayV2::Route', {
    ApiId: ref('Sockets'),
    RouteKey: '$connect',
    AuthorizationType: 'CUSTOM',
    AuthorizerId: ref('Tickets'),
  }),
  Broadcast: resource('AWS::ApiGatewayV2::Route', { ApiId: ref('Sockets'), RouteKey: 'broadcast', AuthorizationType: 'NONE' }),
  SocketStage: resource('AWS::ApiGatewayV2::Stage', {
    ApiId: ref('Sockets'),
    DefaultRouteSettings: { ...throttle(5000, 2500), ...untraced },
    RouteSettings: { $connect: { ...throttle(500, 250), ...untraced }, broadcast: { ...throttle(20, 40), ...untraced } },
    AccessLogSettings: accessLog(),
  }),

  Requests: resource('AWS::ApiGatewayV2::Api', {
    ProtocolType: 'HTTP',
    CorsConfiguration: { AllowOrigins: ['https://clinic.example'], AllowHeaders: ['authorization'] },
  }),
  SignedIn: resource('AWS::ApiGatewayV2::Authorizer', {
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://login.example', Audience: ['waiting-area'] },
  }),
  PublicIntegration: resource('AWS::ApiGatewayV2::Integration', { IntegrationUri: arnOf('Public') }),
  Staff: resource('AWS::ApiGatewayV2::Route', {
    ApiId: ref('Requests'),
    RouteKey: 'POST /staff',
    AuthorizationType: 'JWT',
    AuthorizerId: ref('SignedIn'),
  }),
  RequestStage: resource('AWS::ApiGatewayV2::Stage', {
    ApiId: ref('Requests'),
    DefaultRouteSettings: throttle(2000, 1000),
    RouteSettings: { 'POST /door': throttle(200, 200) },
    AccessLogSettings: accessLog(),
  }),
});

/** A route without an authorizer, which breaks RouteHasJwt until it is acknowledged. */
const door = () => ({
  Door: resource('AWS::ApiGatewayV2::Route', {
    ApiId: ref('Requests'),
    RouteKey: 'POST /door',
    AuthorizationType: 'NONE',
    Target: { 'Fn::Join': ['', ['integrations/', ref('PublicIntegration')]] },
  }),
});

type Sound = ReturnType<typeof sound>;
export type ResourceId = keyof Sound | 'Door';

/**
 * The sound template, changed.
 *
 * @param change the new value of a field by its path in a resource's properties, or of the resource itself; undefined takes it away
 */
export const aTemplate = (...changes: readonly (readonly [id: ResourceId, path: string, value: unknown])[]) => {
  const resources: Record<string, Fields> = { ...sound(), ...door() };
  for (const [id, path, value] of changes) {
    const steps = path === '' ? [] : path.split('/');
    const last = steps.pop();
    if (last === undefined) {
      delete resources[id];
      continue;
    }
    // Every path leads through objects of the literals above.
    const parent = steps.reduce<Fields>((fields, step) => fields[step] as Fields, (resources[id] ?? {}) as Fields);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return { Resources: resources };
};
