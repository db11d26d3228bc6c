import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { hashOf } from '../../../functions/core/secrets.ts';
import { aCaller, notified } from '../../builders/a-caller.ts';
import { aClinic, aMember, anAdministrator } from '../../builders/a-clinic.ts';
import { aContext, anHttpEvent } from '../../builders/api-gateway-events.ts';
import { aHandlerScene, broken, canary, giveEnvironment, throttled } from './handler-scene.ts';

giveEnvironment();
const { handler } = await import('../../../functions/public-http.ts');
const scene = aHandlerScene();
const { dynamoDb, lines } = scene;

const path = { clinicId: 'demo', callerId: 'sue' };
const callerToken = 'token-of-sue';
const sue = aCaller().with({ tokenHash: hashOf(callerToken) });
const checkInRoute = 'POST /clinics/{clinicId}/callers';
const ticketRoute = 'POST /clinics/{clinicId}/callers/{callerId}/tickets';
const exportRoute = 'GET /clinics/{clinicId}/callers/{callerId}/export';
const messagesRoute = 'GET /clinics/{clinicId}/callers/{callerId}/messages';

const ask = async (...request: Parameters<typeof anHttpEvent>) => {
  const response = await handler(anHttpEvent(...request), aContext);
  return { ...response, body: JSON.parse(response.body ?? 'null') };
};

const { publicKey, privateKey } = await generateKeyPair('RS256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' };
const aJwt = (claims: Record<string, unknown> = {}, key = privateKey) =>
  new SignJWT({
    iss: 'https://issuer.example',
    sub: 'admin',
    aud: 'waiting-area',
    exp: Math.floor(Date.now() / 1000) + 3600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .sign(key);

beforeEach(() => {
  dynamoDb.on(UpdateCommand, { TableName: 'RateLimitsTable' }).resolves({ Attributes: { checkIns: 1 } });
  jest
    .spyOn(globalThis, 'fetch')
    .mockImplementation(async (url) =>
      Response.json(String(url).endsWith('openid-configuration') ? { jwks_uri: 'https://issuer.example/jwks' } : { keys: [jwk] }),
    );
});

describe('GET /health', () => {
  it('says which version answers, and asks no store', async () => {
    await expect(ask('GET /health')).resolves.toMatchObject({ statusCode: 200, body: { status: 'ok', version: '1.2.3' } });
    expect(dynamoDb.calls()).toHaveLength(0);
  });
});

describe('GET /clinics/{clinicId}', () => {
  it('tells what a waiting page may know, and no more', async () => {
    scene.hasClinic(aClinic());
    const { statusCode, headers, body } = await ask('GET /clinics/{clinicId}', { path });
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(body).toMatchObject({ clinicId: 'demo', name: 'Demo Clinic' });
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['administratorCount']));
  });

  it.each(['nowhere', 'a b', '../demo'])('is not-found for %j', async (clinicId) => {
    await expect(ask('GET /clinics/{clinicId}', { path: { clinicId } })).resolves.toMatchObject({
      statusCode: 404,
      body: { code: 'not-found' },
    });
  });
});

