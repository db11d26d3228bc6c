import { describe, expect, it } from '@jest/globals';
import { type ChainedEvent, chain } from '../../../functions/data/audit-chain.ts';
import { verifyAudit } from '../../../operations/verify-audit.ts';
import { morning } from '../../builders/times.ts';

const dayOf = (chainId: string, count: number, about = 'sue'): ChainedEvent[] => {
  const entries: ChainedEvent[] = [];
  for (let n = 1; n <= count; n += 1) {
    const actor = { kind: 'member', id: 'clerk' } as const;
    const event = { entryId: `e${n}`, at: morning + n, actor, action: 'notify', outcome: 'done', about: { callerId: about } } as const;
    entries.push(chain(chainId, entries.at(-1), event));
  }
  return entries;
};

const monday = dayOf('demo#2026-11-23', 3);
const tuesday = dayOf('demo#2026-11-24', 2);

async function* log(...days: readonly ChainedEvent[][]): AsyncGenerator<ChainedEvent> {
  yield* days.flat();
}

describe('verifyAudit', () => {
  it('follows each day for itself and says what stands last', async () => {
    await expect(verifyAudit(log(monday, tuesday), morning)).resolves.toEqual({
      entries: 5,
      breaks: [],
      heads: {
        'demo#2026-11-23': { seq: 3, hash: monday[2]?.hash },
        'demo#2026-11-24': { seq: 2, hash: tuesday[1]?.hash },
      },
    });
  });

  it('names the day and the entry where a chain breaks', async () => {
    const { breaks } = await verifyAudit(log(monday.toSpliced(1, 1), tuesday), morning);
    expect(breaks).toEqual(['demo#2026-11-23: entry 2 is missing']);
  });

  it('finds what no chain shows, by the heads of the run before: a day cut off, written anew or gone', async () => {
    const { heads } = await verifyAudit(log(monday, tuesday), morning);
    const breaksOf = async (...days: ChainedEvent[][]) => (await verifyAudit(log(...days), morning, heads)).breaks;
    await expect(breaksOf(monday, tuesday)).resolves.toEqual([]);
    await expect(breaksOf(monday, dayOf('demo#2026-11-24', 5))).resolves.toEqual([]);
    await expect(breaksOf(monday.slice(0, 2), tuesday)).resolves.toEqual(['demo#2026-11-23: cut off behind entry 2, it had 3']);
    await expect(breaksOf(dayOf('demo#2026-11-23', 3, 'tom'), tuesday)).resolves.toEqual([
      'demo#2026-11-23: entry 3 is not the one that was seen before',
    ]);
    await expect(breaksOf(tuesday)).resolves.toEqual(['demo#2026-11-23: the day is gone']);
  });

  it('passes over a day whose retention is over, of which anything may be gone', async () => {
    const { heads } = await verifyAudit(log(monday), morning);
    const later = Date.UTC(2032, 11, 1);
    await expect(verifyAudit(log(monday.slice(1)), later, heads)).resolves.toEqual({ entries: 0, breaks: [], heads: {} });
    const before = Date.UTC(2032, 10, 20);
    await expect(verifyAudit(log(monday.slice(1)), before, heads)).resolves.toMatchObject({ breaks: [expect.stringContaining('entry 1')] });
  });
});
