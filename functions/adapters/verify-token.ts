import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { RequestError } from '../../protocol/errors.ts';
import { userId } from '../../protocol/ids.ts';
import { logFailure } from './log.ts';

/** The subject of a valid staff token; undefined for any that is not. @throws RequestError `unavailable` where the issuer's keys cannot be had */
export type VerifyToken = (token: string) => Promise<string | undefined>;

/** A key that the issuer has withdrawn counts no longer than this. */
const readAgainAfterMs = 10 * 60_000;
/** While the issuer is out of reach its keys count as long as API Gateway may keep them (DG/http-api-jwt-authorizer). */
const keptThroughOutageMs = 2 * 3600_000;
/** The issuer is asked no more often, whatever key ids the tokens of strangers name, and whether it answers or not. */
const askAtMostEveryMs = 10_000;

/**
 * Verifies a staff token as the HTTP API's JWT authorizer does (DG/http-api-jwt-authorizer): RSA, issuer, `aud` or `client_id`,
 * time. For the one route that takes either a staff token or a caller's.
 */
export const createVerifyToken = (issuer: string, audience: string): VerifyToken => {
  const keys = createKeys(issuer);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        algorithms: ['RS256', 'RS384', 'RS512'],
        requiredClaims: ['exp', 'sub'],
      });
      const isFromTheFuture = payload.iat !== undefined && payload.iat > Date.now() / 1000 + 1;
      const audiences = [payload.aud ?? payload.client_id].flat();
      const subject = userId.safeParse(payload.sub);
      return !isFromTheFuture && audiences.includes(audience) && subject.success ? subject.data : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };
};

/** The issuer's keys: read when first needed, again when they are old or a token names one that is not among them. */
const createKeys = (issuer: string): JWTVerifyGetKey => {
  let known: { readonly find: JWTVerifyGetKey; readonly readAtMs: number } | undefined;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const mayAsk = () => Date.now() - askedAtMs > askAtMostEveryMs;
  const isOlderThan = (ms: number) => known === undefined || Date.now() - known.readAtMs > ms;
  const read = async () => {
    askedAtMs = Date.now();
    try {
      known = { find: createLocalJWKSet(await fetchKeys(issuer)), readAtMs: askedAtMs };
    } catch (error) {
      logFailure('issuer', error);
    }
  };
  /** All who need the keys at once wait for one reading. */
  const readAgain = (): Promise<void> => {
    if (reading === undefined && mayAsk()) {
      reading = read().finally(() => {
        reading = undefined;
      });
    }
    return reading ?? Promise.resolve();
  };

  return async (header, token) => {
    if (isOlderThan(readAgainAfterMs)) await readAgain();
    if (known === undefined || isOlderThan(keptThroughOutageMs)) throw new RequestError('unavailable');
    try {
      return await known.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await readAgain();
      return known.find(header, token);
    }
  };
};

const fetchKeys = async (issuer: string): Promise<JSONWebKeySet> => {
  // OpenID Connect Discovery 1.0, section 3: jwks_uri is required.
  const { jwks_uri } = (await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)) as { jwks_uri: string };
  // What is no key set is refused when it is taken for one.
  return (await fetchJson(jwks_uri)) as JSONWebKeySet;
};

const fetchJson = async (url: string): Promise<unknown> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`the issuer answered ${answer.status}`);
  return answer.json();
};
