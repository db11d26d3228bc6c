import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, PolicyDocument } from 'aws-lambda';
import { required } from './adapters/environment.ts';
import { system } from './adapters/system.ts';
import { mayConnectFrom } from './core/origin.ts';
import { redeemTicket } from './core/tickets.ts';
import { createDocumentClient } from './data/document-client.ts';
import { createTicketsTable } from './data/tickets-table.ts';
import { observe } from './middleware/observe.ts';

const allowedOrigins = new Set(required('ALLOWED_ORIGINS').split(','));
const ports = { ...system, tickets: createTicketsTable(createDocumentClient(), required('TICKETS_TABLE')) };

const isUnauthorized = (error: unknown) => error instanceof Error && error.message === 'Unauthorized';

/**
 * Lets a socket open that brings a ticket, and says whose it is; API Gateway answers 401 to all others, and 403 to the pages of strangers.
 * The origin is judged first: a stranger's page costs no write, and a ticket that came from a page nobody allowed for is not used up by it.
 */
export const handler = observe<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>(
  { subject: 'authorize', isRefusal: isUnauthorized, now: system.now },
  async (event) => {
    if (!mayConnectFrom(originsOf(event), allowedOrigins)) return { principalId: 'stranger', policyDocument: policy('Deny', event) };
    const owner = await redeemTicket(ports, headerOf(event, 'sec-websocket-protocol'));
    // This very word makes API Gateway answer 401 (DG/apigateway-websocket-api-lambda-auth).
    if (!owner) throw new Error('Unauthorized');
    return {
      principalId: owner.kind === 'staff' ? owner.userId : owner.callerId,
      policyDocument: policy('Allow', event),
      context: { ...owner },
    };
  },
);

const policy = (effect: 'Allow' | 'Deny', { methodArn }: APIGatewayRequestAuthorizerEvent): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: methodArn }],
});

const headerOf = (event: APIGatewayRequestAuthorizerEvent, name: string): string =>
  Object.entries(event.headers ?? {}).find(([header]) => header.toLowerCase() === name)?.[1] ?? '';

/** Every `Origin` that was sent; where one header came several times, `headers` holds the last alone. */
const originsOf = ({ headers, multiValueHeaders }: APIGatewayRequestAuthorizerEvent): string[] => {
  const valuesIn = (all: Readonly<Record<string, string | string[] | undefined>> | null) =>
    Object.entries(all ?? {}).flatMap(([header, values]) => (header.toLowerCase() === 'origin' ? (values ?? []) : []));
  const several = valuesIn(multiValueHeaders);
  return several.length > 0 ? several : valuesIn(headers);
};
