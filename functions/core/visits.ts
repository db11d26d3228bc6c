import { RequestError } from '../../protocol/errors.ts';
import type { CallerEvent, Results } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';
import type { Caller, Status } from '../../protocol/objects.ts';
import type { CallerKey } from '../data/callers-table.ts';
import type { ClinicProfile } from '../data/clinics-table.ts';
import { isLive } from '../data/document-client.ts';
import type { Visit } from '../data/visit.ts';
import { whySocketCannot } from './conversation.ts';
import { networkOf } from './network.ts';
import type { CallerSocket, StaffActor, Uses } from './ports.ts';
import { hashOf, isSecretOf } from './secrets.ts';
import { callerEnded, rateLimited, toCaller } from './views.ts';

export interface CheckIn {
  readonly name: string;
  readonly phone?: string | null | undefined;
  readonly language?: string | null | undefined;
  readonly details?: Record<string, string> | undefined;
}

/** A clinic stays in the deadlines worker's care this long after the last check-in, or the last row seen on its board. */
export const activeForSeconds = 2 * 3600;
/** It is written again only when less than this remains, so that a busy clinic's profile is not written at every check-in. */
export const activeRefreshSeconds = 3600;

/** A caller arrives. The token is shown this once; only its hash is stored. */
export const checkIn = async (
  ports: Uses<'callers' | 'clinics' | 'rateLimits' | 'now' | 'newId' | 'newSecret'>,
  clinicId: string,
  address: string,
  body: CheckIn,
  mostPerMinute: number = limits.checkInsPerMinutePerAddress,
): Promise<{ callerId: string; callerToken: string; caller: Caller }> => {
  const now = ports.now();
  const checkIns = await ports.rateLimits.countCheckIn(hashOf(networkOf(address)), now);
  // Asked so that what is no number lets nobody in.
  if (!(checkIns <= mostPerMinute)) throw rateLimited(now);
  const clinic = await ports.clinics.profile(clinicId);
  if (!clinic) throw new RequestError('not-found');
  await keepActive(ports, clinic, now);
  const callerToken = ports.newSecret();
  const visit = await ports.callers.create({
    clinicId,
    callerId: ports.newId(),
    name: body.name,
    ...(body.phone && { phone: body.phone }),
    ...(body.language && { language: body.language }),
    details: body.details ?? {},
    status: 'waiting',
    statusSince: now,
    arrivedAt: now,
    tokenHash: hashOf(callerToken),
    messages: [],
    messageCount: 0,
    conversationBytes: 0,
    unreadCount: 0,
    staffReadSeq: 0,
    deliveredSeq: 0,
    readSeq: 0,
    connections: {},
    deadlines: {},
    sentInMinute: {},
    version: 1,
  });
  return { callerId: visit.callerId, callerToken, caller: toCaller(visit) };
};

/** Keeps the clinic in the deadlines worker's care. */
export const keepActive = async (
  ports: Uses<'clinics'>,
  clinic: Pick<ClinicProfile, 'clinicId' | 'activeUntilSeconds'>,
  now: number,
): Promise<void> => {
  const nowSeconds = Math.floor(now / 1000);
  if ((clinic.activeUntilSeconds ?? 0) < nowSeconds + activeRefreshSeconds)
    await ports.clinics.keepActive(clinic.clinicId, nowSeconds + activeForSeconds);
};

/** Nobody's: stands for the hash of a visit that is not there, so that a token for it costs the same work. */
const hashOfNobody = hashOf('');

/**
 * The visit that a caller's token belongs to; every way of not having one is `unauthenticated`. The token ends with the visit: after that it learns
 * why, and opens nothing, unless the end is undone.
 */
export const authenticateCaller = async (ports: Uses<'callers' | 'now'>, key: CallerKey, token: string): Promise<Visit> => {
  const visit = await ports.callers.find(key, ports.now());
  const isTheirs = isSecretOf(token, visit?.tokenHash ?? hashOfNobody);
  if (!visit || !isTheirs) throw new RequestError('unauthenticated');
  if (visit.status === 'ended') throw callerEnded(visit);
  return visit;
};

