import { openTagged } from '../../functions/core/secrets.ts';
import { ticketPrefix } from '../../protocol/socket.ts';

/** The parts of events by which the platform, or an authorizer, says which clinic they are of. */
interface ClinicEvent {
  /** A job of the worker. */
  readonly clinicId?: string;
  readonly pathParameters?: { readonly clinicId?: string };
  readonly requestContext?: { readonly authorizer?: { readonly clinicId?: string } };
  readonly headers?: Readonly<Record<string, string>>;
  readonly Records?: readonly { readonly dynamodb?: { readonly Keys?: { readonly clinicId?: { readonly S?: string } } } }[];
}

/** The clinics that an event is of: whatever comes of it must stay within them. Undefined: of none, as the schedule's. */
export const clinicsOf = (event: unknown): ReadonlySet<string> | undefined => {
  // The events are made by the models, in the shape of the platform's.
  const { clinicId, pathParameters, requestContext, headers, Records } = event as ClinicEvent;
  const named = [
    clinicId,
    pathParameters?.clinicId,
    requestContext?.authorizer?.clinicId,
    clinicOfTicket(headers?.['Sec-WebSocket-Protocol']),
    ...(Records ?? []).map(({ dynamodb }) => dynamodb?.Keys?.clinicId?.S),
  ].filter((each) => each !== undefined);
  return named.length === 0 ? undefined : new Set(named);
};

const clinicOfTicket = (protocols: string | undefined): string | undefined => {
  const ticket = protocols?.split(', ').find((protocol) => protocol.startsWith(ticketPrefix));
  return ticket === undefined ? undefined : openTagged(ticket.slice(ticketPrefix.length))?.clinicId;
};
