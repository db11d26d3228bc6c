import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { isOperation, policy } from '../../../functions/core/policy.ts';
import { aBroadcast } from '../../builders/a-broadcast.ts';
import { aCaller, manyCallers, notified } from '../../builders/a-caller.ts';
import { aClinic, aMember, anAdministrator } from '../../builders/a-clinic.ts';
import { aContext, anHttpEvent } from '../../builders/api-gateway-events.ts';
import { conditionRefused } from '../data/dynamodb-mock.ts';
import { aHandlerScene, giveEnvironment } from './handler-scene.ts';

giveEnvironment();
const { handler } = await import('../../../functions/staff-http.ts');
const scene = aHandlerScene();
const { dynamoDb, lambda } = scene;

const ask = async (...request: Parameters<typeof anHttpEvent>) => {
  const response = await handler(anHttpEvent(...request), aContext);
  return { ...response, body: JSON.parse(response.body ?? 'null') };
};

const demo = { clinicId: 'demo' };
const sue = { ...demo, callerId: 'sue' };
const visit = aCaller()
  .withMessages(notified('Please come in', { i: 'm1' }))
  .build();
const notice = { messageId: 'm1', text: 'Please come in' };
const newMember = { name: 'Nora', role: 'member', answersMessages: false };

/** Every route of a clinic: who may, what is sent, and the status where all is well. */
const routes: [string, 'member' | 'administrator', Parameters<typeof anHttpEvent>[1], number][] = [
  ['POST /clinics/{clinicId}/tickets', 'member', { path: demo }, 201],
  ['GET /clinics/{clinicId}/settings', 'member', { path: demo }, 200],
  ['PATCH /clinics/{clinicId}/settings', 'administrator', { path: demo, body: { guestMessages: true } }, 200],
  ['POST /clinics/{clinicId}/invitations', 'administrator', { path: demo, body: newMember }, 201],
  ['GET /clinics/{clinicId}/members', 'administrator', { path: demo }, 200],
  ['PUT /clinics/{clinicId}/members/{userId}', 'administrator', { path: { ...demo, userId: 'nora' }, body: newMember }, 201],
  ['DELETE /clinics/{clinicId}/members/{userId}', 'administrator', { path: { ...demo, userId: 'clerk' } }, 204],
  ['GET /clinics/{clinicId}/callers', 'member', { path: demo }, 200],
  ['PATCH /clinics/{clinicId}/callers/{callerId}', 'member', { path: sue, body: { status: 'on-hold' } }, 200],
  ['PATCH /clinics/{clinicId}/callers/{callerId}', 'member', { path: sue, body: { guestMessages: null } }, 200],
  ['DELETE /clinics/{clinicId}/callers/{callerId}', 'administrator', { path: sue }, 204],
  ['POST /clinics/{clinicId}/callers/{callerId}/messages', 'member', { path: sue, body: notice }, 201],
  ['POST /clinics/{clinicId}/broadcasts', 'member', { path: demo, body: { broadcastId: 'b1', text: 'Late' } }, 202],
  ['GET /clinics/{clinicId}/broadcasts/{broadcastId}', 'member', { path: { ...demo, broadcastId: 'b1' } }, 200],
  ['GET /clinics/{clinicId}/broadcasts/{broadcastId}/recipients', 'member', { path: { ...demo, broadcastId: 'b1' } }, 200],
  ['GET /clinics/{clinicId}/audit', 'administrator', { path: demo }, 200],
];
const isWrite = (command: unknown) =>
  [PutCommand, UpdateCommand, DeleteCommand, TransactWriteCommand].some((write) => command instanceof write);
const isAudited = (route: string) => isOperation(route) && policy[route].audited !== 'no';
/** The names of the tables that were written to. */
const writes = () => dynamoDb.calls().flatMap(({ args: [{ input }], args: [command] }) => (isWrite(command) ? [tableOf(input)] : []));
const tableOf = (input: object) => ('TableName' in input ? input.TableName : 'a transaction');

