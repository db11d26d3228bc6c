import type { APIGatewayEventWebsocketRequestContextV2, APIGatewayProxyWebsocketEventV2WithRequestContext } from 'aws-lambda';
import type { TicketHolder } from '../data/tickets-table.ts';

/** What the authorizer found out when the socket opened; API Gateway repeats it with every event. */
export type SocketOwner = { readonly clinicId: string } & TicketHolder;

type RequestContext = APIGatewayEventWebsocketRequestContextV2 & { readonly authorizer: SocketOwner };

/** An event of an open socket. */
export type SocketEvent = APIGatewayProxyWebsocketEventV2WithRequestContext<RequestContext>;
