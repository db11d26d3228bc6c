import { Duration, Stack } from 'aws-cdk-lib';
import {
  type CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { createAccessLog } from './access-log.ts';
import type { OidcProvider } from './configuration.ts';
import type { HandlerFunctions } from './handler-functions.ts';

export interface RequestApiProps {
  readonly functions: HandlerFunctions;
  readonly oidcProvider: OidcProvider;
  /** Origins whose pages may call. */
  readonly allowedOrigins: readonly string[];
  readonly key: IKey;
  readonly keepsData: boolean;
}

type Route = readonly [method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string];

/** Anyone may knock; the handler judges a caller's token itself. */
const publicRoutes: readonly Route[] = [
  ['GET', '/health'],
  ['GET', '/clinics/{clinicId}'],
  ['POST', '/clinics/{clinicId}/callers'],
  ['POST', '/clinics/{clinicId}/callers/{callerId}/tickets'],
  ['GET', '/clinics/{clinicId}/callers/{callerId}/messages'],
  ['GET', '/clinics/{clinicId}/callers/{callerId}/export'],
];

/** Nothing runs before API Gateway has checked the token of the identity provider. */
const staffRoutes: readonly Route[] = [
  ['GET', '/clinics'],
  ['POST', '/clinics'],
  ['POST', '/clinics/{clinicId}/tickets'],
  ['GET', '/clinics/{clinicId}/settings'],
  ['PATCH', '/clinics/{clinicId}/settings'],
  ['POST', '/clinics/{clinicId}/invitations'],
  ['POST', '/invitations/{code}'],
  ['GET', '/clinics/{clinicId}/members'],
  ['PUT', '/clinics/{clinicId}/members/{userId}'],
  ['DELETE', '/clinics/{clinicId}/members/{userId}'],
  ['GET', '/clinics/{clinicId}/callers'],
  ['PATCH', '/clinics/{clinicId}/callers/{callerId}'],
  ['DELETE', '/clinics/{clinicId}/callers/{callerId}'],
  ['POST', '/clinics/{clinicId}/callers/{callerId}/messages'],
  ['POST', '/clinics/{clinicId}/broadcasts'],
  ['GET', '/clinics/{clinicId}/broadcasts/{broadcastId}'],
  ['GET', '/clinics/{clinicId}/broadcasts/{broadcastId}/recipients'],
  ['GET', '/clinics/{clinicId}/audit'],
];

/** A fifth of an account's allowance; see `web-socket-api.ts`. */
const stageThrottle = { throttlingRateLimit: 2000, throttlingBurstLimit: 1000 };

/**
 * What anyone may ask, what one might guess, and what costs much. All public routes together, `$connect` of the WebSocket API among them, stay
 * below the smallest account's 2,500 requests a second and bursts of 1,250 (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html):
 * what the public door lets through never uses up what staff, and callers who are in, need. A throttle is the route's, not a client's: docs/deploy.md.
 * Tickets are as many as an account can open sockets.
 */
const routeThrottles = {
  'GET /health': { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 25 },
  'GET /clinics/{clinicId}': { ThrottlingRateLimit: 400, ThrottlingBurstLimit: 200 },
  'POST /clinics/{clinicId}/callers': { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 200 },
  'POST /clinics/{clinicId}/callers/{callerId}/tickets': { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 250 },
  'GET /clinics/{clinicId}/callers/{callerId}/messages': { ThrottlingRateLimit: 350, ThrottlingBurstLimit: 175 },
  'GET /clinics/{clinicId}/callers/{callerId}/export': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 20 },
  'POST /invitations/{code}': { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 },
  'POST /clinics/{clinicId}/broadcasts': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
};

/** The HTTP API. */
export class RequestApi extends Construct {
  /** `https://…`, without a slash at the end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: RequestApiProps) {
    super(scope, id);
    const { functions, oidcProvider } = props;
    const api = new HttpApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      description: 'Waiting Area: HTTP API',
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: [...props.allowedOrigins],
        allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.PUT, CorsHttpMethod.PATCH, CorsHttpMethod.DELETE],
        allowHeaders: ['authorization', 'content-type'],
        maxAge: Duration.hours(1),
      },
    });
    this.url = api.apiEndpoint;

    const publicHttp = new HttpLambdaIntegration('PublicIntegration', functions.lambda('public-http'));
    const staffHttp = new HttpLambdaIntegration('StaffIntegration', functions.lambda('staff-http'));
    const signedIn = new HttpJwtAuthorizer('StaffAuthorizer', oidcProvider.issuer, { jwtAudience: [oidcProvider.audience] });
    const addRoute = ([method, path]: Route, integration: HttpLambdaIntegration, authorizer?: IHttpRouteAuthorizer): HttpRoute =>
      new HttpRoute(this, `${method} ${path}`, {
        httpApi: api,
        routeKey: HttpRouteKey.with(path, HttpMethod[method]),
        integration,
        ...(authorizer !== undefined && { authorizer }),
      });
    const routes = [
      ...publicRoutes.map((route) => addRoute(route, publicHttp)),
      ...staffRoutes.map((route) => addRoute(route, staffHttp, signedIn)),
    ];

    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      autoDeploy: true,
      accessLogSettings: createAccessLog(this, 'AccessLog', {
        ...props,
        variables: [
          'requestTime',
          'requestId',
          'routeKey',
          'status',
          'responseLength',
          'responseLatency',
          'integrationStatus',
          'error.responseType',
        ],
      }),
    });
    // The L1 under an HttpStage is always a CfnStage.
    const cfnStage = stage.node.defaultChild as CfnStage;
    cfnStage.defaultRouteSettings = stageThrottle;
    cfnStage.routeSettings = routeThrottles;
    // Settings of a route are refused before the route exists.
    stage.node.addDependency(...routes);
  }
}
