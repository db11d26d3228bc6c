import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { aCaller, wrote } from '../../builders/a-caller.ts';
import { aStreamRecord } from '../../builders/a-stream-record.ts';
import { anHttpEvent, aSocketEvent, callerOwner, staffOwner } from '../../builders/api-gateway-events.ts';
import { aHandlerScene, giveEnvironment } from './handler-scene.ts';

process.env.POWERTOOLS_LOG_LEVEL = 'DEBUG'; // read when the logger is made
giveEnvironment();
type Handler = (event: unknown, context: Context) => Promise<unknown>;
const load = async (name: string): Promise<Handler> => (await import(`../../../functions/${name}.ts`)).handler;
const { dynamoDb, lines } = aHandlerScene();

const canary = 'canary in the left knee';
const token = 'T'.repeat(43);
const visit = aCaller().withMessages(wrote(canary)).build();
const frame = (owner: typeof staffOwner, routeKey: string, fields: object) =>
  aSocketEvent({ owner, routeKey, body: JSON.stringify({ action: routeKey, requestId: 'r1', ...fields }) });

/** An event for each function that makes it ask the store. */
const events: Record<string, unknown> = {
  authorize: { methodArn: 'arn', headers: { 'Sec-WebSocket-Protocol': `waiting-area.v1, ticket.${token}demo` } },
  connection: aSocketEvent({ owner: callerOwner, routeKey: '$disconnect', eventType: 'DISCONNECT' }),
  'caller-socket': frame(callerOwner, 'sendMessage', { messageId: 'm1', text: canary }),
  'staff-socket': frame(staffOwner, 'notify', { callerId: 'sue', messageId: 'm1', text: canary }),
  'public-http': anHttpEvent('POST /clinics/{clinicId}/callers', { path: { clinicId: 'demo' }, body: { name: canary } }),
  'staff-http': anHttpEvent('GET /clinics/{clinicId}/settings', { path: { clinicId: 'demo' }, user: 'admin' }),
  broadcast: { kind: 'broadcast', clinicId: 'demo', broadcastId: 'b1' },
  'board-updates': { Records: [aStreamRecord({ after: visit }, '1')] },
  deadlines: {},
};

/** Errors of the store as they can come: with the values that were asked of it, and with whole items. */
const quoting = {
  'a value': () =>
    Object.assign(new Error(`One or more parameter values were invalid: ${canary} ${token}`), {
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    }),
  'an item': () =>
    new TransactionCanceledException({
      message: `Transaction cancelled [ConditionalCheckFailed] ${canary}`,
      $metadata: {},
      CancellationReasons: [{ Code: 'ValidationError', Message: canary, Item: { text: { S: canary }, tokenHash: { S: token } } }],
    }),
};

/** All that Lambda's runtime would log of an error: its own properties, however deep. */
const allOf = (thrown: unknown): string =>
  JSON.stringify(thrown, (_key, value) =>
    value instanceof Error
      ? { ...Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name)])) }
      : value,
  );

describe.each(Object.keys(events))('%s', (name) => {
  let handler: Handler;
  const written: string[] = [];
  beforeEach(async () => {
    handler = await load(name);
    written.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
      written.push(String(line));
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const run = async (event: unknown) => {
    const came = await handler(event, {} as Context).then(
      (answer) => JSON.stringify(answer),
      (error) => {
        expect(error).toBeInstanceOf(Error);
        return allOf(error);
      },
    );
    return { came, logged: [...lines, ...written].join('') };
  };

  it.each(Object.entries(quoting))(
    'says nothing of a store’s error that quotes %s: not to who asked, not to Lambda, not in the log',
    async (_case, failure) => {
      dynamoDb.onAnyCommand().rejects(failure());
      const { came, logged } = await run(events[name]);
      expect(logged).toContain(failure().name);
      for (const secret of [canary, token]) expect(came + logged).not.toContain(secret);
    },
  );

  it('says nothing of an event that it cannot read', async () => {
    const { came, logged } = await run({ body: canary, headers: { authorization: token }, Records: canary, kind: canary });
    for (const secret of [canary, token]) expect(came + logged).not.toContain(secret);
  });
});
