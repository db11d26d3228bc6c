import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Ticket } from '../../../client/index.ts';
import { system } from '../../../functions/adapters/system.ts';
import { hashOf, openTagged, tagged } from '../../../functions/core/secrets.ts';
import { issueStaffTicket, redeemTicket } from '../../../functions/core/tickets.ts';
import { createTicketsTable } from '../../../functions/data/tickets-table.ts';
import { anActor } from '../../builders/a-clinic.ts';
import { HandshakeRefused, Socket } from '../../contract/socket.ts';
import { ClinicScenario } from '../scenario/clinic.ts';
import { endpointsOfTests } from '../scenario/endpoints.ts';
import { createOwnTables } from '../scenario/tables-of-own.ts';

jest.setTimeout(180_000);

const { engine, names, close } = await createOwnTables('tickets');
const documents = DynamoDBDocumentClient.from(engine);
const at = endpointsOfTests();
let clinic: ClinicScenario;
let sue: Awaited<ReturnType<ClinicScenario['checkIn']>>;
/** Every ticket of these tests, to be looked for in logs. */
const given: string[] = [];

beforeAll(async () => {
  clinic = await ClinicScenario.open();
  sue = await clinic.checkIn('Sue Smith');
});

afterAll(async () => {
  clinic.close();
  await close();
});

const newTicket = async (): Promise<Ticket> => {
  const ticket = await clinic.ticketOf(sue);
  given.push(ticket.ticket);
  return ticket;
};

/** `open`, or the status with which the handshake was refused. */
const knock = async (protocols: string[], url = at.webSocket): Promise<number | 'open'> => {
  const socket = new Socket(url, protocols);
  try {
    await socket.opened;
    return 'open';
  } catch (error) {
    if (error instanceof HandshakeRefused) return error.status;
    throw error;
  } finally {
    socket.drop();
  }
};

const offering = (ticket: string): string[] => ['waiting-area.v1', `ticket.${ticket}`];

describe('a thousand redemptions of one ticket at once', () => {
  const times = 1000;

  it('come to one, by the store', async () => {
    const ports = { ...system, tickets: createTicketsTable(documents, names.tickets) };
    const { ticket } = await issueStaffTicket(ports, anActor(), 'wss://clinic.example');
    const redeemed = await Promise.all(Array.from({ length: times }, () => redeemTicket(ports, `waiting-area.v1, ticket.${ticket}`)));
    expect(redeemed.filter((owner) => owner !== undefined)).toEqual([{ kind: 'staff', clinicId: 'demo', userId: 'admin' }]);
  });

  it('come to one, by as many handshakes', async () => {
    const { ticket } = await newTicket();
    const came = await Promise.all(Array.from({ length: times }, () => knock(offering(ticket))));
    expect(came.filter((each) => each === 'open')).toHaveLength(1);
    expect(came.filter((each) => each === 401)).toHaveLength(times - 1);
  });
});

