import { randomBytes } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { callerActions, goodFrames, goodRoutes, staffActions } from './good.ts';
import { editedObject, hostileText, hostileValue } from './hostile-json.ts';
import { byteChanges, mutateBytes } from './mutate-bytes.ts';

/**
 * Bytes as they go over TCP. `<caller token>`, `<member token>`, `<ticket>`, `<clinic>` and `<caller>` stand for those of the running stack;
 * bytes are Latin-1 text, so that a failure can be printed and had again.
 */
export type RawInput =
  | { readonly kind: 'http'; readonly bytes: string }
  | { readonly kind: 'upgrade'; readonly bytes: string }
  /** What follows a good handshake. */
  | { readonly kind: 'frames'; readonly from: 'caller' | 'member'; readonly bytes: string };

const latin1 = (bytes: Buffer): string => bytes.toString('latin1');
const bent = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, byteChanges).map(([each, changes]) => latin1(mutateBytes(Buffer.from(each, 'latin1'), changes)));

const oneLine = hostileText.map((text) => latin1(Buffer.from(text)).replaceAll(/[\r\n\0]/g, ' '));

/** 10 MB of one letter in 10 KB: whoever unpacks it pays for it. */
const bomb = latin1(gzipSync(Buffer.alloc(10 * 1024 * 1024, 0x61)));

const header: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'Content-Type: application/json',
    'Content-Encoding: gzip',
    'Expect: 100-continue',
    'Expect: nothing',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Content-Length: -1',
    'Content-Length: 1e3',
    'Content-Length: 99999999999999999999',
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Connection: Upgrade\r\nUpgrade: h2c',
    'constructor: 1\r\nconstructor: 2',
    '__proto__: 1\r\n__proto__: 2',
    'X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 10.0.0.2',
    'Origin: null\r\nAccess-Control-Request-Method: PUT',
    'Cookie: a=b; __proto__=c',
    ' folded: line',
    'no colon',
    ': no name',
    'Host: other',
  ),
  oneLine.map((text) => `User-Agent: ${text}`),
  oneLine.map((text) => `Authorization: Bearer ${text}`),
  fc.integer({ min: 1, max: 300 }).map((count) => Array.from({ length: count }, (_, index) => `X-${index}: a`).join('\r\n')),
  fc.constantFrom(9_000, 10_240, 20_000, 70_000).map((bytes) => `X-Long: ${'a'.repeat(bytes)}`),
);

const target = fc.constantFrom(...Object.keys(goodRoutes)).chain((routeKey) => {
  const [method = '', path = ''] = routeKey.split(' ');
  const filled = path
    .replace('{clinicId}', '<clinic>')
    .replace('{callerId}', '<caller>')
    .replaceAll(/\{\w+\}/g, 'someone');
  const query = fc.oneof(
    fc.constant(''),
    fc.constantFrom('?__proto__=1&constructor=2&constructor=3', '?%', '?%ff', '?a=%0d%0aX:%20y', '?search=%f0%9f', `?${'a'.repeat(9000)}`),
    hostileText.map((text) => `?search=${encodeURIComponent(text.toWellFormed())}`),
  );
  const wildPath = fc.oneof(
    { weight: 3, arbitrary: fc.constant(filled) },
    {
      weight: 1,
      arbitrary: hostileText.map((text) => filled.replace(/<\w+>|someone/, encodeURIComponent(text.toWellFormed()))),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '*',
        '//',
        '/..',
        '/%',
        '/%ff',
        '/%0d%0aSet-Cookie:%20a=b',
        'http://other/health',
        `/${'a/'.repeat(3000)}`,
      ),
    },
  );
  return fc.record({ method: fc.constant(method), path: wildPath, query, routeKey: fc.constant(routeKey) });
});

const http: fc.Arbitrary<RawInput> = target.chain(({ method, path, query, routeKey }) => {
  const body = fc.oneof(
    {
      weight: 4,
      arbitrary: goodRoutes[routeKey]?.body === undefined ? fc.constant('') : editedObject(goodRoutes[routeKey].body).map(utf8),
    },
    { weight: 1, arbitrary: hostileValue.map(utf8) },
    { weight: 1, arbitrary: fc.constantFrom(bomb, '\xff\xfe', '{"name":"\xc3\x28"}', '1\r\na\r\n0\r\n\r\n', 'ffffffffffff\r\n') },
  );
  return bent(
    fc
      .tuple(
        fc.oneof(
          { weight: 8, arbitrary: fc.constant(method) },
          { weight: 1, arbitrary: fc.constantFrom('OPTIONS', 'HEAD', 'TRACE', 'CONNECT', 'BREW', 'get', '') },
        ),
        fc.constantFrom('<member token>', '<member token>', '<caller token>', ''),
        fc.array(header, { maxLength: 3 }),
        body,
        fc.oneof(
          { weight: 8, arbitrary: fc.constant('HTTP/1.1') },
          { weight: 1, arbitrary: fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'ICY') },
        ),
        fc.constantFrom('declared', 'declared', 'declared', 'too long', 'too short'),
      )
      .map(([verb, token, headers, payload, version, declared]) => {
        const length = payload.length + { declared: 0, 'too long': 10, 'too short': -Math.min(3, payload.length) }[declared];
        const lines = [
          `${verb} ${path}${query} ${version}`,
          'Host: localhost',
          'Connection: close',
          ...(token === '' ? [] : [`Authorization: Bearer ${token}`]),
          ...(payload === '' ? [] : [`Content-Length: ${length}`]),
          ...headers,
        ];
        return `${lines.join('\r\n')}\r\n\r\n${payload}`;
      }),
  ).map((bytes) => ({ kind: 'http', bytes }));
});