/** Moves a caller to a status. `ended` takes the caller off the board; back from `ended` to `waiting` is an undo. */
export const setStatus = async (
  ports: Uses<'callers' | 'clinics' | 'now'>,
  actor: Pick<StaffActor, 'clinicId' | 'userId'>,
  { callerId, status }: { callerId: string; status: Status },
): Promise<Results['setStatus']> => {
  const key = { clinicId: actor.clinicId, callerId };
  const now = ports.now();
  const written =
    status === 'ended'
      ? await end(ports, key, { reason: 'ended-by-staff', by: actor.userId })
      : await ports.callers.setStatus(key, status, now, actor.userId);
  const visit = written.image;
  if (!visit || !isLive(visit, now)) throw new RequestError('not-found');
  if (written.outcome === 'done' || visit.status === status) return { caller: toCaller(visit) };
  if (visit.status !== 'ended' || status !== 'waiting') throw new RequestError(visit.status === 'ended' ? 'caller-ended' : 'unavailable');
  const reopened = await ports.callers.reopen(visit, now, actor.userId);
  if (reopened.outcome === 'refused') throw new RequestError('unavailable');
  return { caller: toCaller(reopened.image) };
};

const end = async (
  ports: Uses<'callers' | 'clinics' | 'now'>,
  key: CallerKey,
  change: { reason: NonNullable<Visit['endReason']>; connectionId?: string; by?: string },
) => {
  const clinic = await ports.clinics.profile(key.clinicId);
  if (!clinic) throw new RequestError('not-found');
  const nowMs = ports.now();
  return ports.callers.end(key, { ...change, nowMs, expiresAtSeconds: expiryOf(clinic, nowMs) });
};

/** When a visit that ends now is deleted, s. */
export const expiryOf = (clinic: Pick<ClinicProfile, 'retentionDays'>, endedAtMs: number): number =>
  Math.ceil(endedAtMs / 1000) + clinic.retentionDays * 24 * 3600;

/** The caller leaves. Their other sockets are told by whoever follows the stream; this one by `farewell`, after its answer. */
export const leave = async (ports: Uses<'callers' | 'clinics' | 'now'>, socket: CallerSocket): Promise<Results['leave']> => {
  const written = await end(ports, socket, { reason: 'left', connectionId: socket.connectionId });
  if (written.outcome === 'refused') throw whySocketCannot(written.image, socket) ?? new RequestError('unavailable');
  return {};
};

/**
 * Answers `leave`, says `ended` and closes, in this order on one socket. The answer is posted rather than returned,
 * because the gateway would send a returned one after `ended`.
 */
export const farewell = async (ports: Uses<'poster'>, socket: CallerSocket, answer: string): Promise<void> => {
  const ended: CallerEvent = { type: 'ended', reason: 'left' };
  await ports.poster.post(socket.connectionId, answer);
  await ports.poster.post(socket.connectionId, JSON.stringify(ended));
  await ports.poster.close(socket.connectionId);
};

/** Turns writing on or off for one caller; null follows the clinic. */
export const setGuestMessages = async (
  ports: Uses<'callers' | 'now'>,
  actor: StaffActor,
  callerId: string,
  allowed: boolean | null,
): Promise<{ caller: Caller }> => {
  const written = await ports.callers.setGuestMessages({ clinicId: actor.clinicId, callerId }, allowed, actor.userId);
  const visit = written.image;
  if (!visit || !isLive(visit, ports.now())) throw new RequestError('not-found');
  if (written.outcome === 'refused') throw new RequestError('caller-ended');
  return { caller: toCaller(visit) };
};

/** Deletes a caller and the whole thread, at once. */
export const erase = async (ports: Uses<'callers' | 'now'>, clinicId: string, callerId: string): Promise<void> => {
  const visit = await ports.callers.erase({ clinicId, callerId });
  if (!visit || !isLive(visit, ports.now())) throw new RequestError('not-found');
};
