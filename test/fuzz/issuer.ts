import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { morning } from '../builders/times.ts';

/** Access tokens by the names that inputs use. */
export type StaffTokens = ReadonlyMap<string, string>;

const issuer = 'https://issuer.example';
const audience = 'waiting-area';

/**
 * An issuer without a network: from now on `fetch` answers its two documents in this thread, and nothing else.
 * The tokens are good until long after any run, but for one that is meant to be late.
 */
export const startIssuer = async (): Promise<StaffTokens> => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const foreign = await generateKeyPair('RS256');
  const documents: Readonly<Record<string, unknown>> = {
    [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}/jwks` },
    [`${issuer}/jwks`]: { keys: [{ ...(await exportJWK(publicKey)), kid: 'key', alg: 'RS256', use: 'sig' }] },
  };
  globalThis.fetch = async (address) => {
    const document = documents[String(address)];
    if (document === undefined) throw new Error(`nothing but the issuer is fetched, not ${String(address)}`);
    return Response.json(document);
  };
  const sign = (subject: string, key: CryptoKey, expiresAt: number | string = '10y') =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'key' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt(morning / 1000 - 3600)
      .setExpirationTime(expiresAt)
      .sign(key);
  const unsigned = [{ alg: 'none' }, { sub: 'admin', iss: issuer, aud: audience, exp: 9_999_999_999 }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return new Map([
    ['member token', await sign('clerk', privateKey)],
    ['stranger token', await sign('stranger', privateKey)],
    ['late token', await sign('clerk', privateKey, 1)],
    ['foreign token', await sign('clerk', foreign.privateKey)],
    ['unsigned token', `${unsigned.join('.')}.`],
  ]);
};
