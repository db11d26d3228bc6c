import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { objectOf } from '../../../local/json.ts';
import { type FixtureStack, startFixtureStack } from './fixture-stack.ts';

describe('the HTTP API', () => {
  let stack: FixtureStack;
  const get = (path: string, headers: Record<string, string> = {}) => fetch(stack.endpoints.http + path, { headers });
  const event = async (path: string, init: RequestInit = {}) => objectOf(await (await fetch(stack.endpoints.http + path, init)).json());
  const token = async (fields: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(`${stack.endpoints.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', username: 'clerk@demo.example', password: 'x', ...fields }),
    });
    return String(objectOf(await response.json()).access_token);
  };
  beforeAll(async () => {
    stack = await startFixtureStack();
  }, 120_000);
  afterAll(() => stack.stop());

  describe('routes', () => {
    it('prefers a fixed path to a variable one, and a method to ANY', async () => {
      expect(await event('/echo/fixed')).toMatchObject({ routeKey: 'GET /echo/fixed' });
      expect(await event('/echo/x')).toMatchObject({ routeKey: 'GET /echo/{id}', pathParameters: { id: 'x' } });
      expect(await event('/echo/x', { method: 'DELETE' })).toMatchObject({ routeKey: 'ANY /echo/{id}' });
      expect(await event('/files/a/b')).toMatchObject({ routeKey: 'GET /files/{proxy+}', pathParameters: { proxy: 'a/b' } });
    });

    it.each(['/', '/unknown', '/echo', '/echo/x/y', '/echo/'])('answers %s with 404, as the gateway words it', async (path) => {
      const response = await get(path);
      expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
    });

    it('decodes path parameters', async () => {
      expect(await event('/echo/admin%40demo.example')).toMatchObject({ pathParameters: { id: 'admin@demo.example' } });
    });
  });

  it('gives the handler payload format 2.0', async () => {
    const seen = await event('/echo/x?a=1&a=2&b=%20', {
      method: 'POST',
      body: '{"é":1}',
      headers: { 'Content-Type': 'application/json', 'X-Own': 'own', cookie: 'a=1; b=2' },
    });
    expect(seen).toMatchObject({
      version: '2.0',
      routeKey: 'POST /echo/{id}',
      rawPath: '/echo/x',
      rawQueryString: 'a=1&a=2&b=%20',
      queryStringParameters: { a: '1,2', b: ' ' },
      cookies: ['a=1', 'b=2'],
      headers: { 'content-type': 'application/json', 'x-own': 'own' },
      requestContext: { http: { method: 'POST', path: '/echo/x', sourceIp: '127.0.0.1' }, stage: '$default', routeKey: 'POST /echo/{id}' },
      body: '{"é":1}',
      isBase64Encoded: false,
    });
    expect(seen.headers).not.toHaveProperty('cookie');
  });

  it('encodes bodies that are not known to be text', async () => {
    const seen = await event('/echo/x', { method: 'POST', body: new Uint8Array([0, 255]), headers: { 'content-type': 'image/png' } });
    expect(seen).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
  });

  describe('answers', () => {
    it('makes a response of any JSON', async () => {
      const response = await get('/answers/plain');
      expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
        200,
        'application/json',
        { greeting: 'hello' },
      ]);
    });

    it.each(['throw', 'malformed'])('says 500 when the handler has to %s, and no more', async (kind) => {
      const response = await get(`/answers/${kind}`);
      expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    });

    it('decodes a binary body, and sets each cookie', async () => {
      expect(new Uint8Array(await (await get('/answers/base64')).arrayBuffer())).toEqual(new Uint8Array([0, 255]));
      expect((await get('/answers/cookies')).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    });
  });

  it('refuses a body over 10 MB', async () => {
    const response = await fetch(`${stack.endpoints.http}/echo/x`, { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
  });

  it('refuses headers over 10,240 bytes', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    request(`${stack.endpoints.http}/echo/x`, { headers: { 'x-large': 'x'.repeat(10_240) } }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end();
    expect(await promise).toBe(431);
  });

  describe('the JWT authorizer', () => {
    const authorization = async (bearer: string, path = '/private') => (await get(path, { authorization: `Bearer ${bearer}` })).status;
    const tampered = (jwt: string) =>
      jwt.replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"admin","iss":"x","exp":9999999999}').toString('base64url')}.`);

    it('gives the claims, as strings, to the handler', async () => {
      const seen = await event('/private', { headers: { authorization: `Bearer ${await token()}` } });
      expect(seen).toMatchObject({
        requestContext: {
          authorizer: { jwt: { claims: { sub: 'clerk@demo.example', aud: 'waiting-area', exp: expect.any(String) }, scopes: null } },
        },
      });
    });

    it('refuses with 401 what is missing, malformed, or altered', async () => {
      const missing = await get('/private');
      expect([missing.status, await missing.json()]).toEqual([401, { message: 'Unauthorized' }]);
      expect(await authorization('nonsense')).toBe(401);
      expect(await authorization(tampered(await token()))).toBe(401);
    });

    it('refuses a key that the issuer does not have, and anything but RSA', async () => {
      const payload = { sub: 'clerk@demo.example', aud: 'waiting-area' };
      const sign = async (alg: string) => {
        const { privateKey, publicKey } = await generateKeyPair(alg);
        const { kid = 'own' } = await exportJWK(publicKey);
        return new SignJWT(payload)
          .setProtectedHeader({ alg, kid })
          .setIssuer(stack.endpoints.issuer)
          .setExpirationTime('1h')
          .sign(privateKey);
      };
      expect(await authorization(await sign('RS256'))).toBe(401);
      expect(await authorization(await sign('ES256'))).toBe(401);
    });

    it('refuses with 403 a token without the scope of the route', async () => {
      expect(await authorization(await token(), '/scoped')).toBe(403);
      expect(await authorization(await token({ scope: 'clinics:write' }), '/scoped')).toBe(200);
    });
  });

  describe('CORS', () => {
    it('answers a preflight itself, also where there is no route', async () => {
      const response = await fetch(`${stack.endpoints.http}/private`, {
        method: 'OPTIONS',
        headers: { origin: 'https://clinic.example', 'access-control-request-method': 'GET' },
      });
      expect(response.status).toBe(204);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'access-control-allow-origin': 'https://clinic.example',
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'authorization,content-type',
        'access-control-max-age': '3600',
      });
    });

    it('allows no origin that the template does not name', async () => {
      const response = await fetch(`${stack.endpoints.http}/private`, {
        method: 'OPTIONS',
        headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'GET' },
      });
      expect(response.headers.has('access-control-allow-origin')).toBe(false);
    });

    it('takes the place of the CORS headers of the handler, on refusals too', async () => {
      const answered = await get('/answers/cors', { origin: 'https://clinic.example' });
      expect(answered.headers.get('access-control-allow-origin')).toBe('https://clinic.example');
      expect((await get('/answers/cors')).headers.has('access-control-allow-origin')).toBe(false);
      expect((await get('/private', { origin: 'https://clinic.example' })).headers.get('access-control-allow-origin')).toBe(
        'https://clinic.example',
      );
    });
  });
});
