import { limits } from '../../protocol/limits.ts';
import { subprotocol, ticketPrefix } from '../../protocol/socket.ts';
import type { CallerKey } from '../data/callers-table.ts';
import type { TicketHolder } from '../data/tickets-table.ts';
import type { StaffActor, Uses } from './ports.ts';
import { hashOf, openTagged, tagged } from './secrets.ts';
import { toTime } from './views.ts';

export interface Ticket {
  readonly ticket: string;
  readonly expiresAt: string;
  readonly url: string;
  readonly protocol: string;
}

type Issues = Uses<'tickets' | 'now' | 'newSecret'>;

/** A single-use permission to open one socket within 30 s. */
const issueTicket = async (ports: Issues, clinicId: string, holder: TicketHolder, url: string): Promise<Ticket> => {
  const secret = ports.newSecret();
  const expiresAtMs = ports.now() + limits.ticketLifeSeconds * 1000;
  await ports.tickets.put(clinicId, hashOf(secret), holder, expiresAtMs);
  return { ticket: tagged(secret, clinicId), expiresAt: toTime(expiresAtMs), url, protocol: subprotocol };
};

export const issueStaffTicket = (ports: Issues, actor: StaffActor, url: string): Promise<Ticket> =>
  issueTicket(ports, actor.clinicId, { kind: 'staff', userId: actor.userId }, url);

export const issueCallerTicket = (ports: Issues, { clinicId, callerId }: CallerKey, url: string): Promise<Ticket> =>
  issueTicket(ports, clinicId, { kind: 'caller', callerId }, url);

/** Who may open this socket, by the subprotocols it offers; absent when nobody. The ticket is used up. */
export const redeemTicket = async (
  ports: Uses<'tickets' | 'now'>,
  offeredProtocols: string,
): Promise<({ clinicId: string } & TicketHolder) | undefined> => {
  const offered = offeredProtocols.split(',').map((protocol) => protocol.trim());
  if (!offered.includes(subprotocol)) return undefined;
  const ticket = offered.find((protocol) => protocol.startsWith(ticketPrefix))?.slice(ticketPrefix.length);
  const opened = ticket === undefined ? undefined : openTagged(ticket);
  if (!opened) return undefined;
  const holder = await ports.tickets.consume(opened.clinicId, hashOf(opened.secret), ports.now());
  return holder && { ...holder, clinicId: opened.clinicId };
};
