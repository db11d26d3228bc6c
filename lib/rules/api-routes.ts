import { fieldsOf, type Template, type TemplateResource, textOf } from './template.ts';

export type Protocol = 'WEBSOCKET' | 'HTTP';

/** A route with the API that it belongs to. */
export interface Route {
  readonly resource: TemplateResource;
  readonly api: TemplateResource;
  readonly key: string;
  readonly protocol: Protocol;
  /** Whether anyone may make it run a function: an HTTP route without an authorizer, or a handshake, whose authorizer is a function of ours. */
  readonly isPublic: boolean;
}

export interface Stage {
  readonly resource: TemplateResource;
  readonly protocol: Protocol;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** By route key. */
  readonly routeSettings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly routes: readonly Route[];
}

export function apisOf(template: Template, protocol: Protocol): TemplateResource[] {
  return template.ofType('AWS::ApiGatewayV2::Api').filter(({ properties }) => properties.ProtocolType === protocol);
}

export function routesOf(template: Template, protocol: Protocol): Route[] {
  return apisOf(template, protocol).flatMap((api) =>
    template
      .ofType('AWS::ApiGatewayV2::Route')
      .filter(({ properties }) => textOf(properties.ApiId) === `<${api.id}>`)
      .map((resource) => {
        const key = String(resource.properties.RouteKey);
        const isPublic = protocol === 'HTTP' ? resource.properties.AuthorizationType !== 'JWT' : key === '$connect';
        return { resource, api, key, protocol, isPublic };
      }),
  );
}

export function stagesOf(template: Template, protocol: Protocol): Stage[] {
  const routes = routesOf(template, protocol);
  return apisOf(template, protocol).flatMap((api) =>
    template
      .ofType('AWS::ApiGatewayV2::Stage')
      .filter(({ properties }) => textOf(properties.ApiId) === `<${api.id}>`)
      .map((resource) => ({
        resource,
        protocol,
        defaults: fieldsOf(resource.properties.DefaultRouteSettings),
        routeSettings: Object.fromEntries(
          Object.entries(fieldsOf(resource.properties.RouteSettings)).map(([key, settings]) => [key, fieldsOf(settings)]),
        ),
        routes: routes.filter((route) => route.api.id === api.id),
      })),
  );
}

export function everyStageOf(template: Template): Stage[] {
  return [...stagesOf(template, 'WEBSOCKET'), ...stagesOf(template, 'HTTP')];
}

/** The authorizer of a route, where the template has it. */
export function authorizerOf(template: Template, route: Route): TemplateResource | undefined {
  return template.referredTo(route.resource.properties.AuthorizerId, 'AWS::ApiGatewayV2::Authorizer')[0];
}

/** The functions that strangers make run: those behind public HTTP routes, and the authorizers of handshakes. */
export function publicFunctionsOf(template: Template): TemplateResource[] {
  const lambdas = (uri: unknown) => template.referredTo(uri, 'AWS::Lambda::Function');
  const behindRoutes = routesOf(template, 'HTTP')
    .filter(({ isPublic }) => isPublic)
    .flatMap(({ resource }) => template.referredTo(resource.properties.Target, 'AWS::ApiGatewayV2::Integration'))
    .flatMap(({ properties }) => lambdas(properties.IntegrationUri));
  return [...new Set([...behindRoutes, ...handshakeAuthorizersOf(template)])];
}

/** The functions that judge handshakes. */
export function handshakeAuthorizersOf(template: Template): TemplateResource[] {
  const found = routesOf(template, 'WEBSOCKET').flatMap((route) => {
    const authorizer = authorizerOf(template, route);
    return authorizer === undefined ? [] : template.referredTo(authorizer.properties.AuthorizerUri, 'AWS::Lambda::Function');
  });
  return [...new Set(found)];
}
