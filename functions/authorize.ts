import middy from '@middy/core';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { required } from './adapters/environment.ts';
import { logFailure } from './adapters/log.ts';
import { system } from './adapters/system.ts';
import { redeemTicket } from './core/tickets.ts';
import { createDocumentClient } from './data/document-client.ts';
import { createTicketsTable } from './data/tickets-table.ts';

const ports = { ...system, tickets: createTicketsTable(createDocumentClient(), required('TICKETS_TABLE')) };

/** Lets a socket open that brings a ticket, and says whose it is; API Gateway answers 401 to all others. */
export const handler = middy<APIGatewayRequestAuthorizerEvent, APIGatewayAuthorizerResult>()
  .use({ onError: ({ error }) => (isUnauthorized(error) ? undefined : logFailure('authorize', error)) })
  .handler(async (event) => {
    const owner = await redeemTicket(ports, headerOf(event, 'sec-websocket-protocol'));
    // This very word makes API Gateway answer 401 (DG/apigateway-websocket-api-lambda-auth).
    if (!owner) throw new Error('Unauthorized');
    return {
      principalId: owner.kind === 'staff' ? owner.userId : owner.callerId,
      policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }] },
      context: { ...owner },
    };
  });

const isUnauthorized = (error: Error | null | undefined) => error?.message === 'Unauthorized';

const headerOf = (event: APIGatewayRequestAuthorizerEvent, name: string): string =>
  Object.entries(event.headers ?? {}).find(([header]) => header.toLowerCase() === name)?.[1] ?? '';
