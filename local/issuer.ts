import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type MutableResponse, type MutableToken, OAuth2Issuer, OAuth2Service, type TokenRequestIncomingMessage } from 'oauth2-mock-server';
import { isObject, objectOf, parseJson, stringOf } from './json.ts';
import { createSignInPage, type DemoUser, type SignInPage } from './web/sign-in-page.ts';

/** The audience of every token that is signed here, and the client id of the dashboard. */
export const audience = 'waiting-area';

/** A code is traded at once: https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.2 */
const codeLifeMs = 60_000;

export interface IssuerOptions {
  readonly url: string;
  /** Keeps the signing key, so that tokens outlive a restart. */
  readonly directory: string;
  /** Whom the sign-in page offers; any other name may be typed. */
  readonly users: readonly DemoUser[];
}

/** What the redirect to the page promised. */
interface Code {
  readonly sub: string;
  readonly redirectUri: string;
  readonly issuedAtMs: number;
}

/**
 * An OIDC issuer that signs for any username, for one hour: by authorization code with PKCE, whose page offers the demo users, and by password grant
 * (`sub` is the username). `login_hint` signs in without showing the page.
 */
export const createIssuer = async ({ url, directory, users }: IssuerOptions): Promise<RequestListener> => {
  const service = new OAuth2Service(await createSigner(url, directory));
  grantCodes(service);
  const signInPage = createSignInPage(users);

  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (request.method === 'GET' && signInPage.serve(pathname, response)) return;
    const returnAddress = searchParams.get(pathname === '/endsession' ? 'post_logout_redirect_uri' : 'redirect_uri');
    if (returnAddress !== null && !isOnThisMachine(returnAddress)) return refuse(response, 'The return address must be on this machine');
    if (request.method === 'GET' && pathname === '/authorize' && returnAddress !== null && (searchParams.get('login_hint') ?? '') === '')
      return askWho(response, searchParams, returnAddress, signInPage);
    service.requestHandler(request, response);
  };
};

const createSigner = async (url: string, directory: string): Promise<OAuth2Issuer> => {
  const issuer = new OAuth2Issuer();
  issuer.url = url;
  const keyFile = join(directory, 'issuer-key.json');
  const kept = existsSync(keyFile) ? parseJson(readFileSync(keyFile, 'utf8')) : undefined;
  if (isObject(kept)) await issuer.keys.add(kept);
  else writeFileSync(keyFile, JSON.stringify(await issuer.keys.generate('RS256')), { mode: 0o600 });
  return issuer;
};

/** Gives the library's code flow a user: it checks PKCE itself, but signs for one fixed name and for any code. */
const grantCodes = (service: OAuth2Service): void => {
  const codes = new Map<string, Code>();

  service.on('beforeAuthorizeRedirect', ({ url: redirect }: { url: URL }, request: IncomingMessage) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://issuer');
    const code = redirect.searchParams.get('code');
    if (code === null) return;
    for (const [each, { issuedAtMs }] of codes) if (issuedAtMs + codeLifeMs < Date.now()) codes.delete(each);
    codes.set(code, {
      sub: searchParams.get('login_hint') ?? '',
      redirectUri: searchParams.get('redirect_uri') ?? '',
      issuedAtMs: Date.now(),
    });
  });

  /** undefined: the request proves nobody. */
  const userOf = (request: TokenRequestIncomingMessage): string | undefined => {
    const { grant_type: grantType, username, code: given, code_verifier: verifier } = request.body;
    if (grantType === 'authorization_code') {
      const code = codes.get(given ?? '');
      const isFresh = code !== undefined && code.issuedAtMs + codeLifeMs >= Date.now();
      // Without a verifier the library checks none.
      return isFresh && verifier !== undefined && code.redirectUri === objectOf(request.body).redirect_uri ? code.sub : undefined;
    }
    if (grantType === 'refresh_token') return userOfRefreshToken(stringOf(objectOf(request.body).refresh_token));
    return typeof username === 'string' ? username : '';
  };

  service.on('beforeTokenSigning', (token: MutableToken, request: TokenRequestIncomingMessage) => {
    token.payload.aud = audience;
    token.payload.sub = userOf(request) ?? '';
  });

  service.on('beforeResponse', (answer: MutableResponse, request: TokenRequestIncomingMessage) => {
    const user = userOf(request);
    if (request.body.code !== undefined) codes.delete(request.body.code);
    if (user === undefined) {
      answer.statusCode = 400;
      answer.body = { error: 'invalid_grant', error_description: 'The code or token is unknown, was used, or has expired.' };
    } else if (answer.body !== '' && 'refresh_token' in answer.body) answer.body.refresh_token = refreshTokenOf(user);
  });

  service.on('beforeUserinfo', (answer: MutableResponse, request: IncomingMessage) => {
    const [, payload = ''] = (request.headers.authorization ?? '').split('.');
    answer.body = { sub: objectOf(parseJson(Buffer.from(payload, 'base64url').toString())).sub };
  });
};

/** Outlives a restart without being kept; it needs no secret where a username is enough. */
const refreshTokenOf = (user: string): string => `refresh.${Buffer.from(user).toString('base64url')}`;

const userOfRefreshToken = (token: string | undefined): string | undefined =>
  token?.startsWith('refresh.') === true ? Buffer.from(token.slice('refresh.'.length), 'base64url').toString() : undefined;

/** Anyone's name is signed for here, so codes go to no other machine. */
const isOnThisMachine = (address: string): boolean => {
  const url = URL.parse(address);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && ['127.0.0.1', 'localhost'].includes(url.hostname);
};

const askWho = (response: ServerResponse, parameters: URLSearchParams, returnAddress: string, page: SignInPage): void => {
  if (parameters.get('prompt') !== 'none') {
    page.ask(response, parameters);
    return;
  }
  const back = new URL(returnAddress);
  back.searchParams.set('error', 'login_required'); // https://openid.net/specs/openid-connect-core-1_0.html#AuthError
  if (parameters.has('state')) back.searchParams.set('state', parameters.get('state') ?? '');
  response.writeHead(302, { location: back.href }).end();
};

const refuse = (response: ServerResponse, reason: string): void => {
  response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).end(`${reason}\n`);
};
