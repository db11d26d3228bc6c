import type { CallersTable } from '../../functions/data/callers-table.ts';
import type { ConversationEntry, Visit } from '../../functions/data/visit.ts';
import { CallerBuilder } from './a-caller.ts';
import { done, only, refused } from './fakes.ts';

/**
 * Visits in memory, for what works through a whole clinic: the worker and the deadlines. Conditions are those of
 * `functions/data/callers-table.ts`, whose expressions its own tests hold.
 */
export const inMemoryCallers = (visits: readonly Visit[], { pageSize = 1000 }: { pageSize?: number } = {}) => {
  const stored = new Map(visits.map((visit) => [`${visit.clinicId}/${visit.callerId}`, visit]));
  const keyOf = ({ clinicId, callerId }: { clinicId: string; callerId: string }) => `${clinicId}/${callerId}`;
  const change = (visit: Visit, given: Partial<Visit>) => {
    const next = new CallerBuilder(visit).with(given).build();
    stored.set(keyOf(visit), next);
    return done(next);
  };
  const get = (callerId: string, clinicId = 'demo'): Visit => {
    const visit = stored.get(keyOf({ clinicId, callerId }));
    if (!visit) throw new Error(`there is no ${callerId}`);
    return visit;
  };

  const table: Partial<CallersTable> = {
    find: async (key) => stored.get(keyOf(key)),

    boardPage: async (clinicId, part, { after }) => {
      const rows = [...stored.values()]
        .filter((visit) => visit.clinicId === clinicId && (visit.status === 'ended') === (part === 'ended'))
        .toSorted((a, b) => (a.boardKey < b.boardKey ? -1 : 1))
        .filter(({ boardKey }) => after === undefined || boardKey > after);
      const page = rows.slice(0, pageSize);
      return { rows: page, next: rows.length > pageSize ? page.at(-1)?.boardKey : undefined };
    },

    appendFromClinic: async (key, entry: ConversationEntry, { onlyStatuses }) => {
      const visit = stored.get(keyOf(key));
      if (!visit) return refused();
      if (visit.status === 'ended' || visit.messageIds?.has(entry.i)) return refused(visit);
      if (visit.messageCount >= 300 || (onlyStatuses && !onlyStatuses.includes(visit.status))) return refused(visit);
      return change(visit, {
        messages: [...visit.messages, entry],
        messageIds: new Set([...(visit.messageIds ?? []), entry.i]),
        messageCount: visit.messageCount + 1,
        version: visit.version + 1,
      });
    },

    disconnect: async (key, connectionId, nowMs) => {
      const visit = stored.get(keyOf(key));
      if (!visit?.connections[connectionId]) return refused(visit);
      const { [connectionId]: _gone, ...connections } = visit.connections;
      return change(visit, { connections, deadlines: { ...visit.deadlines, disconnectedAt: nowMs }, version: visit.version + 1 });
    },

    end: async (key, { reason, nowMs, expiresAtSeconds, whileOffline }) => {
      const visit = stored.get(keyOf(key));
      if (!visit || visit.status === 'ended') return refused(visit);
      const isStillOffline = Object.keys(visit.connections).length === 0 && visit.deadlines.disconnectedAt === whileOffline?.since;
      if (whileOffline && !isStillOffline) return refused(visit);
      return change(visit, {
        ...new CallerBuilder(visit).ended(reason, nowMs).build(),
        expiresAtSeconds,
        version: visit.version + 1,
      });
    },

    markSeen: async (key, connectionId, nowMs) => {
      const visit = stored.get(keyOf(key));
      const connection = visit?.connections[connectionId];
      if (!visit || !connection) return refused(visit);
      return change(visit, { connections: { ...visit.connections, [connectionId]: { ...connection, seen: Math.floor(nowMs / 1000) } } });
    },

    markAlerted: async (key, unansweredSince) => {
      const visit = stored.get(keyOf(key));
      if (visit?.unansweredSince !== unansweredSince) return refused(visit);
      return change(visit, { deadlines: { ...visit.deadlines, alertedFor: unansweredSince } });
    },
  };
  return {
    table,
    store: only<CallersTable>(table),
    get,
    /** What others do meanwhile. */
    put: (visit: Visit): void => {
      stored.set(keyOf(visit), visit);
    },
    delete: (callerId: string, clinicId = 'demo'): void => {
      stored.delete(keyOf({ clinicId, callerId }));
    },
  };
};
