import fc from 'fast-check';
import { callerActions, goodFrames, goodRoutes, staffActions } from './good.ts';
import { editedObject, hostileKey, hostileText, hostileValue } from './hostile-json.ts';
import { byteChanges, mutateBytes } from './mutate-bytes.ts';

/** Whoever may be at the other end of a socket, or hold a token. */
export const people = ['administrator', 'member', 'stranger', 'caller', 'offline caller', 'ended caller', 'erased caller'] as const;
export type Person = (typeof people)[number];

/** One thing that comes from outside, as the gateway hands it over. */
export type Input =
  | { readonly kind: 'frame'; readonly from: Person; readonly body: string; readonly misroutedTo?: string | undefined }
  | {
      readonly kind: 'request';
      readonly routeKey: string;
      readonly path: Readonly<Record<string, string>>;
      readonly query: string;
      readonly body?: string | undefined;
      readonly isBase64: boolean;
      readonly authorization?: string | undefined;
      /** The subject that the JWT authorizer has verified. */
      readonly subject: unknown;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'connect'; readonly protocols: string | undefined }
  | { readonly kind: 'disconnect'; readonly from: Person };

/** The usual ones, and the others once in six times. */
const mostly = <Each>(usual: readonly Each[], others: readonly Each[]): fc.Arbitrary<Each> =>
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const bent = (body: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(body, byteChanges).map(([text, changes]) => (changes.length === 0 ? text : mutateBytes(Buffer.from(text), changes).toString()));

const requestId = fc.constantFrom('r1', 'r1', 'r1', 'A_-9', 'r'.repeat(64));

const frameOf = (action: keyof typeof goodFrames) =>
  editedObject(fc.tuple(goodFrames[action], requestId).map(([fields, id]) => ({ action, requestId: id, ...fields })));

const staffFrame = fc.constantFrom(...staffActions).chain(frameOf);
const callerFrame = fc.constantFrom(...callerActions).chain(frameOf);

/** Seldom: a frame names two actions, and the gateway has read the other one. */
const misroutedTo = mostly<string | undefined>(
  [undefined],
  [undefined, ...staffActions, ...callerActions, '$default', '__proto__', 'constructor'],
);

const frame: fc.Arbitrary<Input> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('frame'),
      from: mostly<Person>(['administrator', 'member'], ['stranger', 'caller']),
      body: bent(staffFrame),
      misroutedTo,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('frame'),
      from: mostly<Person>(['caller'], ['offline caller', 'ended caller', 'erased caller', 'member']),
      body: bent(callerFrame),
      misroutedTo,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('frame'), from: fc.constantFrom(...people), body: bent(hostileValue), misroutedTo }),
  },
);

/** Tokens of `clinic.ts`, by name, and what is none. */
export const tokens = ['caller token', 'member token', 'stranger token', 'late token', 'foreign token', 'unsigned token'] as const;
const authorization = fc.oneof(
  {
    weight: 6,
    arbitrary: mostly(
      ['Bearer <caller token>', 'Bearer <member token>'],
      tokens.map((token) => `Bearer <${token}>`),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(undefined, '', 'Bearer', 'Bearer ..', 'bearer a.b.c', 'Basic YTpi', 'Bearer eyJhbGciOiJub25lIn0.e30.'),
  },
  { weight: 1, arbitrary: hostileText.map((text) => `Bearer ${text}`) },
  { weight: 1, arbitrary: fc.tuple(hostileValue, hostileValue).map((parts) => `Bearer ${[...parts, ''].map(base64url).join('.')}`) },
);

const base64url = (text: string) => Buffer.from(text).toString('base64url');

const pathValues: Readonly<Record<string, fc.Arbitrary<string>>> = {
  clinicId: mostly(['demo'], ['other', 'none']),
  callerId: mostly(['sue'], ['tom', 'eve', 'foreigner', 'nobody']),
  broadcastId: mostly(['b1'], ['b2']),
  userId: fc.constantFrom('admin', 'clerk', 'new.user@example', 'oidc|1:2+3'),
  code: fc.constantFrom('<invitation>', '<invitation>', 'c'.repeat(47)),
};

const pathValue = (name: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: pathValues[name] ?? fc.constant('demo') },
    { weight: 1, arbitrary: hostileText },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 8000 }).map((length) => 'a'.repeat(length)) },
  );

