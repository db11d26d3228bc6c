import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ClinicScenario } from './scenario/clinic.ts';
import { endpointsOfTests } from './scenario/endpoints.ts';

const at = endpointsOfTests();

/** The status of a handshake with these headers as well, each sent as it stands. */
const handshake = ({ url, protocol, ticket }: { url: string; protocol: string; ticket: string }, headers: readonly string[]) =>
  new Promise<number | undefined>((resolve, reject) => {
    const { host, hostname, port, pathname } = new URL(url);
    const upgrade = ['Host', host, 'Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Version', '13'];
    const own = ['Sec-WebSocket-Key', randomBytes(16).toString('base64'), 'Sec-WebSocket-Protocol', `${protocol}, ticket.${ticket}`];
    const sent = request({ hostname, port, path: pathname, headers: [...upgrade, ...own, ...headers] });
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });

describe('a handshake', () => {
  let clinic: ClinicScenario;
  beforeEach(async () => {
    clinic = await ClinicScenario.open();
  });
  afterEach(() => clinic.close());

  const aTicket = async () => clinic.ticketOf(await clinic.checkIn('Sue Smith'));

  it.each([
    ['the pages’ own origin', [at.web]],
    ['their origin by the name of this machine', [at.web.replace('127.0.0.1', 'localhost')]],
    ['no origin, as clients that are no browsers', []],
  ])('from %s opens a socket', async (_who, origins) => {
    const headers = origins.flatMap((origin) => ['Origin', origin]);
    await expect(handshake(await aTicket(), headers)).resolves.toBe(101);
  });

  it.each([
    ['a stranger’s page', ['https://stranger.invalid']],
    ['a page that hides its origin', ['null']],
    ['the pages’ host on another port', [at.http]],
    ['two origins, the last of which is allowed', ['https://stranger.invalid', at.web]],
    ['two origins, the first of which is allowed', [at.web, 'https://stranger.invalid']],
  ])('from %s is refused with 403, and leaves the ticket as it is', async (_who, origins) => {
    const ticket = await aTicket();
    const headers = origins.flatMap((origin) => ['Origin', origin]);
    await expect(handshake(ticket, headers)).resolves.toBe(403);
    await expect(handshake(ticket, ['Origin', at.web])).resolves.toBe(101);
    await expect(handshake(ticket, ['Origin', at.web])).resolves.toBe(401);
  });
});
