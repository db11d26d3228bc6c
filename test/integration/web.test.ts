import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { endpointsOfTests } from './scenario/endpoints.ts';

const endpoints = endpointsOfTests();
const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(endpoints.web + path, { redirect: 'manual', ...init });

/** `fetch` tidies a path up before it sends it; an attacker does not. */
const statusOf = (path: string, method = 'GET'): Promise<number> => {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const { hostname, port } = new URL(endpoints.web);
  request({ hostname, port, path, method }, (response) => resolve(response.resume().statusCode ?? 0))
    .on('error', reject)
    .end();
  return promise;
};

describe('the addresses of the pages', () => {
  it.each(['/dashboard/', '/dashboard/?code=1&state=2', '/dashboard/callers/anna'])('%s is the dashboard', async (path) => {
    const [asked, page] = await Promise.all([get(path), get('/dashboard/')]);
    expect([asked.status, asked.headers.get('content-type'), asked.headers.get('cache-control')]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect(await asked.text()).toBe(await page.text());
  });

  it.each(['/demo', '/demo/', '/demo?language=fr', `/${'a'.repeat(64)}`])('%s is a waiting page', async (path) => {
    const asked = await get(path);
    const text = await asked.text();
    expect([asked.status, asked.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).not.toBe(await (await get('/dashboard/')).text());
    expect(text).toBe(await (await get('/other')).text());
  });

  it('lead from /dashboard to the folder, where the page finds its return address', async () => {
    const answer = await get('/dashboard');
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/dashboard/']);
  });

  it.each([
    '/nope/nope',
    `/${'a'.repeat(65)}`,
    '/de%20mo',
    '/waiting/index.html',
    '/assets/',
    '/assets/none.js',
    '/none.txt',
    '/.built-from',
  ])('%s is not found', async (path) => expect(await statusOf(path)).toBe(404));

  it.each([
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/..%5c..%5cpackage.json',
    '/assets/%00',
    '/assets/%',
    '/../package.json',
    '//etc/passwd',
    '/dashboard/../../../package.json.',
  ])('%s leads out of the folder nowhere', async (path) => {
    // Below /dashboard/ everything is the dashboard.
    expect(await statusOf(path)).toBe(path.startsWith('/dashboard/') ? 200 : 404);
  });

  it.each(['POST', 'PUT', 'DELETE'])('take no %s', async (method) => expect(await statusOf('/demo', method)).toBe(403));

  it('answer HEAD with the headers alone', async () => {
    const answer = await get('/demo', { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'text/html; charset=utf-8', '']);
  });
});

describe('the files of the pages', () => {
  const assetsOf = async (path: string): Promise<string[]> =>
    [...(await (await get(path)).text()).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, asset]) => asset ?? '');

  it.each(['/demo', '/dashboard/'])('of %s are kept for a year, for their names hold a hash', async (path) => {
    const assets = await assetsOf(path);
    expect(assets.some((asset) => asset.endsWith('.js'))).toBe(true);
    for (const asset of assets) {
      const answer = await get(asset);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
      expect(answer.headers.get('content-type')).toMatch(/^(text\/(javascript|css); charset=utf-8|image\/)/);
    }
  });

  it('are not sent again to a browser that has them', async () => {
    const etag = (await get('/demo')).headers.get('etag') ?? '';
    expect((await get('/demo', { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('hold no script or style in the page itself, which the policy would refuse', async () => {
    for (const path of ['/', '/demo', '/dashboard/']) {
      const text = await (await get(path)).text();
      expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/i);
    }
  });
});

describe('the headers of the pages', () => {
  it.each(['/', '/demo', '/dashboard/', '/config.json', '/nope/nope', '/assets/none.js'])('of %s keep it to itself', async (path) => {
    const { headers } = await get(path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self'",
        `connect-src 'self' ${endpoints.http} ${endpoints.webSocket} ${endpoints.issuer}`,
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
      ].join('; '),
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'permissions-policy': expect.stringContaining('camera=(), microphone=(), geolocation=()'),
      'cross-origin-opener-policy': 'same-origin',
    });
  });

  it.each(['/', '/demo', '/dashboard/', '/config.json', '/nope/nope'])('of %s set no cookie', async (path) =>
    expect((await get(path)).headers.getSetCookie()).toEqual([]),
  );

  it('let the pages call the HTTP API, by address and by name, and no other origin', async () => {
    const allowed = async (origin: string): Promise<string | null> =>
      (await fetch(`${endpoints.http}/health`, { headers: { origin } })).headers.get('access-control-allow-origin');
    const byName = endpoints.web.replace('127.0.0.1', 'localhost');
    expect([await allowed(endpoints.web), await allowed(byName), await allowed('https://elsewhere.example')]).toEqual([
      endpoints.web,
      byName,
      null,
    ]);
  });
});

describe('config.json', () => {
  it('tells the pages where the APIs are and who signs in', async () => {
    const answer = await get('/config.json');
    expect([answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual(['application/json', 'no-cache']);
    expect(await answer.json()).toEqual({ http: endpoints.http, issuer: endpoints.issuer, clientId: 'waiting-area' });
  });
});

describe('the start page', () => {
  it('opens a dashboard that signs in at once, and a waiting page', async () => {
    const text = await (await get('/')).text();
    expect(text).toContain('href="/demo"');
    expect(text).toContain('href="/dashboard/?login_hint=admin%40demo.example"');
  });
});

const verifier = randomBytes(32).toString('base64url');
const redirectUri = `${endpoints.web}/dashboard/`;

interface Discovery {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly end_session_endpoint: string;
}
let discovery: Discovery;
beforeAll(async () => {
  // What OpenID Connect Discovery 1.0 has every provider answer.
  discovery = (await (await fetch(`${endpoints.issuer}/.well-known/openid-configuration`)).json()) as Discovery;
});

interface Authorization {
  readonly status: number;
  readonly text: string;
  readonly location: URL | null;
  readonly code: string;
}

const authorize = async (parameters: Record<string, string> = {}): Promise<Authorization> => {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'waiting-area',
    redirect_uri: redirectUri,
    scope: 'openid',
    state: 'of-the-page',
    nonce: 'seen-once',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  });
  const answer = await fetch(`${discovery.authorization_endpoint}?${query}`, { redirect: 'manual' });
  const location = URL.parse(answer.headers.get('location') ?? '');
  return { status: answer.status, text: await answer.text(), location, code: location?.searchParams.get('code') ?? '' };
};

interface Tokens {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
  readonly headers: Headers;
}

const trade = async (fields: Record<string, string>): Promise<Tokens> => {
  const body = {
    grant_type: 'authorization_code',
    client_id: 'waiting-area',
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...fields,
  };
  const answer = await fetch(discovery.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams(Object.entries(body).filter(([, value]) => value !== '')),
    headers: { origin: endpoints.web },
  });
  // RFC 6749, 5.1 and 5.2: an object of texts, but for `expires_in`.
  return { status: answer.status, body: (await answer.json()) as Record<string, string>, headers: answer.headers };
};

const subjectOf = ({ body }: Tokens): string | undefined => decodeJwt(body.access_token ?? '').sub;

describe('signing in by authorization code', () => {
  it('asks who it is, and offers the demo users', async () => {
    const { status, text } = await authorize();
    expect(status).toBe(200);
    for (const user of ['admin@demo.example', 'clerk@demo.example', 'admin@other.example', 'operator@example']) {
      expect(text).toContain(`name="login_hint" value="${user}"`);
    }
    expect(text).toContain('<input type="hidden" name="state" value="of-the-page">');
  });

  it('shows what a stranger put into the address as text', async () => {
    const { text } = await authorize({ state: '"><script>alert(1)</script>' });
    expect(text).not.toContain('<script');
  });

  it.each(['clerk@demo.example', 'admin@demo.example', 'someone.else|42'])('returns with a code whose token is of %s', async (user) => {
    const { location, code } = await authorize({ login_hint: user });
    expect([`${location?.origin}${location?.pathname}`, location?.searchParams.get('state')]).toEqual([redirectUri, 'of-the-page']);
    const tokens = await trade({ code });
    expect(tokens.status).toBe(200);
    expect(decodeJwt(tokens.body.access_token ?? '')).toMatchObject({ sub: user, iss: endpoints.issuer, aud: 'waiting-area' });
    expect(decodeJwt(tokens.body.id_token ?? '')).toMatchObject({ sub: user, aud: 'waiting-area', nonce: 'seen-once' });
  });

  it('gives tokens that the HTTP API takes', async () => {
    const { code } = await authorize({ login_hint: 'clerk@demo.example' });
    const { body } = await trade({ code });
    const answer = await fetch(`${endpoints.http}/clinics`, { headers: { authorization: `Bearer ${body.access_token}` } });
    expect([answer.status, JSON.stringify(await answer.json())]).toEqual([200, expect.stringContaining('Demo Clinic')]);
  });

  it('lets the page read the answer', async () => {
    const { code } = await authorize({ login_hint: 'clerk@demo.example' });
    expect((await trade({ code })).headers.get('access-control-allow-origin')).toBe('*');
    const preflight = await fetch(discovery.token_endpoint, {
      method: 'OPTIONS',
      headers: { origin: endpoints.web, 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, expect.stringContaining('POST')]);
  });

  it.each([
    ['another verifier', { code_verifier: randomBytes(32).toString('base64url') }],
    ['no verifier', { code_verifier: '' }],
    ['another return address', { redirect_uri: `${endpoints.web}/` }],
    ['another code', { code: 'guessed' }],
  ])('refuses %s', async (_, fields) => {
    const { code } = await authorize({ login_hint: 'clerk@demo.example' });
    const { status, body } = await trade({ code, ...fields });
    expect([status, body.access_token]).toEqual([400, undefined]);
  });

  it('takes a code once', async () => {
    const { code } = await authorize({ login_hint: 'clerk@demo.example' });
    expect((await trade({ code })).status).toBe(200);
    expect((await trade({ code })).status).toBe(400);
  });

  it('renews for the same user, and for nobody without a token', async () => {
    const { code } = await authorize({ login_hint: 'admin@demo.example' });
    const { body } = await trade({ code });
    const renewed = await trade({ grant_type: 'refresh_token', refresh_token: body.refresh_token ?? '', code_verifier: '' });
    expect(subjectOf(renewed)).toBe('admin@demo.example');
    expect((await trade({ grant_type: 'refresh_token', refresh_token: 'guessed', code_verifier: '' })).status).toBe(400);
  });

  it('sends codes to no other machine', async () => {
    for (const redirect_uri of ['https://elsewhere.example/', 'javascript:alert(1)', 'nonsense']) {
      expect(await authorize({ login_hint: 'clerk@demo.example', redirect_uri })).toMatchObject({ status: 400, location: null });
    }
  });

  it('says so when a page asks without wanting to show anything', async () => {
    const { location } = await authorize({ prompt: 'none' });
    expect([location?.searchParams.get('error'), location?.searchParams.get('state')]).toEqual(['login_required', 'of-the-page']);
  });
});

describe('signing out', () => {
  const signOut = async (returnTo: string): Promise<[number, string | null]> => {
    const query = new URLSearchParams({ post_logout_redirect_uri: returnTo, state: 'out' });
    const answer = await fetch(`${discovery.end_session_endpoint}?${query}`, { redirect: 'manual' });
    return [answer.status, answer.headers.get('location')];
  };

  it('returns to the page, and to no other machine', async () => {
    expect(await signOut(redirectUri)).toEqual([302, `${redirectUri}?state=out`]);
    expect(await signOut('https://elsewhere.example/')).toEqual([400, null]);
  });
});
