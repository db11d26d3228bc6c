import type { ClinicProfile } from '../data/clinics-table.ts';
import type { BoardRow } from '../data/visit.ts';
import { presentCallers } from './board.ts';
import { deliverToCaller, deliverToStaff, messagesAddedFor } from './deliver.ts';
import type { Uses } from './ports.ts';
import { endOfflineAfterMinutesOf, isOnline, messagesAfter, toCaller } from './views.ts';
import { expiryOf, keepActive } from './visits.ts';

type DeadlinePorts = Uses<'callers' | 'clinics' | 'connections' | 'poster' | 'now'>;

/** API Gateway closes a socket that was idle for 10 min (DG/apigateway-execution-service-websocket-limits-table); `$disconnect` is best effort. */
const silentAfterSeconds = 12 * 60;
/** What an online caller has not acknowledged after this long is posted again … */
const repostAfterMs = 30_000;
/** … but not for ever: a client that never acknowledges is not to be told every minute. */
const repostUntilMs = 10 * 60_000;

/** Does what is due in every clinic that has anyone present. Late, doubled or broken off and run again, it changes nothing more. */
export const meetDeadlines = async (ports: DeadlinePorts): Promise<void> => {
  const failures: unknown[] = [];
  for await (const { clinicId, activeUntilSeconds } of ports.clinics.activeClinics()) {
    try {
      await meetDeadlinesOf(ports, clinicId, activeUntilSeconds);
    } catch (error) {
      // One clinic never decides for another.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
};

const meetDeadlinesOf = async (ports: DeadlinePorts, clinicId: string, activeUntilSeconds: number): Promise<void> => {
  const clinic = await ports.clinics.profile(clinicId);
  if (!clinic) return;
  let isEmpty = true;
  const failures: unknown[] = [];
  for await (const rows of presentCallers(ports, clinicId)) {
    if (rows.length > 0) isEmpty = false;
    // One caller never decides for another.
    const settled = await Promise.allSettled(rows.map((row) => meetDeadlinesOfCaller(ports, clinic, row)));
    failures.push(...settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])));
  }
  const now = ports.now();
  if (!isEmpty) await keepActive(ports, { clinicId, activeUntilSeconds }, now);
  else if (activeUntilSeconds * 1000 < now) await ports.clinics.letRest(clinicId, activeUntilSeconds);
  if (failures.length > 0) throw failures[0];
};

const meetDeadlinesOfCaller = async (ports: DeadlinePorts, clinic: ClinicProfile, row: BoardRow): Promise<void> => {
  if (await endLongOffline(ports, clinic, row)) return;
  await forgetSilentSockets(ports, row);
  await alertUnanswered(ports, clinic, row);
  await postAgain(ports, row);
};

/**
 * Nobody comes back to a visit whose pages have all been gone for the clinic's minutes: it ends, and its retention begins. The update is refused
 * where the caller returned meanwhile. Answers whether the visit is over.
 */
const endLongOffline = async (ports: DeadlinePorts, clinic: ClinicProfile, row: BoardRow): Promise<boolean> => {
  const nowMs = ports.now();
  const since = row.deadlines.disconnectedAt;
  if (isOnline(row) || nowMs - (since ?? row.arrivedAt) < endOfflineAfterMinutesOf(clinic) * 60_000) return false;
  const ended = await ports.callers.end(row, {
    reason: 'offline',
    nowMs,
    expiresAtSeconds: expiryOf(clinic, nowMs),
    whileOffline: { since },
  });
  return ended.outcome === 'done';
};

/** A socket that said nothing for longer than the gateway allows is looked up: gone, it is forgotten; alive (it only pings), it stays. */
const forgetSilentSockets = async (ports: DeadlinePorts, row: BoardRow): Promise<void> => {
  const now = ports.now();
  for (const [connectionId, { seen }] of Object.entries(row.connections)) {
    if (Math.floor(now / 1000) - seen <= silentAfterSeconds) continue;
    const isOpen = await ports.poster.isOpen(connectionId);
    if (isOpen === false) await ports.callers.disconnect(row, connectionId, now);
    if (isOpen === true) await ports.callers.markSeen(row, connectionId, now);
  }
};

/** A caller's message that stood unanswered for the clinic's minutes alerts every member, once. */
const alertUnanswered = async (ports: DeadlinePorts, clinic: ClinicProfile, row: BoardRow): Promise<void> => {
  const since = row.unansweredSince;
  if (since === undefined || row.deadlines.alertedFor === since || ports.now() - since < clinic.unansweredAfterMinutes * 60_000) return;
  await deliverToStaff(ports, clinic.clinicId, [{ type: 'callerUnanswered', caller: toCaller(row) }]);
  // Marked afterwards: broken off in between, it is told twice rather than never.
  await ports.callers.markAlerted(row, since);
};

const postAgain = async (ports: DeadlinePorts, row: BoardRow): Promise<void> => {
  const age = row.lastMessageAt === undefined ? 0 : ports.now() - row.lastMessageAt;
  if (!isOnline(row) || row.deliveredSeq >= row.messageCount || age < repostAfterMs || age > repostUntilMs) return;
  const visit = await ports.callers.find(row, ports.now());
  if (visit) await deliverToCaller(ports, visit, messagesAddedFor(messagesAfter(visit, visit.deliveredSeq, 'caller')));
};
