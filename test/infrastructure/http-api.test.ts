import { describe, expect, it } from '@jest/globals';
import { goodRoutes } from '../fuzz/good.ts';
import { synthesize, text } from './synthesize.ts';

const stack = synthesize({
  oidcIssuer: 'https://login.example/realm',
  oidcAudience: 'waiting-area',
  allowedOrigins: 'https://clinic.example, http://localhost:4700',
});
const api = stack.only('AWS::ApiGatewayV2::Api', ({ ProtocolType }) => ProtocolType === 'HTTP');
const routes = Object.entries(stack.all('AWS::ApiGatewayV2::Route')).filter(([, route]) => text(route.Properties.ApiId) === api.id);
const authorizer = stack.only('AWS::ApiGatewayV2::Authorizer', ({ AuthorizerType }) => AuthorizerType === 'JWT');

const publicRoutes = [
  'GET /health',
  'GET /clinics/{clinicId}',
  'POST /clinics/{clinicId}/callers',
  'POST /clinics/{clinicId}/callers/{callerId}/tickets',
  'GET /clinics/{clinicId}/callers/{callerId}/messages',
  'GET /clinics/{clinicId}/callers/{callerId}/export',
];
const staffRoutes = [
  'GET /clinics',
  'POST /clinics',
  'POST /clinics/{clinicId}/tickets',
  'GET /clinics/{clinicId}/settings',
  'PATCH /clinics/{clinicId}/settings',
  'POST /clinics/{clinicId}/invitations',
  'POST /invitations/{code}',
  'GET /clinics/{clinicId}/members',
  'PUT /clinics/{clinicId}/members/{userId}',
  'DELETE /clinics/{clinicId}/members/{userId}',
  'GET /clinics/{clinicId}/callers',
  'PATCH /clinics/{clinicId}/callers/{callerId}',
  'DELETE /clinics/{clinicId}/callers/{callerId}',
  'POST /clinics/{clinicId}/callers/{callerId}/messages',
  'POST /clinics/{clinicId}/broadcasts',
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}',
  'GET /clinics/{clinicId}/broadcasts/{broadcastId}/recipients',
  'GET /clinics/{clinicId}/audit',
];

function routeOf(routeKey: string) {
  const found = routes.find(([, route]) => route.Properties.RouteKey === routeKey);
  if (found === undefined) throw new Error(`no route ${routeKey}`);
  const { Properties } = found[1];
  return { properties: Properties, integration: stack.resource(text(Properties.Target).replace('integrations/', '')).Properties };
}

describe('the routes of the HTTP API', () => {
  it('are those of the contract', () => {
    expect(routes.map(([, route]) => route.Properties.RouteKey).sort()).toEqual([...publicRoutes, ...staffRoutes].sort());
    // What is not in this list, `npm run fuzz` passes by.
    expect(Object.keys(goodRoutes).sort()).toEqual([...publicRoutes, ...staffRoutes].sort());
  });

  it.each(publicRoutes)('%s is open to anyone and runs public-http', (routeKey) => {
    const { properties, integration } = routeOf(routeKey);
    expect(properties.AuthorizationType).toBe('NONE');
    expect(properties).not.toHaveProperty('AuthorizerId');
    expect(text(integration.IntegrationUri)).toBe(`${stack.function('public-http').id}.Arn`);
  });

  it.each(staffRoutes)('%s wants a token of the issuer and runs staff-http', (routeKey) => {
    const { properties, integration } = routeOf(routeKey);
    expect(properties).toMatchObject({ AuthorizationType: 'JWT', AuthorizerId: { Ref: authorizer.id } });
    expect(text(integration.IntegrationUri)).toBe(`${stack.function('staff-http').id}.Arn`);
  });

  it.each([...publicRoutes, ...staffRoutes])('%s may invoke its function', (routeKey) => {
    const { integration } = routeOf(routeKey);
    const sources = Object.values(stack.all('AWS::Lambda::Permission'))
      .filter(({ Properties }) => text(Properties.FunctionName) === text(integration.IntegrationUri))
      .map(({ Properties }) => text(Properties.SourceArn));
    const path = routeKey.slice(routeKey.indexOf('/'));
    expect(sources).toContain(`arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:${api.id}/*/*${path}`);
    expect(integration).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
  });
});

describe('the HTTP API', () => {
  it('checks tokens against the issuer and audience', () => {
    expect(authorizer.Properties).toMatchObject({
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://login.example/realm', Audience: ['waiting-area'] },
    });
  });

  it('lets its own pages and those of the given origins call it', () => {
    const cors = api.Properties.CorsConfiguration as { AllowOrigins: unknown[] }; // as CloudFormation shapes it
    const { id } = stack.only('AWS::CloudFront::Distribution');
    expect(cors.AllowOrigins.map(text)).toEqual([`https://${id}.DomainName`, 'https://clinic.example', 'http://localhost:4700']);
    expect(cors).toMatchObject({
      AllowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      AllowHeaders: ['authorization', 'content-type'],
      MaxAge: 3600,
    });
  });

  it('lets no other page call it when no origin is given', () => {
    const other = synthesize().only('AWS::ApiGatewayV2::Api', ({ ProtocolType }) => ProtocolType === 'HTTP');
    expect(other.Properties.CorsConfiguration).toMatchObject({ AllowOrigins: [expect.anything()] });
  });

  it('answers at its own address', () => {
    expect(api.Properties).not.toHaveProperty('DisableExecuteApiEndpoint');
  });
});

describe('the stage of the HTTP API', () => {
  const stage = stack.only('AWS::ApiGatewayV2::Stage', ({ ApiId }) => text(ApiId) === api.id);

  it('is the default one, deploys every change and waits for its routes', () => {
    expect(stage.Properties).toMatchObject({ StageName: '$default', AutoDeploy: true });
    expect(stage.DependsOn).toEqual(expect.arrayContaining(routes.map(([id]) => id)));
  });

  it('is throttled, more where anyone may ask, might guess, or costs much', () => {
    expect(stage.Properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 2000, ThrottlingBurstLimit: 1000 },
      RouteSettings: {
        'GET /health': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 25 },
        'GET /clinics/{clinicId}': { ThrottlingRateLimit: 400, ThrottlingBurstLimit: 200 },
        'POST /clinics/{clinicId}/callers': { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 200 },
        'POST /clinics/{clinicId}/callers/{callerId}/tickets': { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 250 },
        'GET /clinics/{clinicId}/callers/{callerId}/messages': { ThrottlingRateLimit: 350, ThrottlingBurstLimit: 175 },
        'GET /clinics/{clinicId}/callers/{callerId}/export': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 20 },
        'POST /invitations/{code}': { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 },
        'POST /clinics/{clinicId}/broadcasts': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
      },
    });
  });

  it('logs the route and how it ended, and no path, query, header or address', () => {
    const { Format } = stage.Properties.AccessLogSettings as { Format: string }; // as CloudFormation shapes it
    expect(Object.keys(JSON.parse(Format))).toEqual([
      'requestTime',
      'requestId',
      'routeKey',
      'status',
      'responseLength',
      'responseLatency',
      'integrationStatus',
      'error.responseType',
    ]);
  });
});
