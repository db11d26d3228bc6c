import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';
import { isObject, parseJson } from './json.ts';

/** The audience of every token that is signed here. */
export const audience = 'waiting-area';

export interface IssuerOptions {
  readonly url: string;
  /** Keeps the signing key, so that tokens outlive a restart. */
  readonly directory: string;
}

/** An OIDC issuer that signs for any username: the password grant's `sub` is the username. Tokens live one hour. */
export const createIssuer = async ({ url, directory }: IssuerOptions): Promise<RequestListener> => {
  const issuer = new OAuth2Issuer();
  issuer.url = url;
  const keyFile = join(directory, 'issuer-key.json');
  const kept = existsSync(keyFile) ? parseJson(readFileSync(keyFile, 'utf8')) : undefined;
  if (isObject(kept)) await issuer.keys.add(kept);
  else writeFileSync(keyFile, JSON.stringify(await issuer.keys.generate('RS256')), { mode: 0o600 });
  const service = new OAuth2Service(issuer);
  service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
    token.payload.aud = audience;
  });
  return service.requestHandler;
};
