import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, it } from '@jest/globals';
import { aContext, anHttpEvent } from '../../builders/api-gateway-events.ts';
import { aHandlerScene, broken, giveEnvironment } from './handler-scene.ts';

giveEnvironment();
const { handler } = await import('../../../functions/public-http.ts');
const { dynamoDb, lines } = aHandlerScene();

const forged = '\r\n{"level":"ERROR","what":"smuggled"}\r\nSet-Cookie: smuggled=1';
const checkInRoute = 'POST /clinics/{clinicId}/callers';

beforeEach(() => {
  dynamoDb.on(UpdateCommand).resolves({ Attributes: { checkIns: 1 } });
  dynamoDb.on(GetCommand).rejects(broken());
});

it.each([
  ['a name and its details', { body: { name: 'Sue', details: { note: forged.replaceAll('\r', '') } } }],
  ['an address', { body: { name: 'Sue' }, sourceIp: forged }],
  ['a query', { body: { name: 'Sue' }, query: encodeURIComponent(forged) }],
  ['a token', { body: { name: 'Sue' }, token: forged }],
])('a line break in %s forges neither a log line nor a header, where a store breaks', async (_, request) => {
  const event = anHttpEvent(checkInRoute, { path: { clinicId: 'demo' }, ...request });
  const { headers, statusCode } = await handler({ ...event, headers: { ...event.headers, 'user-agent': forged } }, aContext);
  expect(statusCode).toBe(500);
  expect(Object.entries(headers ?? {}).join()).not.toMatch(/smuggled|[\r\n]/);
  const written = lines.join('').trimEnd().split('\n');
  expect(written).toHaveLength(1);
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ route: checkInRoute });
  expect(written[0]).not.toContain('smuggled');
});

it('a line break in an id of the path reaches no log at all: it names nothing', async () => {
  const { statusCode } = await handler(anHttpEvent(checkInRoute, { path: { clinicId: `demo${forged}` }, body: { name: 'Sue' } }), aContext);
  expect(statusCode).toBe(404);
  expect(lines).toEqual([]);
});