beforeEach(() => {
  scene.hasMember(anAdministrator());
  scene.hasMember(aMember());
  scene.hasClinic(aClinic());
  dynamoDb.on(UpdateCommand, { TableName: 'CallersTable' }).resolves({ Attributes: { ...visit } });
  dynamoDb.on(UpdateCommand, { TableName: 'ClinicsTable' }).resolves({ Attributes: { ...aClinic() } });
  dynamoDb.on(DeleteCommand, { TableName: 'CallersTable' }).resolves({ Attributes: { ...visit } });
  dynamoDb.on(QueryCommand, { TableName: 'CallersTable' }).resolves({ Items: manyCallers(3).map((row) => ({ ...row })) });
  dynamoDb.on(QueryCommand, { TableName: 'BroadcastsTable' }).resolves({ Items: [{ ...aBroadcast(), item: 'b1/job' }] });
});

describe.each(routes)('%s', (route, least, request, status) => {
  it(`answers an administrator with ${status}`, async () => {
    await expect(ask(route, { ...request, user: 'admin' })).resolves.toMatchObject({ statusCode: status });
  });

  it(least === 'member' ? `answers a member with ${status}` : 'is forbidden to a member, and nothing is done', async () => {
    const { statusCode } = await ask(route, { ...request, user: 'clerk' });
    expect(statusCode).toBe(least === 'member' ? status : 403);
    // But for the audit log, which says that it was tried.
    if (least === 'administrator') expect(writes()).toEqual(isAudited(route) ? ['AuditTable'] : []);
  });

  it('is not-found to one of another clinic, whatever was sent, and nothing is done', async () => {
    const { statusCode, body } = await ask(route, { ...request, body: { nonsense: true }, user: 'stranger' });
    expect([statusCode, body.code]).toEqual([404, 'not-found']);
    expect(writes()).toEqual([]);
  });

  it('is 401 without a subject that the authorizer has verified', async () => {
    await expect(ask(route, request)).resolves.toMatchObject({ statusCode: 401, body: { code: 'unauthenticated' } });
    await expect(ask(route, { ...request, user: 'no subject' })).resolves.toMatchObject({ statusCode: 401 });
  });
});

describe('forbidden comes before fields', () => {
  it.each(routes.filter(([, least]) => least === 'administrator'))('on %s', async (route, _least, request) => {
    await expect(ask(route, { ...request, body: { nonsense: true }, user: 'clerk' })).resolves.toMatchObject({
      statusCode: 403,
      body: { code: 'forbidden' },
    });
  });
});

describe('GET /clinics', () => {
  it('lists the clinics of the signed-in user', async () => {
    dynamoDb.on(QueryCommand, { IndexName: 'memberships' }).resolves({ Items: [{ userId: 'clerk', clinicId: 'demo', role: 'member' }] });
    await expect(ask('GET /clinics', { user: 'clerk' })).resolves.toMatchObject({
      statusCode: 200,
      body: { clinics: [{ clinicId: 'demo', name: 'Demo Clinic', role: 'member' }] },
    });
  });
});

describe('POST /clinics', () => {
  const body = { clinicId: 'demo', name: 'Demo Clinic', administrator: { userId: 'admin', name: 'Ada Admin' } };

  it.each(['operator', 'another-operator'])('is done for %s', async (user) => {
    await expect(ask('POST /clinics', { body, user })).resolves.toMatchObject({ statusCode: 201, body: { clinic: { clinicId: 'demo' } } });
  });

  it.each(['admin', ''])('is forbidden to any other, before any field is looked at: %j', async (user) => {
    const { statusCode } = await ask('POST /clinics', { body: { nonsense: true }, user });
    expect(statusCode).toBe(user === '' ? 401 : 403);
    expect(writes()).toEqual([]);
  });
});

describe('POST /invitations/{code}', () => {
  it('is not-found with a code that is none', async () => {
    await expect(ask('POST /invitations/{code}', { path: { code: 'none' }, user: 'nora' })).resolves.toMatchObject({ statusCode: 404 });
  });

  it('makes the signed-in user a member', async () => {
    const code = `${'s'.repeat(43)}demo`;
    scene.hasInvitation({ name: 'Nora', role: 'member', answersMessages: true, invitedBy: 'admin' });
    await expect(ask('POST /invitations/{code}', { path: { code }, user: 'nora' })).resolves.toMatchObject({
      statusCode: 201,
      body: { clinicId: 'demo', member: { userId: 'nora', role: 'member' } },
    });
  });
});

