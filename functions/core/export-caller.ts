import type { CallerExport } from '../../protocol/caller-export.ts';
import type { Connection, Visit } from '../data/visit.ts';
import { requireProfile } from './clinics.ts';
import type { Uses } from './ports.ts';
import { messagesAfter, toTime } from './views.ts';

/**
 * Everything that is kept of one person, for that person (GDPR articles 15 and 20, HIPAA 45 CFR 164.524). Left out is what says nothing of them:
 * the hash of their token, ids of sockets, counters that are made from the messages. Who of the staff wrote is another person's data.
 */
export const exportCaller = async (ports: Uses<'clinics' | 'now'>, visit: Visit): Promise<CallerExport> => {
  const { clinicId, name } = await requireProfile(ports, visit.clinicId);
  const { disconnectedAt } = visit.deadlines;
  return {
    exportedAt: toTime(ports.now()),
    clinic: { clinicId, name },
    caller: {
      callerId: visit.callerId,
      name: visit.name,
      phone: visit.phone ?? null,
      language: visit.language ?? null,
      details: visit.details,
      arrivedAt: toTime(visit.arrivedAt),
      status: visit.status,
      statusSince: toTime(visit.statusSince),
      endReason: visit.endReason ?? null,
      guestMessages: visit.guestMessages ?? null,
      keptUntil: visit.expiresAtSeconds === undefined ? null : toTime(visit.expiresAtSeconds * 1000),
    },
    messages: messagesAfter(visit, 0, 'caller').map((message) => ({ ...message, ...marksOf(visit, message) })),
    connections: Object.values({ ...visit.closing, ...visit.connections }).map(toConnection),
    lastDisconnectedAt: disconnectedAt === undefined ? null : toTime(disconnectedAt),
  };
};

const marksOf = (visit: Visit, { from, seq }: { readonly from: 'clinic' | 'caller'; readonly seq: number }) =>
  from === 'caller'
    ? { delivered: true, read: seq <= visit.staffReadSeq }
    : { delivered: seq <= visit.deliveredSeq, read: seq <= visit.readSeq };

const toConnection = ({ at, seen }: Connection) => ({ connectedAt: toTime(at), lastActiveAt: toTime(seen * 1000) });
