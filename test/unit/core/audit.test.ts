import { describe, expect, it } from '@jest/globals';
import { readAudit } from '../../../functions/core/audit.ts';
import { type AuditEvent, type ChainedEvent, chain, dayOf } from '../../../functions/data/audit-chain.ts';
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
const given = (...times: number[]) => {
  const days = new Map<string, ChainedEvent[]>();
  for (const at of times.toSorted((one, other) => one - other)) {
    const day = days.get(dayOf(at)) ?? [];
    days.set(dayOf(at), [...day, chain(`demo#${dayOf(at)}`, day.at(-1), event(at))]);
  }
  const asked: string[] = [];
  const audit = only<AuditTable>({
    ofDay: async (_clinicId, day, { below = Number.POSITIVE_INFINITY, limit }) => {
      asked.push(day);
      return (days.get(day) ?? [])
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