const pathOf = (routeKey: string): fc.Arbitrary<Record<string, string>> =>
  fc.record(Object.fromEntries([...routeKey.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, pathValue(name)])));

const queryOf = (good: fc.Arbitrary<string> = fc.constant('')): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: good },
    {
      weight: 2,
      arbitrary: fc
        .array(
          fc.tuple(
            fc.oneof(
              fc.constantFrom('status', 'search', 'cursor', 'limit', 'afterSeq'),
              hostileKey.map((key) => key.slice(1, -1)),
            ),
            fc.oneof(
              hostileText,
              fc.constantFrom('1e3', '-1', '9'.repeat(30), 'cCMxI2E', Buffer.from(`p#${'9'.repeat(600)}#a`).toString('base64url')),
            ),
          ),
          { maxLength: 4 },
        )
        .map((pairs) => pairs.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&')),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('%', '%ff=%c0%af', '=&=&', '__proto__=1&__proto__=2', `search=${'%f0'.repeat(300)}`, 'status', '?&#'),
    },
  );

const encoded = (text: string) => encodeURIComponent(text.toWellFormed());

const headers = fc.dictionary(
  fc.constantFrom('user-agent', 'x-forwarded-for', 'content-type', 'origin', 'constructor', '__proto__', 'content-encoding'),
  fc.oneof(hostileText, fc.constantFrom('gzip', 'application/json', 'https://evil.example')),
  { maxKeys: 3 },
);

const subjectOf = (routeKey: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 20,
      arbitrary: mostly<unknown>(routeKey === 'POST /clinics' ? ['operator'] : ['admin', 'admin', 'clerk'], [
        'stranger',
        'operator',
        'foreign-admin',
      ]),
    },
    { weight: 1, arbitrary: fc.oneof<fc.Arbitrary<unknown>[]>(hostileText, fc.constantFrom(undefined, null, 1, {}, 'a'.repeat(2000))) },
  );

const requestOf = (routeKey: string): fc.Arbitrary<Input> => {
  const { body, query } = goodRoutes[routeKey] ?? {};
  return fc.record({
    kind: fc.constant('request'),
    routeKey: fc.constant(routeKey),
    path: pathOf(routeKey),
    query: queryOf(query),
    body: body === undefined ? fc.option(hostileValue, { nil: undefined, freq: 4 }) : bent(editedObject(body)),
    isBase64: fc.oneof({ weight: 20, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    authorization,
    subject: subjectOf(routeKey),
    headers,
  });
};

const request = fc.constantFrom(...Object.keys(goodRoutes)).chain(requestOf);

const protocols = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('waiting-area.v1, ticket.<ticket>', 'waiting-area.v1,ticket.<ticket>') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(undefined, '', ',', 'ticket.<ticket>', 'waiting-area.v1, ticket.', 'waiting-area.v1, ticket.<ticket>x'),
  },
  { weight: 2, arbitrary: hostileText.map((text) => `waiting-area.v1, ticket.${text}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.stringMatching(/^[A-Za-z0-9_-]{43}$/), hostileText)
      .map(([secret, clinic]) => `waiting-area.v1, ticket.${secret}${clinic}`),
  },
);

const connect: fc.Arbitrary<Input> = fc.record({ kind: fc.constant('connect'), protocols });
const disconnect: fc.Arbitrary<Input> = fc.record({ kind: fc.constant('disconnect'), from: fc.constantFrom(...people) });

export const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 50, arbitrary: frame },
  { weight: 45, arbitrary: request },
  { weight: 4, arbitrary: connect },
  { weight: 1, arbitrary: disconnect },
);