describe('a ticket', () => {
  it('is 256 random bits and the name of its clinic, and is told once', async () => {
    const tickets = await Promise.all(Array.from({ length: 100 }, newTicket));
    const secrets = tickets.map(({ ticket }) => openTagged(ticket));
    expect(secrets.every((opened) => opened?.clinicId === clinic.clinicId)).toBe(true);
    const bits = secrets.map((opened) => Buffer.from(opened?.secret ?? '', 'base64url'));
    expect(bits.every((each) => each.length === 32)).toBe(true);
    expect(new Set(bits.map((each) => each.toString('hex'))).size).toBe(100);
    // Each bit is set in some and not in others: of 100 tickets one that never moves is a chance of 2⁻⁹⁹.
    for (let bit = 0; bit < 256; bit += 1) {
      const set = bits.filter((each) => ((each[bit >> 3] ?? 0) >> (bit & 7)) & 1).length;
      expect(set).toBeGreaterThan(0);
      expect(set).toBeLessThan(100);
    }
  });

  it('opens until it is 30 s old, and not at 30 s', async () => {
    const issuedAt = Date.now();
    const tickets = createTicketsTable(documents, names.tickets);
    const issue = () => issueStaffTicket({ ...system, now: () => issuedAt, tickets }, anActor(), 'wss://clinic.example');
    const redeemAt = async (ageMs: number) =>
      redeemTicket({ tickets, now: () => issuedAt + ageMs }, `waiting-area.v1, ticket.${(await issue()).ticket}`);
    await expect(redeemAt(29_999)).resolves.toBeDefined();
    await expect(redeemAt(30_000)).resolves.toBeUndefined();
    await expect(redeemAt(24 * 3600_000)).resolves.toBeUndefined();
  });

  it('opens no socket when its time is over, though its item is still there', async () => {
    const { ticket } = await newTicket();
    const { secret = '', clinicId = '' } = openTagged(ticket) ?? {};
    const { TableNames = [] } = await engine.send(new ListTablesCommand({}));
    await documents.send(
      new UpdateCommand({
        TableName: TableNames.find((name) => name.includes('Tickets')),
        Key: { clinicId, ticketHash: hashOf(secret) },
        UpdateExpression: 'SET expiresAtMs = :past',
        ConditionExpression: 'attribute_exists(ticketHash)',
        ExpressionAttributeValues: { ':past': Date.now() - 1 },
      }),
    );
    expect(await knock(offering(ticket))).toBe(401);
  });

  it('opens once, and not again after its socket was closed', async () => {
    const { ticket } = await newTicket();
    expect([await knock(offering(ticket)), await knock(offering(ticket))]).toEqual(['open', 401]);
  });

  it.each<[string, (secret: string, clinicId: string) => string]>([
    ['under another clinic’s name', (secret) => tagged(secret, 'other')],
    ['under the name of no clinic', (secret) => secret],
    ['cut short by a character', (secret, clinicId) => `${secret.slice(1)}${clinicId}`],
    ['cut short at its end', (secret, clinicId) => `${secret}${clinicId.slice(0, -1)}`],
    ['with a character changed', (secret, clinicId) => `${secret.startsWith('A') ? 'B' : 'A'}${secret.slice(1)}${clinicId}`],
    ['in place of its hash', (secret, clinicId) => `${hashOf(secret)}${clinicId}`],
    ['with another of that length', (_secret, clinicId) => tagged(system.newSecret(), clinicId)],
  ])('opens nothing %s, and stays good', async (_case, change) => {
    const { ticket } = await newTicket();
    const { secret = '', clinicId = '' } = openTagged(ticket) ?? {};
    expect(await knock(offering(change(secret, clinicId)))).toBe(401);
    expect(await knock(offering(ticket))).toBe('open');
  });

  it('opens one socket where it stands twice in the header, as no client library would send it', async () => {
    const ports = { ...system, tickets: createTicketsTable(documents, names.tickets) };
    const { ticket } = await issueStaffTicket(ports, anActor(), 'wss://clinic.example');
    const twice = `waiting-area.v1, ticket.${ticket},ticket.${ticket}`;
    await expect(redeemTicket(ports, twice)).resolves.toMatchObject({ userId: 'admin' });
    await expect(redeemTicket(ports, twice)).resolves.toBeUndefined();
  });

  it('is no ticket in an address, and is not used up there', async () => {
    const { ticket, url } = await newTicket();
    for (const address of [
      `${url}?ticket=${ticket}`,
      `${url}?Sec-WebSocket-Protocol=waiting-area.v1,ticket.${ticket}`,
      `${url}?Authorization=Bearer ${ticket}`,
    ])
      expect(await knock(['waiting-area.v1'], address)).toBe(401);
    expect(url).not.toContain(ticket);
    expect(await knock(offering(ticket))).toBe('open');
  });

  it('stands in no log, nor does the caller’s token', async () => {
    const { directory } = (await (await fetch(`${at.control}/logs`)).json()) as { directory: string };
    const logs = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
    expect(logs).not.toEqual([]);
    const secrets = [...given.flatMap((ticket) => [ticket, ticket.slice(0, 43), hashOf(ticket.slice(0, 43))]), sue.callerToken];
    expect(secrets.length).toBeGreaterThan(300);
    for (const log of logs) expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });
});