describe('checking in', () => {
  it('answers 201 with the token, once', async () => {
    scene.hasClinic(aClinic());
    const { statusCode, body } = await ask(checkInRoute, { path, body: { name: ' Sue Smith ' } });
    expect(statusCode).toBe(201);
    expect(body).toMatchObject({
      callerId: expect.stringMatching(/^[\w-]{22}$/),
      callerToken: expect.stringMatching(/^[\w-]{43}$/),
      caller: { name: 'Sue Smith' },
    });
    const [put] = dynamoDb.commandCalls(PutCommand);
    expect(put?.args[0].input).toMatchObject({ TableName: 'CallersTable', Item: { tokenHash: hashOf(body.callerToken) } });
  });

  it('counts by the address that the gateway saw', async () => {
    scene.hasClinic(aClinic());
    await ask(checkInRoute, { path, body: { name: 'Sue' }, sourceIp: '198.51.100.1' });
    const [count] = dynamoDb.commandCalls(UpdateCommand, { TableName: 'RateLimitsTable' });
    expect(count?.args[0].input.Key?.window).toContain(hashOf('198.51.100.1'));
  });

  it('does not count by what a client writes into X-Forwarded-For', async () => {
    scene.hasClinic(aClinic());
    const event = anHttpEvent(checkInRoute, { path, body: { name: 'Sue' }, sourceIp: '198.51.100.1' });
    await handler(
      { ...event, headers: { ...event.headers, 'x-forwarded-for': '192.0.2.66, 198.51.100.1', forwarded: 'for=192.0.2.66' } },
      aContext,
    );
    const [count] = dynamoDb.commandCalls(UpdateCommand, { TableName: 'RateLimitsTable' });
    expect(count?.args[0].input.Key?.window).toContain(hashOf('198.51.100.1'));
  });

  it('refuses the 31st in a minute as a problem that says when to try again', async () => {
    dynamoDb.on(UpdateCommand, { TableName: 'RateLimitsTable' }).resolves({ Attributes: { checkIns: 31 } });
    const { statusCode, headers, body } = await ask(checkInRoute, { path, body: { name: 'Sue' } });
    expect(statusCode).toBe(429);
    expect(body).toMatchObject({
      type: 'urn:waiting-area:error:rate-limited',
      title: 'rate limited',
      status: 429,
      detail: expect.any(String),
      code: 'rate-limited',
      details: { retryAfterSeconds: expect.any(Number) },
    });
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': String(body.details.retryAfterSeconds) });
  });

  it.each([
    ['is not JSON', { rawBody: '{' }, 400, 'invalid-request', ''],
    ['is absent', {}, 400, 'invalid-request', ''],
    ['has an unknown field', { body: { name: 'Sue', status: 'being-seen' } }, 400, 'invalid-request', 'status'],
    ['lacks the name', { body: {} }, 400, 'invalid-request', 'name'],
  ])('refuses a body that %s, by the name of the field', async (_case, body, status, code, field) => {
    const answer = await ask(checkInRoute, { path, ...body });
    expect(answer).toMatchObject({ statusCode: status, body: { code, status, details: [{ path: field }] } });
    expect(dynamoDb.calls()).toHaveLength(0);
  });

  it('takes a body that comes in Base64, and refuses one whose bytes are no UTF-8 rather than storing something else', async () => {
    scene.hasClinic(aClinic());
    const encoded = (bytes: Buffer) => {
      const event = anHttpEvent(checkInRoute, { path, rawBody: bytes.toString('base64') });
      return handler({ ...event, isBase64Encoded: true }, aContext);
    };
    await expect(encoded(Buffer.from('{"name":"Zoë"}'))).resolves.toMatchObject({ statusCode: 201 });
    const latin1 = await encoded(Buffer.from('{"name":"Zoë"}', 'latin1'));
    expect(latin1.statusCode).toBe(400);
    expect(JSON.parse(latin1.body ?? '')).toMatchObject({ code: 'invalid-request', details: [{ path: '', reason: 'is not UTF-8' }] });
  });

  it.each(['[', '{"a":'])('names the field whose value is nested as deep as a body can be: %s', async (opening) => {
    const depth = Math.floor((100 * 1024) / (opening.length + 1));
    const deep = `${opening.repeat(depth)}0${(opening === '[' ? ']' : '}').repeat(depth)}`;
    for (const [field, rawBody] of [
      ['name', `{"name":${deep}}`],
      ['details', `{"name":"Sue","details":[${deep}]}`],
      ['details.a', `{"name":"Sue","details":{"a":${deep}}}`],
      ['other', `{"name":"Sue","other":${deep}}`],
    ]) {
      await expect(ask(checkInRoute, { path, rawBody })).resolves.toMatchObject({
        statusCode: 400,
        body: { code: 'invalid-request', details: [{ path: field }] },
      });
    }
    expect(lines).toEqual([]);
  });

  it('refuses a body over 128 KB', async () => {
    await expect(ask(checkInRoute, { path, rawBody: ' '.repeat(128 * 1024 + 1) })).resolves.toMatchObject({
      statusCode: 413,
      body: { code: 'too-large' },
    });
  });
});

describe('a caller’s ticket', () => {
  it('is 201 to the caller', async () => {
    scene.hasCaller(sue.build());
    await expect(ask(ticketRoute, { path, token: callerToken })).resolves.toMatchObject({
      statusCode: 201,
      body: { url: 'wss://socket.example/test', protocol: 'waiting-area.v1', ticket: expect.stringMatching(/^[\w-]{43}demo$/) },
    });
  });

  it.each([
    ['no token', undefined],
    ['another’s token', 'token-of-tom'],
  ])('is 401 with %s', async (_case, token) => {
    scene.hasCaller(sue.build());
    await expect(ask(ticketRoute, { path, token })).resolves.toMatchObject({ statusCode: 401, body: { code: 'unauthenticated' } });
  });

  it('is 401 to a caller who was erased', async () => {
    await expect(ask(ticketRoute, { path, token: callerToken })).resolves.toMatchObject({ statusCode: 401 });
  });

  it('is no matter of staff', async () => {
    scene.hasCaller(sue.build());
    scene.hasMember(anAdministrator());
    await expect(ask(ticketRoute, { path, token: await aJwt() })).resolves.toMatchObject({ statusCode: 401 });
  });
});

