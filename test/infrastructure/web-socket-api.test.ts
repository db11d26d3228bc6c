import { describe, expect, it } from '@jest/globals';
import { synthesize, text } from './synthesize.ts';

const stack = synthesize();
const production = synthesize({ stage: 'production' });
const api = stack.only('AWS::ApiGatewayV2::Api', ({ ProtocolType }) => ProtocolType === 'WEBSOCKET');
const routes = Object.entries(stack.all('AWS::ApiGatewayV2::Route')).filter(([, route]) => text(route.Properties.ApiId) === api.id);

function routeOf(routeKey: string) {
  const found = routes.find(([, route]) => route.Properties.RouteKey === routeKey);
  if (found === undefined) throw new Error(`no route ${routeKey}`);
  const [id, { Properties }] = found;
  return { id, properties: Properties, integration: stack.resource(text(Properties.Target).replace('integrations/', '')).Properties };
}

const expected = [
  { routeKey: '$connect', name: 'connection', answers: false },
  { routeKey: '$disconnect', name: 'connection', answers: false },
  { routeKey: '$default', name: 'connection', answers: true },
  { routeKey: 'resume', name: 'caller-socket', answers: true },
  { routeKey: 'sendMessage', name: 'caller-socket', answers: true },
  { routeKey: 'acknowledge', name: 'caller-socket', answers: true },
  { routeKey: 'leave', name: 'caller-socket', answers: true },
  { routeKey: 'subscribe', name: 'staff-socket', answers: true },
  { routeKey: 'notify', name: 'staff-socket', answers: true },
  { routeKey: 'broadcast', name: 'staff-socket', answers: true },
  { routeKey: 'thread', name: 'staff-socket', answers: true },
  { routeKey: 'markRead', name: 'staff-socket', answers: true },
  { routeKey: 'setStatus', name: 'staff-socket', answers: true },
] as const;

describe('the routes of the WebSocket API', () => {
  it('are the actions of the contract', () => {
    expect(routes.map(([, route]) => route.Properties.RouteKey).sort()).toEqual(
      [...expected.map(({ routeKey }) => routeKey), 'ping'].sort(),
    );
    expect(api.Properties.RouteSelectionExpression).toBe('$request.body.action');
  });

  it.each(expected)('$routeKey runs $name', ({ routeKey, name }) => {
    const { integration } = routeOf(routeKey);
    expect(integration.IntegrationType).toBe('AWS_PROXY');
    expect(text(integration.IntegrationUri)).toBe(
      `arn:AWS::Partition:apigateway:AWS::Region:lambda:path/2015-03-31/functions/${stack.function(name).id}.Arn/invocations`,
    );
  });

  it.each(expected)('$routeKey may invoke $name', ({ routeKey, name }) => {
    const sources = Object.values(stack.all('AWS::Lambda::Permission'))
      .filter(({ Properties }) => text(Properties.FunctionName) === `${stack.function(name).id}.Arn`)
      .map(({ Properties }) => text(Properties.SourceArn));
    expect(sources).toContain(`arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:${api.id}/*${routeKey}`);
  });

  it.each(expected)('$routeKey answers on the same socket: $answers', ({ routeKey, answers }) => {
    const { id, properties } = routeOf(routeKey);
    const responses = Object.values(stack.all('AWS::ApiGatewayV2::RouteResponse')).filter(
      ({ Properties }) => text(Properties.RouteId) === id,
    );
    expect(responses.map(({ Properties }) => Properties.RouteResponseKey)).toEqual(answers ? ['$default'] : []);
    expect(properties.RouteResponseSelectionExpression).toBe(answers ? '$default' : undefined);
  });

  it('ping runs nothing and is not answered', () => {
    const { id, properties, integration } = routeOf('ping');
    expect(integration).toMatchObject({
      IntegrationType: 'MOCK',
      RequestTemplates: { 200: '{"statusCode":200}' },
      TemplateSelectionExpression: '200',
    });
    expect(properties).not.toHaveProperty('RouteResponseSelectionExpression');
    expect(Object.values(stack.all('AWS::ApiGatewayV2::RouteResponse')).map(({ Properties }) => text(Properties.RouteId))).not.toContain(
      id,
    );
  });
});

describe('the authorizer', () => {
  const authorizer = stack.only('AWS::ApiGatewayV2::Authorizer', ({ AuthorizerType }) => AuthorizerType === 'REQUEST');

  it('reads the ticket from the subprotocol and is never cached', () => {
    expect(authorizer.Properties.IdentitySource).toEqual(['route.request.header.Sec-WebSocket-Protocol']);
    expect(authorizer.Properties).not.toHaveProperty('AuthorizerResultTtlInSeconds');
    expect(text(authorizer.Properties.AuthorizerUri)).toContain(`/functions/${stack.function('authorize').id}.Arn/invocations`);
  });

  it('guards $connect, and only $connect', () => {
    expect(routeOf('$connect').properties).toMatchObject({ AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: authorizer.id } });
    for (const [, route] of routes) {
      if (route.Properties.RouteKey !== '$connect') expect(route.Properties.AuthorizationType).toBe('NONE');
    }
  });

  it('may be invoked by this authorizer alone', () => {
    const permission = stack.only(
      'AWS::Lambda::Permission',
      ({ FunctionName }) => text(FunctionName) === `${stack.function('authorize').id}.Arn`,
    );
    expect(text(permission.Properties.SourceArn)).toBe(
      `arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:${api.id}/authorizers/${authorizer.id}`,
    );
  });
});

describe('the stage of the WebSocket API', () => {
  const stage = stack.only('AWS::ApiGatewayV2::Stage', ({ ApiId }) => text(ApiId) === api.id);

  it('is named after the stage and deploys every change', () => {
    expect(stage.Properties).toMatchObject({ StageName: 'development', AutoDeploy: true });
    production.template.hasResourceProperties('AWS::ApiGatewayV2::Stage', { StageName: 'production' });
  });

  it('is throttled, handshakes and broadcasts more than the rest, and logs no frames', () => {
    expect(stage.Properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 5000, ThrottlingBurstLimit: 2500, DataTraceEnabled: false, LoggingLevel: 'OFF' },
      RouteSettings: {
        $connect: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 250, DataTraceEnabled: false, LoggingLevel: 'OFF' },
        broadcast: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40, DataTraceEnabled: false, LoggingLevel: 'OFF' },
      },
    });
  });

  it('waits for its routes and for leave to write logs', () => {
    const account = stack.only('AWS::ApiGateway::Account');
    expect(stage.DependsOn).toEqual(expect.arrayContaining([...routes.map(([id]) => id), account.id]));
    expect(account).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('logs who did what and how it ended, and nothing that a person wrote', () => {
    const { Format } = stage.Properties.AccessLogSettings as { Format: string }; // as CloudFormation shapes it
    expect(Object.keys(JSON.parse(Format))).toEqual([
      'requestTime',
      'requestId',
      'connectionId',
      'eventType',
      'routeKey',
      'status',
      'integrationLatency',
      'error.responseType',
    ]);
  });
});
