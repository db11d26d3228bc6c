import { apisOf, authorizerOf, handshakeAuthorizersOf, routesOf } from './api-routes.ts';
import type { Rule } from './rule.ts';
import { elementsOf, fieldsOf, type TemplateResource, textOf } from './template.ts';

/** Who may come in, and from which pages. */
export const accessRules: readonly Rule[] = [
  {
    name: 'ConnectHasAuthorizer',
    says: 'Each WebSocket API has a $connect whose authorizer is a function, asked only with an identity source: later frames are judged by its context.',
    broken: (template) =>
      apisOf(template, 'WEBSOCKET').flatMap((api): TemplateResource[] => {
        const connect = routesOf(template, 'WEBSOCKET').find((route) => route.api.id === api.id && route.key === '$connect');
        if (connect === undefined) return [api];
        const { AuthorizerType, IdentitySource } = authorizerOf(template, connect)?.properties ?? {};
        const holds =
          connect.resource.properties.AuthorizationType === 'CUSTOM' &&
          AuthorizerType === 'REQUEST' &&
          elementsOf(IdentitySource).length > 0;
        return holds ? [] : [connect.resource];
      }),
  },
  {
    name: 'CredentialIsInHeader',
    says: 'Each authorizer looks for what proves who asks in headers alone: a query stands in logs, proxies and histories.',
    broken: (template) =>
      template
        .ofType('AWS::ApiGatewayV2::Authorizer')
        .filter(
          ({ properties }) =>
            !elementsOf(properties.IdentitySource).every((source) => /^(route\.|\$)request\.header\./.test(textOf(source))),
        ),
  },
  {
    name: 'HandshakeNamesOrigins',
    says: 'The function that judges handshakes is given ALLOWED_ORIGINS, origins by name: no stranger’s page opens a socket.',
    broken: (template) =>
      handshakeAuthorizersOf(template).filter(({ properties }) => {
        const allowed = textOf(fieldsOf(fieldsOf(properties.Environment).Variables).ALLOWED_ORIGINS);
        return !allowed.split(',').every(isOrigin);
      }),
  },
  {
    name: 'CorsNamesOrigins',
    says: 'CORS allows origins and headers by name, and no credentials.',
    broken: (template) =>
      apisOf(template, 'HTTP').filter(({ properties }) => {
        const { AllowOrigins, AllowHeaders, AllowCredentials } = fieldsOf(properties.CorsConfiguration);
        const origins = elementsOf(AllowOrigins);
        const named = origins.length > 0 && origins.map(textOf).every(isOrigin) && !elementsOf(AllowHeaders).includes('*');
        return !named || (AllowCredentials !== undefined && AllowCredentials !== false);
      }),
  },
  {
    name: 'RouteHasJwt',
    says: 'Each route of an HTTP API has a JWT authorizer that names issuer and audience, or is acknowledged as one that judges for itself.',
    broken: (template) =>
      routesOf(template, 'HTTP')
        .filter((route) => {
          const { Audience, Issuer } = fieldsOf(authorizerOf(template, route)?.properties.JwtConfiguration);
          return route.isPublic || textOf(Issuer) === '' || elementsOf(Audience).length === 0;
        })
        .map(({ resource }) => resource),
  },
];

/** One origin; a reference stands for what only a deployment knows. */
function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*,/\s]+$/.test(text);
}