describe('the messages of a caller', () => {
  beforeEach(() => {
    scene.hasCaller(sue.withMessages(notified('one'), notified('two')).build());
    scene.hasMember(anAdministrator());
  });

  it('come to the caller without the senders', async () => {
    const { statusCode, body } = await ask(messagesRoute, { path, token: callerToken });
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({ messages: [{ seq: 1 }, { seq: 2 }], nextAfterSeq: null });
    expect(JSON.stringify(body)).not.toContain('senderName');
  });

  it('come to a member with them', async () => {
    await expect(ask(messagesRoute, { path, token: await aJwt() })).resolves.toMatchObject({
      statusCode: 200,
      body: { messages: [{ senderName: 'Ada Admin' }, {}] },
    });
  });

  it('come from behind a seq', async () => {
    await expect(ask(messagesRoute, { path, token: callerToken, query: 'afterSeq=1' })).resolves.toMatchObject({
      body: { messages: [{ seq: 2 }] },
    });
  });

  it.each(['afterSeq=-1', 'afterSeq=x', 'afterSeq=1&afterSeq=2', 'after=1'])('are refused with the query %s', async (query) => {
    await expect(ask(messagesRoute, { path, token: callerToken, query })).resolves.toMatchObject({
      statusCode: 400,
      body: { code: 'invalid-request' },
    });
  });

  it('are recorded as read by a member where they were shown, and not where the request was refused', async () => {
    const recorded = () =>
      dynamoDb
        .commandCalls(PutCommand, { TableName: 'AuditTable' })
        .map(({ args: [{ input }] }) => [input.Item?.action, input.Item?.outcome]);
    await expect(ask(messagesRoute, { path, token: await aJwt(), query: 'afterSeq=x' })).resolves.toMatchObject({ statusCode: 400 });
    expect(recorded()).toEqual([]);
    await ask(messagesRoute, { path, token: await aJwt() });
    expect(recorded()).toEqual([['read-conversation', 'done']]);
  });

  it.each([
    ['of another issuer', async () => aJwt({ iss: 'https://evil.example' })],
    ['for another audience', async () => aJwt({ aud: 'other' })],
    ['that expired', async () => aJwt({ exp: 1 })],
    ['with another key', async () => aJwt({}, (await generateKeyPair('RS256')).privateKey)],
    ['without a signature', async () => `${(await aJwt()).split('.').slice(0, 2).join('.')}.`],
    ['of three words', async () => 'a.b.c'],
  ])('are 401 with a staff token %s', async (_case, makeToken) => {
    const token = await makeToken();
    await expect(ask(messagesRoute, { path, token })).resolves.toMatchObject({ statusCode: 401, body: { code: 'unauthenticated' } });
  });

  it('come to a token that names its client instead of an audience, as Cognito’s do', async () => {
    await expect(ask(messagesRoute, { path, token: await aJwt({ aud: undefined, client_id: 'waiting-area' }) })).resolves.toMatchObject({
      statusCode: 200,
    });
  });

  it('are not-found to one who is no member, as another clinic is', async () => {
    await expect(ask(messagesRoute, { path: { ...path, clinicId: 'other' }, token: await aJwt() })).resolves.toMatchObject({
      statusCode: 404,
    });
  });
});

describe('the export of a caller', () => {
  beforeEach(() => {
    scene.hasClinic(aClinic());
    scene.hasCaller(sue.withMessages(notified('one')).build());
  });

  it('is for the caller', async () => {
    await expect(ask(exportRoute, { path, token: callerToken })).resolves.toMatchObject({
      statusCode: 200,
      body: { caller: { name: 'Sue Smith' }, messages: [{ text: 'one' }] },
    });
  });

  it('is for an administrator, and still without the names of the staff', async () => {
    scene.hasMember(anAdministrator());
    const { statusCode, body } = await ask(exportRoute, { path, token: await aJwt() });
    expect([statusCode, body.caller.name]).toEqual([200, 'Sue Smith']);
    expect(JSON.stringify(body)).not.toContain('Ada');
  });

  it('is not for any other member, nor for who is none', async () => {
    await expect(ask(exportRoute, { path, token: await aJwt() })).resolves.toMatchObject({ statusCode: 404 });
    scene.hasMember(aMember({ userId: 'admin' }));
    await expect(ask(exportRoute, { path, token: await aJwt() })).resolves.toMatchObject({ statusCode: 403, body: { code: 'forbidden' } });
  });
});

describe('what breaks', () => {
  it.each([
    [500, 'internal', broken],
    [503, 'unavailable', throttled],
  ])('is a problem %d %s that leaks nothing, and a log line without what was written', async (status, code, failure) => {
    scene.hasClinic(aClinic());
    dynamoDb.on(PutCommand).rejects(failure());
    const answer = await ask(checkInRoute, { path, body: { name: canary, details: { note: canary } } });
    expect(answer).toMatchObject({ statusCode: status, body: { status, code } });
    expect(Object.keys(answer.body).toSorted()).toEqual(['code', 'detail', 'status', 'title', 'type']);
    expect(JSON.stringify(answer)).not.toContain(canary);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(canary);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ route: checkInRoute, clinicId: 'demo', requestId: 'gateway-request' });
  });

  it('is a route that nobody has: not-found, names of Object.prototype too', async () => {
    for (const route of ['GET /nowhere', 'toString', '__proto__']) await expect(ask(route)).resolves.toMatchObject({ statusCode: 404 });
  });
});
