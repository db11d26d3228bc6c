import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { answerJson, type LocalServer, listen, readBody } from '../../../local/http-server.ts';
import { exchange } from '../tcp.ts';

const requestTimeoutMs = 200;
const head = 'POST / HTTP/1.1\r\nHost: localhost\r\n';

describe('a request that does not arrive', () => {
  let server: LocalServer;
  let served: (number | undefined)[];
  let upgraded: number;
  beforeEach(async () => {
    served = [];
    upgraded = 0;
    jest.spyOn(console, 'error').mockImplementation(() => {});
    server = await listen('test', 0, requestTimeoutMs);
    server.serve(async (request, response) => {
      served.push((await readBody(request, 100))?.length);
      answerJson(response, 200, {});
    });
    server.server.on('upgrade', (_, socket) => {
      upgraded += 1;
      socket.end();
    });
  });
  afterEach(() => {
    server.close();
    expect(console.error).not.toHaveBeenCalled();
    jest.restoreAllMocks();
  });

  /** What the server says until it closes the connection; longer than any test takes, this waits for that. */
  const talk = async (...chunks: string[]) => {
    const bytes = chunks.map((chunk) => Buffer.from(chunk));
    const { answer, isClosed } = await exchange(`http://127.0.0.1:${server.port}`, bytes, () => false, {
      patienceMs: 60_000,
      isHalfClosed: false,
    });
    return { status: answer.toString().slice(9, 12), isClosed };
  };

  it.each([
    ['headers that never end', `${head}X-Slow: `],
    ['a body that never ends', `${head}Content-Length: 10\r\n\r\nabc`],
    ['chunks that never end', `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`],
    ['an upgrade whose headers never end', `${head.replace('POST', 'GET')}Connection: Upgrade\r\nUpgrade: websocket\r\n`],
  ])('for its %s is 408, and its connection is closed', async (_, bytes) => {
    expect(await talk(bytes)).toEqual({ status: '408', isClosed: true });
    expect({ served, upgraded }).toEqual({ served: [], upgraded: 0 });
  });

  it('leaves those alone that do', async () => {
    expect(await talk(`${head}Connection: close\r\nContent-Length: 3\r\n\r\n`, 'abc')).toEqual({ status: '200', isClosed: true });
    expect(served).toEqual([3]);
  });

  it('is dropped without a word when its client goes', async () => {
    const bytes = [Buffer.from(`${head}Content-Length: 10\r\n\r\nabc`)];
    await exchange(`http://127.0.0.1:${server.port}`, bytes, () => true, { patienceMs: 50, isHalfClosed: true });
    expect(await talk(`${head}Connection: close\r\n\r\n`)).toEqual({ status: '200', isClosed: true });
    expect(served).toEqual([0]);
  });

  it('keeps no more of a body than it may hold', async () => {
    expect(await talk(`${head}Connection: close\r\nContent-Length: 5000\r\n\r\n`, 'a'.repeat(5000))).toMatchObject({ status: '200' });
    expect(served).toEqual([undefined]);
  });
});
