import { describe, expect, it } from '@jest/globals';
import { readAudit } from '../../../functions/core/read-audit.ts';
import {
  type AuditEvent,
  type ChainedEvent,
  type ChainWriter,
  chain,
  chainIdOf,
  chainWriters,
  dayOf,
} from '../../../functions/data/audit-chain.ts';
import type { AuditTable } from '../../../functions/data/audit-table.ts';
import { only } from '../../builders/fakes.ts';
import { expectRefusal } from './refusals.ts';

const now = Date.UTC(2026, 10, 23, 12);
const hour = 3600_000;

const event = (at: number): AuditEvent => ({
  entryId: `e${at}`,
  at,
  actor: { kind: 'member', id: 'clerk' },
  action: 'notify',
  outcome: 'done',
  about: {},
});

/** A log with entries of these times, each in its day. */
const given = (...times: number[]) => givenChains({ visits: times });

/** The same, with times for each kind of writer. */
const givenChains = (times: Partial<Record<ChainWriter, number[]>>) => {
  const chains = new Map<string, ChainedEvent[]>();
  for (const writer of chainWriters) {
    for (const at of (times[writer] ?? []).toSorted((one, other) => one - other)) {
      const id = chainIdOf('demo', dayOf(at), writer);
      const before = chains.get(id) ?? [];
      chains.set(id, [...before, chain(id, before.at(-1), event(at))]);
    }
  }
  const asked: string[] = [];
  const audit = only<AuditTable>({
    ofDay: async (clinicId, day, writer, { below = Number.POSITIVE_INFINITY, limit }) => {
      if (writer === 'visits') asked.push(day);
      return (chains.get(chainIdOf(clinicId, day, writer)) ?? [])
        .filter(({ seq }) => seq < below)
        .toReversed()
        .slice(0, limit);
    },
  });
  return { ports: { audit, now: () => now }, asked };
};

const timesOf = ({ entries }: Awaited<ReturnType<typeof readAudit>>) => entries.map(({ at }) => Date.parse(at));

describe('readAudit', () => {
  it('shows the last week, the newest first', async () => {
    const times = [now, now - hour, now - 30 * hour, now - 6 * 24 * hour, now - 8 * 24 * hour];
    const page = await readAudit(given(...times).ports, 'demo', {});
    expect(timesOf(page)).toEqual(times.slice(0, 4));
    expect(page.nextCursor).toBeNull();
  });

  it('shows what lies between two moments, the first of them included', async () => {
    const page = await readAudit(given(now - 3 * hour, now - 2 * hour, now - hour, now).ports, 'demo', { from: now - 2 * hour, to: now });
    expect(timesOf(page)).toEqual([now - hour, now - 2 * hour]);
  });

  it('goes on where a page ended, over the ends of days, without losing or repeating one', async () => {
    const times = Array.from({ length: 250 }, (_, index) => now - index * 10 * 60_000);
    const { ports } = given(...times);
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await readAudit(ports, 'demo', { from: now - 3 * 24 * hour, cursor });
      expect(page.entries.length).toBeLessThanOrEqual(100);
      seen.push(...timesOf(page));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(times);
  });

  it('shows the chains of a day as one, and goes on in each of them where a page ended', async () => {
    const visits = Array.from({ length: 130 }, (_, index) => now - index * 60_000);
    const doors = Array.from({ length: 40 }, (_, index) => now - 30_000 - index * 5 * 60_000);
    const { ports } = givenChains({ visits, doors });
    const first = await readAudit(ports, 'demo', {});
    const second = await readAudit(ports, 'demo', { cursor: first.nextCursor ?? '' });
    expect([first.entries.length, second.entries.length, second.nextCursor]).toEqual([100, 70, null]);
    expect([...timesOf(first), ...timesOf(second)]).toEqual([...visits, ...doors].toSorted((one, other) => other - one));
    expect(new Set(first.entries.map((entry) => entry.chain))).toEqual(new Set(['visits', 'doors']));
  });

  it('looks through a month at a time', async () => {
    const long = now - 70 * 24 * hour;
    const { ports, asked } = given(long);
    const first = await readAudit(ports, 'demo', { from: long });
    expect(first.entries).toEqual([]);
    expect(asked).toHaveLength(31);
    const second = await readAudit(ports, 'demo', { from: long, cursor: first.nextCursor ?? '' });
    const third = await readAudit(ports, 'demo', { from: long, cursor: second.nextCursor ?? '' });
    expect(timesOf(third)).toEqual([long]);
    expect(third.nextCursor).toBeNull();
  });

  it.each(['x', '', Buffer.from('2026-13-45#').toString('base64url'), Buffer.from('demo#2026-11-23').toString('base64url')])(
    'refuses a cursor that it did not give: %j',
    async (cursor) => {
      await expectRefusal(readAudit(given().ports, 'demo', { cursor }), 'invalid-request');
    },
  );

  it('refuses a time that ends before it begins', async () => {
    await expectRefusal(readAudit(given().ports, 'demo', { from: now, to: now - 1 }), 'invalid-request');
  });
});
