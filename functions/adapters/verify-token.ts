import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';

/** The subject of a valid staff token; undefined for any that is not. */
export type VerifyToken = (token: string) => Promise<string | undefined>;

/**
 * Verifies a staff token as the HTTP API's JWT authorizer does (DG/http-api-jwt-authorizer): RSA, issuer, `aud` or `client_id`,
 * time. For the one route that takes either a staff token or a caller's.
 * @throws where the issuer's keys cannot be had
 */
export const createVerifyToken = (issuer: string, audience: string): VerifyToken => {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (token) => {
    keys ??= discoverKeys(issuer).catch((error) => {
      keys = undefined;
      throw error;
    });
    try {
      const { payload } = await jwtVerify(token, await keys, {
        issuer,
        algorithms: ['RS256', 'RS384', 'RS512'],
        requiredClaims: ['exp', 'sub'],
      });
      const audiences = [payload.aud ?? payload.client_id].flat();
      return audiences.includes(audience) ? payload.sub : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) return undefined;
      throw error;
    }
  };
};

const discoverKeys = async (issuer: string): Promise<JWTVerifyGetKey> => {
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`the issuer answered ${answer.status}`);
  // OpenID Connect Discovery 1.0, section 3: jwks_uri is required.
  const { jwks_uri } = (await answer.json()) as { jwks_uri: string };
  return createRemoteJWKSet(new URL(jwks_uri));
};
