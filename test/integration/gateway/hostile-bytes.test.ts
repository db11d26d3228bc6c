import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { owner } from '../../../local/iam/guard.ts';
import { signingHeaders } from '../../../local/iam/signature.ts';
import { objectOf } from '../../../local/json.ts';
import { exchange } from '../tcp.ts';
import { type FixtureStack, opened, startFixtureStack } from './fixture-stack.ts';

const complete = (answer: Buffer): boolean => answer.includes('\r\n\r\n');
const tooLong = 8_000;

describe('hostile bytes', () => {
  let stack: FixtureStack;
  /** Sends text as it is, and answers the status; undefined where the server says nothing. */
  const statusOf = async (address: string, text: string): Promise<number | undefined> => {
    const { answer } = await exchange(address, [Buffer.from(text, 'latin1')], complete, { patienceMs: tooLong, isHalfClosed: false });
    const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer.toString('latin1')) ?? [];
    return status === undefined ? undefined : Number(status);
  };
  const get = (target: string, ...headers: string[]) =>
    statusOf(stack.endpoints.http, [`GET ${target} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'));
  const upgrade = (query: string, ...headers: string[]) => {
    const { pathname } = new URL(stack.endpoints.webSocket);
    const lines = [
      `GET ${pathname}${query} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Protocol: fixture.v1, allowed',
      ...headers,
    ];
    return statusOf(stack.endpoints.webSocket, `${lines.join('\r\n')}\r\n\r\n`);
  };

  beforeAll(async () => {
    stack = await startFixtureStack();
  }, 120_000);
  let printedBefore = 0;
  beforeEach(() => {
    printedBefore = stack.output().length;
  });
  // What breaks in a gateway is printed.
  afterEach(() => expect(stack.output().slice(printedBefore)).not.toMatch(/\bat .*:\d+:\d+/));
  afterAll(() => stack.stop());

  const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

  it.each(inherited)('a query parameter called %s is one like any other', async (name) => {
    expect(await upgrade(`?${name}=1&${name}=2`)).toBe(101);
    const event = objectOf(await (await fetch(`${stack.endpoints.http}/echo/x?${name}=1&${name}=2`)).json());
    expect(Object.entries(objectOf(event.queryStringParameters))).toEqual([[name, '1,2']]);
  });

  it.each(inherited)('a header called %s is one like any other', async (name) => {
    expect(await upgrade('', `${name}: 1`, `${name}: 2`)).toBe(101);
    const request = `GET /echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${name}: 1\r\n${name}: 2\r\n\r\n`;
    const { answer } = await exchange(stack.endpoints.http, [Buffer.from(request)], () => false, {
      patienceMs: tooLong,
      isHalfClosed: false,
    });
    const event = objectOf(JSON.parse(answer.toString().split('\r\n\r\n')[1] ?? ''));
    expect(Object.entries(objectOf(event.headers))).toContainEqual([name.toLowerCase(), '1,2']);
  });

  it.each([
    ['a header over 10,240 bytes', [`X-Long: ${'a'.repeat(10_240)}`], 431],
    ['more than Node would keep of them', Array.from({ length: 3000 }, () => 'a:'), 431],
    ['headers just under 10,240 bytes', [`X-Long: ${'a'.repeat(9_900)}`], 200],
    ['a header without a colon', ['nonsense'], 400],
    ['a line break inside a header', ['X-A: b\rX-C: d'], 400],
    ['two lengths', ['Content-Length: 1', 'Content-Length: 2'], 400],
    ['a length and chunks, as smugglers send', ['Content-Length: 1', 'Transfer-Encoding: chunked'], 400],
  ])('%s is answered by the HTTP API', async (_, headers, status) => {
    expect(await get('/echo/x', ...headers)).toBe(status);
  });

  it.each(['/echo/%0d%0aX-Forged:%20yes', '/echo/%', '/echo/%ff', '/echo/%00'])('the path %s forges no header', async (path) => {
    const { answer } = await exchange(
      stack.endpoints.http,
      [Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)],
      () => false,
      { patienceMs: tooLong, isHalfClosed: false },
    );
    const [head = ''] = answer.toString().split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200/);
    expect(head).not.toContain('X-Forged');
  });

  it('a body whose bytes are no UTF-8 reaches the handler byte by byte', async () => {
    const send = async (body: Buffer<ArrayBuffer>) => {
      const response = await fetch(`${stack.endpoints.http}/echo/x`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      const { body: seen, isBase64Encoded } = objectOf(await response.json());
      return { seen, isBase64Encoded };
    };
    const latin1 = Buffer.from('{"é":1}', 'latin1');
    expect(await send(latin1)).toEqual({ seen: latin1.toString('base64'), isBase64Encoded: true });
    expect(await send(Buffer.from('{"é":1}'))).toEqual({ seen: '{"é":1}', isBase64Encoded: false });
  });

  it('a compressed body is not unpacked', async () => {
    const packed = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const response = await fetch(`${stack.endpoints.http}/echo/x`, { method: 'POST', body: packed, headers });
    const { body } = objectOf(await response.json());
    expect(Buffer.from(String(body), 'base64').equals(packed)).toBe(true);
  });

  it('a body over 10 MB is 413', async () => {
    const response = await fetch(`${stack.endpoints.http}/echo/x`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
  });

  it('permessage-deflate is not negotiated, and a frame that claims it closes the socket', async () => {
    const webSocket = new WebSocket(stack.endpoints.webSocket, ['fixture.v1', 'allowed'], { perMessageDeflate: true });
    const client = await opened(webSocket);
    expect(webSocket.extensions).toBe('');
    await client.close();
    const raw = await opened(new WebSocket(stack.endpoints.webSocket, ['fixture.v1', 'allowed']));
    // RSV1 is set: "this message is compressed" (RFC 7692, 6). `_socket` is the bare TCP socket of ws.
    const { _socket: tcp } = raw.webSocket as unknown as { _socket: NodeJS.WritableStream };
    tcp.write(Buffer.from([0xc1, 0x80, 0, 0, 0, 0]));
    expect(await raw.closed).toBe(1002);
  });

  it('a post to an id that cannot be decoded finds nobody', async () => {
    const at = new URL(`${stack.endpoints.webSocket.replace('ws:', 'http:')}/@connections/%ff`);
    const request = { method: 'POST', url: at.pathname, headers: { host: at.host }, body: 'x' };
    const headers = signingHeaders(owner, 'execute-api', request, Date.now());
    const response = await fetch(at, { method: 'POST', body: request.body, headers });
    expect(response.status).toBe(410);
  });
});
