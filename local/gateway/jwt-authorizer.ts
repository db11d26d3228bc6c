import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { JwtConfiguration } from '../deployment.ts';
import { objectOf, stringOf } from '../json.ts';

/** `allowed` becomes `requestContext.authorizer` of the event. */
export type JwtAuthorization =
  | { readonly allowed: { readonly jwt: { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null } } }
  | { readonly refused: 401 | 403 };

export type JwtAuthorizer = (configuration: JwtConfiguration, authorizationHeader: string | undefined) => Promise<JwtAuthorization>;

/** API Gateway keeps an issuer's keys for up to two hours (the page below). */
const keysKeptMs = 2 * 3600_000;

/**
 * Verifies as an HTTP API does: RSA signatures, `iss`, `aud` or `client_id`, `exp`, `nbf`, `iat`, scopes.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export const createJwtAuthorizer = (): JwtAuthorizer => {
  const keys = new Map<string, Promise<JWTVerifyGetKey>>();
  const keysOf = (issuer: string): Promise<JWTVerifyGetKey> => {
    const known = keys.get(issuer) ?? discoverKeys(issuer);
    keys.set(issuer, known);
    known.catch(() => keys.delete(issuer));
    return known;
  };

  return async (configuration, authorizationHeader) => {
    const token = authorizationHeader?.replace(/^Bearer /i, '').trim();
    if (token === undefined || token === '') return { refused: 401 };
    let claims: JWTPayload;
    try {
      const verified = await jwtVerify(token, await keysOf(configuration.issuer), {
        issuer: configuration.issuer,
        algorithms: ['RS256', 'RS384', 'RS512'],
        requiredClaims: ['exp'],
      });
      claims = verified.payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      return { refused: 401 };
    }
    const issuedInFuture = claims.iat !== undefined && claims.iat > Date.now() / 1000 + 1;
    if (issuedInFuture || !isForAudience(claims, configuration.audience)) return { refused: 401 };
    const granted = scopesOf(claims);
    if (configuration.scopes.length > 0 && !configuration.scopes.some((scope) => granted.includes(scope))) return { refused: 403 };
    return { allowed: { jwt: { claims: textOf(claims), scopes: configuration.scopes.length > 0 ? granted : null } } };
  };
};

const discoverKeys = async (issuer: string): Promise<JWTVerifyGetKey> => {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const jwksUri = stringOf(objectOf(await response.json()).jwks_uri);
  if (jwksUri === undefined) throw new Error(`The issuer ${issuer} names no keys`);
  return createRemoteJWKSet(new URL(jwksUri), { cacheMaxAge: keysKeptMs });
};

/** `client_id` counts only where there is no `aud`. */
const isForAudience = (claims: JWTPayload, audience: readonly string[]): boolean => {
  const named = claims.aud ?? stringOf(claims.client_id);
  const all = named === undefined ? [] : [named].flat();
  return all.some((each) => audience.includes(each));
};

const scopesOf = (claims: JWTPayload): string[] => {
  const scope = claims.scope ?? claims.scp;
  if (Array.isArray(scope)) return scope.map(String);
  return typeof scope === 'string' ? scope.split(' ') : [];
};

/** Claims reach handlers as strings, lists as `[a b]`. */
const textOf = (claims: JWTPayload): Record<string, string> =>
  Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, Array.isArray(value) ? `[${value.join(' ')}]` : String(value)]));
