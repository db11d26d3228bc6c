import type { AuditEvent } from '../../functions/data/audit-chain.ts';
import type { AuditTable } from '../../functions/data/audit-table.ts';
import { countedIds, only } from './fakes.ts';
import { morning } from './times.ts';

/** What has an audit log written: a log in memory that remembers what it was given, in order, and fails where it is told to. */
export const anAuditLog = (failing: (event: AuditEvent) => boolean = () => false) => {
  const recorded: AuditEvent[] = [];
  const reported: string[] = [];
  return {
    recorded,
    /** What was reported to whoever runs the service. */
    reported,
    audit: only<AuditTable>({
      append: async (_clinicId, _writer, events) => {
        if (events.some(failing)) throw new Error('the log is out of reach');
        recorded.push(...events);
      },
    }),
    reportFailure: (what: string) => {
      reported.push(what);
    },
    now: () => morning,
    newId: countedIds(),
  };
};

/** Each entry in short: `action outcome`. */
export const inShort = (events: readonly AuditEvent[]): string[] => events.map(({ action, outcome }) => `${action} ${outcome}`);
