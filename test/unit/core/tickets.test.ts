import { describe, expect, it } from '@jest/globals';
import { hashOf, isSecretOf, openTagged, tagged } from '../../../functions/core/secrets.ts';
import { issueCallerTicket, issueStaffTicket, redeemTicket } from '../../../functions/core/tickets.ts';
import type { TicketHolder, TicketsTable } from '../../../functions/data/tickets-table.ts';
import { aCaller } from '../../builders/a-caller.ts';
import { anActor } from '../../builders/a-clinic.ts';
import { countedSecrets, only } from '../../builders/fakes.ts';
import { morning } from '../../builders/times.ts';

const now = () => morning;
const secret = 's'.repeat(43);
const url = 'wss://socket.example/test';

describe('a ticket', () => {
  const given = () => {
    const stored: unknown[] = [];
    const tickets = only<TicketsTable>({
      put: async (...call) => {
        stored.push(call);
      },
    });
    return { ports: { tickets, now, newSecret: countedSecrets() }, stored };
  };

  it.each([
    ['a member', (ports: ReturnType<typeof given>['ports']) => issueStaffTicket(ports, anActor(), url), { kind: 'staff', userId: 'admin' }],
    [
      'a caller',
      (ports: ReturnType<typeof given>['ports']) => issueCallerTicket(ports, aCaller().build(), url),
      { kind: 'caller', callerId: 'sue' },
    ],
  ])('for %s lasts 30 s and is stored by its hash alone', async (_who, issue, holder) => {
    const { ports, stored } = given();
    const { ticket, ...rest } = await issue(ports);
    expect(rest).toEqual({ expiresAt: '2026-11-22T09:00:50.000Z', url, protocol: 'waiting-area.v1' });
    expect(stored).toEqual([['demo', hashOf(ticket.slice(0, 43)), holder, morning + 30_000]]);
  });

  it('fits into a subprotocol, whose characters are a token (RFC 6455)', async () => {
    const { ticket } = await issueStaffTicket(given().ports, anActor(), url);
    expect(`ticket.${ticket}`).toMatch(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);
  });
});

describe('redeemTicket', () => {
  const ticket = tagged(secret, 'demo');
  const redeem = (offered: string, holder: TicketHolder | undefined = { kind: 'staff', userId: 'admin' }) => {
    const consumed: unknown[] = [];
    const tickets = only<TicketsTable>({
      consume: async (...call) => {
        consumed.push(call);
        return holder;
      },
    });
    return { consumed, owner: redeemTicket({ tickets, now }, offered) };
  };

  it.each([`waiting-area.v1, ticket.${ticket}`, `waiting-area.v1,ticket.${ticket}`, `ticket.${ticket}, waiting-area.v1`])(
    'says whose the socket is, of the clinic that the ticket names, and uses it up: %s',
    async (offered) => {
      const { owner, consumed } = redeem(offered);
      await expect(owner).resolves.toEqual({ kind: 'staff', userId: 'admin', clinicId: 'demo' });
      expect(consumed).toEqual([['demo', hashOf(secret), morning]]);
    },
  );

  it('is nobody’s where the store knows none', async () => {
    const tickets = only<TicketsTable>({ consume: async () => undefined });
    await expect(redeemTicket({ tickets, now }, `waiting-area.v1, ticket.${ticket}`)).resolves.toBeUndefined();
  });

  it.each([
    ['no subprotocol of ours', `other, ticket.${ticket}`],
    ['no ticket', 'waiting-area.v1'],
    ['an empty ticket', 'waiting-area.v1, ticket.'],
    ['a ticket of another form', `waiting-area.v1, ticket.${secret}`],
    ['nothing', ''],
  ])('is nobody’s with %s, and uses nothing up', async (_case, offered) => {
    const { owner, consumed } = redeem(offered);
    await expect(owner).resolves.toBeUndefined();
    expect(consumed).toEqual([]);
  });
});

describe('secrets', () => {
  it('belong to their own hash alone', () => {
    expect(isSecretOf('a', hashOf('a'))).toBe(true);
    expect(isSecretOf('b', hashOf('a'))).toBe(false);
    expect(isSecretOf('a', 'a')).toBe(false);
    expect(isSecretOf('a', '')).toBe(false);
  });

  it('are not found in their hash', () => {
    expect(hashOf(secret)).not.toContain(secret);
    expect(hashOf(secret)).toHaveLength(43);
  });

  it('name their clinic and give it back', () => {
    expect(openTagged(tagged(secret, 'demo'))).toEqual({ secret, clinicId: 'demo' });
  });

  it.each([secret, `${secret}de mo`, `${secret}${'x'.repeat(65)}`, 'short', `${secret}demo\n`])('are none in %j', (text) => {
    expect(openTagged(text)).toBeUndefined();
  });

  it('of another length are a fault of ours', () => {
    expect(() => tagged('short', 'demo')).toThrow('256 bits');
  });
});