describe('what a repeat answers', () => {
  it('of a notification: 200 with the first message', async () => {
    dynamoDb.on(UpdateCommand, { TableName: 'CallersTable' }).rejects(conditionRefused(visit));
    await expect(
      ask('POST /clinics/{clinicId}/callers/{callerId}/messages', { path: sue, body: notice, user: 'clerk' }),
    ).resolves.toMatchObject({
      statusCode: 200,
      body: { duplicate: true, message: { seq: 1 } },
    });
  });

  it('of a broadcast: 200 with the broadcast as it stands', async () => {
    dynamoDb.on(PutCommand, { TableName: 'BroadcastsTable' }).rejects(conditionRefused());
    const body = { broadcastId: 'b1', text: aBroadcast().text };
    await expect(ask('POST /clinics/{clinicId}/broadcasts', { path: demo, body, user: 'clerk' })).resolves.toMatchObject({
      statusCode: 200,
      body: { broadcast: { broadcastId: 'b1' } },
    });
  });

  it('of a member: 200', async () => {
    await expect(
      ask('PUT /clinics/{clinicId}/members/{userId}', { path: { ...demo, userId: 'clerk' }, body: newMember, user: 'admin' }),
    ).resolves.toMatchObject({ statusCode: 200 });
  });
});

describe('a changed setting', () => {
  it('is told by the worker, which gets ids alone', async () => {
    await ask('PATCH /clinics/{clinicId}/settings', { path: demo, body: { expectationText: 'We read within 5 minutes' }, user: 'admin' });
    expect(lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => input.Payload)).toEqual([
      JSON.stringify({ kind: 'clinic-changed', clinicId: 'demo' }),
    ]);
  });
});

describe('the query of the board', () => {
  const board = 'GET /clinics/{clinicId}/callers';

  it('takes a status several times, a search, a limit', async () => {
    const query = 'status=waiting&status=on-hold&search=smith&limit=2';
    const { body } = await ask(board, { path: demo, query, user: 'clerk' });
    expect(body.callers).toHaveLength(2);
    expect(body.nextCursor).toEqual(expect.any(String));
  });

  it.each(['status=gone', 'limit=0', 'limit=1001', 'limit=x', 'search=a&search=b', 'sort=name', 'cursor=nonsense'])(
    'refuses %s',
    async (query) => {
      await expect(ask(board, { path: demo, query, user: 'clerk' })).resolves.toMatchObject({
        statusCode: 400,
        body: { code: 'invalid-request' },
      });
    },
  );
});

describe('a caller’s change', () => {
  it.each([{}, { status: 'waiting', guestMessages: true }, { status: 'gone' }])(
    'is exactly one of status and switch, not %j',
    async (body) => {
      await expect(ask('PATCH /clinics/{clinicId}/callers/{callerId}', { path: sue, body, user: 'clerk' })).resolves.toMatchObject({
        statusCode: 400,
      });
      expect(writes()).toEqual([]);
    },
  );
});

describe('DELETE /clinics/{clinicId}/members/{userId}', () => {
  it.each([
    ['a space', 'a b'],
    ['129 characters', 'a'.repeat(129)],
    ['more bytes than a key may have', 'a'.repeat(3000)],
    ['a line break', '\r\nadmin'],
    ['half a character', '\ud800'],
    ['nothing', ''],
  ])('is not-found for an id of %s, and asks the store for nobody', async (_case, userId) => {
    const request = { path: { ...demo, userId }, user: 'admin' };
    await expect(ask('DELETE /clinics/{clinicId}/members/{userId}', request)).resolves.toMatchObject({
      statusCode: 404,
      body: { code: 'not-found' },
    });
    expect(dynamoDb.commandCalls(GetCommand)).toHaveLength(1);
  });
});