const utf8 = (text: string): string => latin1(Buffer.from(text));

const upgrade: fc.Arbitrary<RawInput> = bent(
  fc
    .tuple(
      fc.constantFrom('', '?__proto__=1', '?constructor=1', '?toString=1&toString=2', '?%ff', `?${'a'.repeat(5000)}`),
      fc.constantFrom('13', '13', '13', '8', '', '-1', '13, 8'),
      fc.constantFrom('AAAAAAAAAAAAAAAAAAAAAA==', 'AAAAAAAAAAAAAAAAAAAAAA==', 'short', '', `${'A'.repeat(500)}==`),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant('waiting-area.v1, ticket.<ticket>') },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            '',
            ',',
            'waiting-area.v1',
            'waiting-area.v1, waiting-area.v1',
            'ticket.<ticket>',
            'a b',
            `a${',a'.repeat(2000)}`,
          ),
        },
        { weight: 1, arbitrary: oneLine.map((text) => `waiting-area.v1, ticket.${text}`) },
      ),
      fc.constantFrom(
        '',
        'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=15\r\n',
        'Sec-WebSocket-Extensions: ;;=,\r\n',
        'Origin: https://evil.example\r\n',
      ),
      fc.array(header, { maxLength: 2 }),
      fc.constantFrom('GET', 'GET', 'GET', 'POST', 'OPTIONS'),
    )
    .map(
      ([query, version, key, protocols, more, headers, verb]) =>
        `${verb} <path>${query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: ${version}\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: ${protocols}\r\n${more}` +
        `${headers.map((each) => `${each}\r\n`).join('')}\r\n`,
    ),
).map((bytes) => ({ kind: 'upgrade', bytes }));

interface WireFrame {
  readonly first: number;
  readonly payload: Buffer;
  readonly isMasked: boolean;
  readonly lengthForm: 'usual' | 'long' | 'wrong';
}

/** A frame as https://www.rfc-editor.org/rfc/rfc6455#section-5.2 has it, or nearly. */
export const wireFrame = ({ first, payload, isMasked, lengthForm }: WireFrame): Buffer => {
  const length = payload.length + (lengthForm === 'wrong' ? 7 : 0);
  const mask = isMasked ? 0x80 : 0;
  const head =
    lengthForm === 'long' || length > 0xffff
      ? Buffer.concat([Buffer.from([first, mask | 127]), uint(length, 8)])
      : length > 125
        ? Buffer.concat([Buffer.from([first, mask | 126]), uint(length, 2)])
        : Buffer.from([first, mask | length]);
  if (!isMasked) return Buffer.concat([head, payload]);
  const key = randomBytes(4);
  return Buffer.concat([head, key, payload.map((byte, index) => byte ^ (key[index % 4] ?? 0))]);
};

const uint = (value: number, bytes: 2 | 8): Buffer => {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 2) buffer.writeUInt16BE(value);
  else buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
};

const frameText = fc
  .constantFrom(...staffActions, ...callerActions)
  .filter((action) => action !== 'leave')
  .chain((action) => editedObject(goodFrames[action].map((fields) => ({ action, requestId: 'r1', ...fields }))));

const payload: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: frameText.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: hostileValue.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        '\xc0\xaf',
        '\xed\xa0\x80',
        '\xf4\x90\x80\x80',
        '{"action":"\xff"}',
        '\x03\xe8',
        '\x03\xef bye',
        '\x00\x00',
        '\x0b\xb8\xff',
      )
      .map((text) => Buffer.from(text, 'latin1')),
  },
  { weight: 1, arbitrary: fc.constantFrom(32 * 1024, 32 * 1024 + 1, 128 * 1024 + 1).map((bytes) => Buffer.alloc(bytes, 0x20)) },
  { weight: 1, arbitrary: fc.constant(deflateRawSync(Buffer.alloc(1024 * 1024))) },
);

const oneFrame: fc.Arbitrary<Buffer> = fc
  .record({
    first: fc.oneof(
      { weight: 20, arbitrary: fc.constant(0x81) },
      { weight: 2, arbitrary: fc.constantFrom(0x01, 0x80, 0x00, 0x82, 0x88, 0x89, 0x8a, 0xc1, 0xf1, 0x83, 0x8f, 0x09) },
      { weight: 1, arbitrary: fc.nat({ max: 255 }) },
    ),
    payload,
    isMasked: fc.oneof({ weight: 30, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    lengthForm: fc.oneof(
      { weight: 30, arbitrary: fc.constant('usual' as const) },
      { weight: 1, arbitrary: fc.constantFrom('long' as const, 'wrong' as const) },
    ),
  })
  .map(wireFrame);

const frames: fc.Arbitrary<RawInput> = fc
  .tuple(fc.constantFrom('caller' as const, 'member' as const), fc.array(oneFrame, { minLength: 1, maxLength: 5 }), byteChanges)
  .map(([from, all, changes]) => ({ kind: 'frames', from, bytes: latin1(mutateBytes(Buffer.concat(all), changes)) }));

export const rawInput: fc.Arbitrary<RawInput> = fc.oneof(
  { weight: 6, arbitrary: http },
  { weight: 1, arbitrary: upgrade },
  { weight: 3, arbitrary: frames },
);
