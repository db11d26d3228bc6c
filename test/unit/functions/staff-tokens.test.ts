import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CompactSign, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose';
import { createVerifyToken } from '../../../functions/adapters/verify-token.ts';
import { createJwtAuthorizer } from '../../../local/gateway/jwt-authorizer.ts';
import { userId } from '../../../protocol/ids.ts';

/** Both places that judge a staff token, before an issuer that answers on this machine. Only the clock is not real. */

const audience = 'the-client';
const start = Date.UTC(2026, 10, 23, 9);
const seconds = () => Math.floor(Date.now() / 1000);

/** What the issuer does, and how often it was asked. */
const issuer = { url: '', keys: [] as JWK[], isDown: false, isBroken: false, asked: 0 };
let server: Server;

const first = await generateKeyPair('RS256', { extractable: true });
const second = await generateKeyPair('RS256', { extractable: true });
const strangers = await generateKeyPair('RS256', { extractable: true });
const elliptic = await generateKeyPair('ES256', { extractable: true });
const jwkOf = async (kid: string, { publicKey }: { publicKey: CryptoKey }, alg = 'RS256'): Promise<JWK> => ({
  ...(await exportJWK(publicKey)),
  kid,
  alg,
  use: 'sig',
});

beforeAll(async () => {
  server = createServer((request, response) => {
    if (issuer.isDown) return request.socket.destroy();
    if (issuer.isBroken) return response.writeHead(500).end();
    if (request.url === '/.well-known/openid-configuration') return response.end(JSON.stringify({ jwks_uri: `${issuer.url}/keys` }));
    issuer.asked += 1;
    return response.end(JSON.stringify({ keys: issuer.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server has an address of this form.
  issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  jest.useFakeTimers({
    now: start,
    doNotFake: [
      'nextTick',
      'setImmediate',
      'setTimeout',
      'setInterval',
      'clearTimeout',
      'clearInterval',
      'clearImmediate',
      'queueMicrotask',
      'performance',
      'hrtime',
    ],
  });
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  Object.assign(issuer, {
    keys: [await jwkOf('first', first), await jwkOf('elliptic', elliptic, 'ES256')],
    isDown: false,
    isBroken: false,
    asked: 0,
  });
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const goodClaims = () => ({ iss: issuer.url, aud: audience, sub: 'clerk', iat: seconds() - 60, exp: seconds() + 3600 });

/** A token as the issuer signs it, and what is different in it; a claim of `undefined` is left out. */
const token = (
  claims: Record<string, unknown> = {},
  { key = first.privateKey, ...header }: Partial<JWTHeaderParameters> & { key?: CryptoKey | Uint8Array } = {},
): Promise<string> => new SignJWT({ ...goodClaims(), ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'first', ...header }).sign(key);

/** Signed over a payload that the library would not sign as a token. */
const odd = (payload: object, header: object = {}): Promise<string> =>
  new CompactSign(Buffer.from(JSON.stringify({ ...goodClaims(), ...payload })))
    .setProtectedHeader({ alg: 'RS256', kid: 'first', ...header })
    .sign(first.privateKey, { crit: { understandMe: true } });

/** The user that the token proves, if any. */
type Judge = (token: string) => Promise<string | undefined>;

const gateway = (): Judge => {
  const authorize = createJwtAuthorizer();
  return async (given) => {
    const judged = await authorize({ issuer: issuer.url, audience: [audience], scopes: [] }, `Bearer ${given}`);
    // The handlers behind it take the subject as a user's id, or as nobody's.
    const subject = 'allowed' in judged ? userId.safeParse(judged.allowed.jwt.claims.sub) : undefined;
    return subject?.success ? subject.data : undefined;
  };
};
const judges: [string, () => Judge][] = [
  ['the gateway', gateway],
  ['the route for either token', () => createVerifyToken(issuer.url, audience)],
];

const flip = (text: string) => `${text.slice(0, -2)}${text.endsWith('AA') ? 'BB' : 'AA'}`;
const withParts = async (change: (parts: string[]) => string[]) => change((await token()).split('.')).join('.');
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const forgeries: [string, () => Promise<string>][] = [
  ['no signature (alg none)', async () => new UnsecuredJWT(goodClaims()).encode()],
  [
    'alg none under a signature',
    () => withParts(([, claims = '', signature = '']) => [encoded({ alg: 'none', kid: 'first' }), claims, signature]),
  ],
  ['alg None, in other letters', () => withParts(([, claims = '']) => [encoded({ alg: 'nOnE', kid: 'first' }), claims, ''])],
  [
    'HS256, signed with the public key',
    async () => token({}, { alg: 'HS256', key: new TextEncoder().encode(await exportSPKI(first.publicKey)) }),
  ],
  [
    'HS256, signed with the public key as the issuer gives it',
    async () => token({}, { alg: 'HS256', key: new TextEncoder().encode(JSON.stringify(issuer.keys[0])) }),
  ],
  ['ES256 by a key of the issuer’s own', () => token({}, { alg: 'ES256', kid: 'elliptic', key: elliptic.privateKey })],
  ['RS256 by another key under a known id', () => token({}, { key: strangers.privateKey })],
  ['RS256 by another key without an id', () => new SignJWT(goodClaims()).setProtectedHeader({ alg: 'RS256' }).sign(strangers.privateKey)],
  ['an unknown key id', () => token({}, { kid: 'unknown', key: strangers.privateKey })],
  ['its own key in the header (jwk)', async () => token({}, { jwk: await exportJWK(strangers.publicKey), key: strangers.privateKey })],
  [
    'its own key in the header, unknown to the issuer',
    async () => token({}, { kid: 'own', jwk: await exportJWK(strangers.publicKey), key: strangers.privateKey }),
  ],
  ['its own key set (jku)', () => token({}, { jku: 'https://evil.example/keys', key: strangers.privateKey })],
  ['its own certificate (x5u)', () => token({}, { x5u: 'https://evil.example/certificate', key: strangers.privateKey })],
  [
    'claims that were changed',
    () => withParts(([header = '', , signature = '']) => [header, encoded({ ...goodClaims(), sub: 'admin' }), signature]),
  ],
  ['a signature that was changed', () => withParts(([header = '', claims = '', signature = '']) => [header, claims, flip(signature)])],
  ['a signature that was cut off', () => withParts(([header = '', claims = '']) => [header, claims, ''])],
  ['its time over', () => token({ exp: seconds() - 1 })],
  ['no end', () => token({ exp: undefined })],
  ['an end that is no time', () => odd({ exp: 'tomorrow' })],
  ['a beginning in the future', () => token({ nbf: seconds() + 60 })],
  ['a birth in the future', () => token({ iat: seconds() + 600 })],
  ['another issuer', () => token({ iss: 'https://evil.example' })],
  ['the issuer with a slash more', () => token({ iss: `${issuer.url}/` })],
  ['an issuer that begins alike', () => token({ iss: `${issuer.url}.evil.example` })],
  ['an issuer that is a path of it', () => token({ iss: `${issuer.url}/realm` })],
  ['the issuer in other letters', () => token({ iss: issuer.url.toUpperCase() })],
  ['a list of issuers', () => odd({ iss: [issuer.url] })],
  ['no issuer', () => token({ iss: undefined })],
  ['another audience', () => token({ aud: 'another-client' })],
  ['an audience that begins alike', () => token({ aud: `${audience}-too` })],
  ['no audience', () => token({ aud: undefined })],
  ['another audience, and ours as client_id', () => token({ aud: 'another-client', client_id: audience })],
  ['another client_id', () => token({ aud: undefined, client_id: 'another-client' })],
  ['no subject', () => token({ sub: undefined })],
  ['an empty subject', () => token({ sub: '' })],
  ['a subject that is no user id', () => token({ sub: 'clerk#profile' })],
  ['a subject with a line break', () => token({ sub: 'clerk\n' })],
  ['a subject that is too long', () => token({ sub: 'x'.repeat(129) })],
  ['a subject that is an object', () => odd({ sub: { id: 'clerk' } })],
  ['an extension that must be understood (crit)', () => odd({}, { crit: ['understandMe'], understandMe: 1 })],
  [
    'claims that are no object',
    async () => new CompactSign(Buffer.from('"clerk"')).setProtectedHeader({ alg: 'RS256', kid: 'first' }).sign(first.privateKey),
  ],
  ['100 KB of nothing', async () => `${'a'.repeat(50_000)}.${'b'.repeat(50_000)}.c`],
  [
    '100 KB in its header',
    () => withParts(([, claims = '', signature = '']) => [encoded({ alg: 'RS256', kid: 'x'.repeat(100_000) }), claims, signature]),
  ],
  ['five parts, as if it were encrypted', async () => 'a.b.c.d.e'],
  ['nothing but dots', async () => '..'],
];

describe.each(judges)('%s', (_name, create) => {
  it('knows the user of a token that the issuer signed, by aud or, without one, by client_id', async () => {
    const judge = create();
    await expect(judge(await token())).resolves.toBe('clerk');
    await expect(judge(await token({ aud: [audience, 'another'] }))).resolves.toBe('clerk');
    await expect(judge(await token({ aud: undefined, client_id: audience }))).resolves.toBe('clerk');
    await expect(judge(await token({ sub: 'auth0|5f-7_x.y:z@clinic.example' }))).resolves.toBe('auth0|5f-7_x.y:z@clinic.example');
  });

  it.each(forgeries)('knows nobody by a token with %s', async (_case, forge) => {
    const judge = create();
    await expect(judge(await token())).resolves.toBe('clerk');
    await expect(judge(await forge())).resolves.toBeUndefined();
  });

  it('asks for the keys once, however many tokens come', async () => {
    const judge = create();
    const given = await token();
    await Promise.all(Array.from({ length: 200 }, () => judge(given)));
    for (let count = 0; count < 20; count += 1) await judge(given);
    expect(issuer.asked).toBe(1);
  });

  it('takes up a new key without a restart, and lets go of one that was withdrawn', async () => {
    const judge = create();
    const old = await token({ exp: seconds() + 24 * 3600 });
    await expect(judge(old)).resolves.toBe('clerk');
    issuer.keys = [await jwkOf('first', first), await jwkOf('second', second)];
    jest.setSystemTime(start + 60_000);
    await expect(judge(await token({}, { kid: 'second', key: second.privateKey }))).resolves.toBe('clerk');
    await expect(judge(old)).resolves.toBe('clerk');
    issuer.keys = [await jwkOf('second', second)];
    jest.setSystemTime(start + 3 * 3600_000);
    await expect(judge(old)).resolves.toBeUndefined();
    await expect(judge(await token({}, { kid: 'second', key: second.privateKey }))).resolves.toBe('clerk');
  });

  it('is no way to hammer the issuer with unknown keys', async () => {
    const judge = create();
    await judge(await token());
    const forged = await Promise.all(
      Array.from({ length: 100 }, (_, index) => token({}, { kid: `unknown-${index}`, key: strangers.privateKey })),
    );
    for (const each of forged) await expect(judge(each)).resolves.toBeUndefined();
    jest.setSystemTime(start + 60_000);
    for (const each of forged) await expect(judge(each)).resolves.toBeUndefined();
    expect(issuer.asked).toBeLessThanOrEqual(2);
  });

  it('goes on by the keys that it has while the issuer is out of reach', async () => {
    const judge = create();
    await judge(await token());
    issuer.isDown = true;
    jest.setSystemTime(start + 3600_000);
    await expect(judge(await token())).resolves.toBe('clerk');
    await expect(judge(await token({}, { key: strangers.privateKey }))).resolves.toBeUndefined();
  });
});

describe('the route for either token, while the issuer is out of reach', () => {
  it.each(['isDown', 'isBroken'] as const)(
    'says that it cannot tell, rather than that the token is bad (%s), and tells when it can',
    async (how) => {
      const verify = createVerifyToken(issuer.url, audience);
      issuer[how] = true;
      await expect(verify(await token())).rejects.toMatchObject({ code: 'unavailable' });
      issuer[how] = false;
      jest.setSystemTime(start + 60_000);
      await expect(verify(await token())).resolves.toBe('clerk');
    },
  );

  it('lets the old keys go in the end', async () => {
    const verify = createVerifyToken(issuer.url, audience);
    await verify(await token());
    issuer.isDown = true;
    jest.setSystemTime(start + 3 * 3600_000);
    await expect(verify(await token())).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('asks it no more often than every 10 s', async () => {
    const verify = createVerifyToken(issuer.url, audience);
    issuer.keys = [];
    const given = await token();
    for (let second = 0; second < 60; second += 1) {
      jest.setSystemTime(start + second * 1000);
      await expect(verify(given)).resolves.toBeUndefined();
    }
    expect(issuer.asked).toBeLessThanOrEqual(6);
  });
});
