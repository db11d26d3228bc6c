import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { aContext } from '../../builders/api-gateway-events.ts';
import { conditionRefused } from '../data/dynamodb-mock.ts';
import { aHandlerScene, giveEnvironment, throttled } from './handler-scene.ts';

giveEnvironment();
const { handler } = await import('../../../functions/authorize.ts');
const { dynamoDb, lines } = aHandlerScene();

const methodArn = 'arn:aws:execute-api:eu-central-1:123456789012:api/test/$connect';
const ticket = `${'s'.repeat(43)}demo`;
const open = (protocols: string | undefined, header = 'Sec-WebSocket-Protocol') =>
  // Of the event only the headers and the ARN are read.
  handler({ methodArn, headers: protocols === undefined ? {} : { [header]: protocols } } as APIGatewayRequestAuthorizerEvent, aContext);

describe('authorize', () => {
  it.each([
    ['a member', { kind: 'staff', userId: 'admin' }, 'admin'],
    ['a caller', { kind: 'caller', callerId: 'sue' }, 'sue'],
  ])('lets %s in by a ticket and gives the socket no more than who it is', async (_who, holder, principalId) => {
    dynamoDb
      .on(DeleteCommand)
      .resolves({ Attributes: { clinicId: 'demo', ticketHash: 'hash', expiresAtMs: 1, expiresAtSeconds: 1, ...holder } });
    await expect(open(`waiting-area.v1, ticket.${ticket}`)).resolves.toEqual({
      principalId,
      policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }] },
      context: { clinicId: 'demo', ...holder },
    });
  });

  it('reads the header in any case', async () => {
    dynamoDb.on(DeleteCommand).resolves({ Attributes: { kind: 'caller', callerId: 'sue' } });
    await expect(open(`waiting-area.v1, ticket.${ticket}`, 'sec-websocket-protocol')).resolves.toBeDefined();
  });

  it.each([
    ['a ticket that is used, too old or never was', `waiting-area.v1, ticket.${ticket}`],
    ['no ticket', 'waiting-area.v1'],
    ['no header', undefined],
  ])('answers 401, by the word for it and without a log line, with %s', async (_case, protocols) => {
    dynamoDb.on(DeleteCommand).rejects(conditionRefused());
    await expect(open(protocols)).rejects.toThrow(/^Unauthorized$/);
    expect(lines).toEqual([]);
  });

  const openFrom = (event: Partial<APIGatewayRequestAuthorizerEvent>) =>
    handler(
      // Of the event only the headers and the ARN are read.
      {
        methodArn,
        ...event,
        headers: { 'Sec-WebSocket-Protocol': `waiting-area.v1, ticket.${ticket}`, ...event.headers },
      } as APIGatewayRequestAuthorizerEvent,
      aContext,
    );
  const denied = {
    principalId: 'stranger',
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: methodArn }] },
  };

  it.each(['https://web.example', 'https://clinic.example'])('lets a page of %s in', async (origin) => {
    dynamoDb.on(DeleteCommand).resolves({ Attributes: { kind: 'caller', callerId: 'sue' } });
    await expect(openFrom({ headers: { Origin: origin } })).resolves.toMatchObject({ principalId: 'sue' });
  });

  it.each<[string, Partial<APIGatewayRequestAuthorizerEvent>]>([
    ['a stranger’s page', { headers: { Origin: 'https://evil.example' } }],
    ['a page that hides where it is from', { headers: { origin: 'null' } }],
    [
      'two origins, of which the last is allowed',
      { headers: { Origin: 'https://web.example' }, multiValueHeaders: { Origin: ['https://evil.example', 'https://web.example'] } },
    ],
    ['two headers in another case', { headers: { Origin: 'https://web.example', ORIGIN: 'https://evil.example' } }],
  ])('answers 403, by a policy, to %s, and leaves the ticket as it is', async (_who, event) => {
    dynamoDb.on(DeleteCommand).resolves({ Attributes: { kind: 'caller', callerId: 'sue' } });
    await expect(openFrom(event)).resolves.toEqual(denied);
    expect(dynamoDb.calls()).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('logs what broke without the ticket', async () => {
    dynamoDb.on(DeleteCommand).rejects(throttled());
    await expect(open(`waiting-area.v1, ticket.${ticket}`)).rejects.toThrow(/^ThrottlingException$/);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(ticket);
  });
});
