import type { Broadcast } from '../protocol/objects.ts';

const rank = { running: 0, failed: 1, finished: 2 } as const satisfies Record<Broadcast['state'], number>;

/**
 * What is known of a broadcast once another report of it came; reports may overtake one another, and its counts never go back.
 * Answers `known` itself where the report brings nothing new.
 */
export const mergeBroadcast = (known: Broadcast | undefined, report: Broadcast): Broadcast => {
  if (known === undefined) return report;
  const further = rank[report.state] - rank[known.state];
  const stored = Math.max(known.stored, report.stored);
  // Never fewer than are stored, whatever a server says that keeps no sum.
  const matched = Math.max(known.matched, report.matched, stored);
  const merged: Broadcast = {
    ...known,
    state: further > 0 ? report.state : known.state,
    matched,
    stored,
    delivered: Math.max(known.delivered, report.delivered),
    read: Math.max(known.read, report.read),
    // Whoever failed may have been stored since; the contract's sum holds at every moment.
    failed: matched - stored,
    // Who could not be reached falls and rises while it runs; the newest report says it, and the end is final.
    offline: further > 0 || (further === 0 && report.stored >= stored) ? report.offline : known.offline,
  };
  return keys.every((key) => merged[key] === known[key]) ? known : merged;
};

const keys = ['state', 'matched', 'stored', 'delivered', 'read', 'offline', 'failed'] as const;
