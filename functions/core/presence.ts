import { RequestError } from '../../protocol/errors.ts';
import type { CallerEvent, FieldsOf, Results } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';
import type { Visit } from '../data/visit.ts';
import { pageOfMessages, whySocketCannot } from './conversation.ts';
import { frameRoom, jsonBytes } from './pages.ts';
import type { CallerSocket, Uses } from './ports.ts';
import { toCaller, toClinic } from './views.ts';

/** A socket younger than this has most likely not been registered yet: then the write comes first and saves a read. */
const freshSocketMs = 5000;
/** A resumed socket is marked as seen when its last mark is older: every second resume of a client that repeats it every 4–5 min. */
const seenAgainAfterSeconds = 6 * 60;

/** Registers the caller's socket and answers with what the caller has missed. Repeated, it repairs, and writes only when presence needs it. */
export const resume = async (
  ports: Uses<'callers' | 'clinics' | 'poster' | 'now'>,
  socket: CallerSocket,
  { afterSeq }: FieldsOf<'resume'>,
  mostSockets: number = limits.socketsPerCaller,
): Promise<Results['resume']> => {
  const visit = await registered(ports, socket, mostSockets);
  // Read after the registration: a switch turned meanwhile is either in this answer or posted to this socket.
  const profile = await ports.clinics.profile(socket.clinicId);
  if (!profile) throw new RequestError('unauthenticated');
  const caller = toCaller(visit);
  const clinic = toClinic(profile);
  return { caller, clinic, ...pageOfMessages(visit, afterSeq, 'caller', frameRoom - jsonBytes(caller) - jsonBytes(clinic)) };
};

const registered = async (ports: Uses<'callers' | 'poster' | 'now'>, socket: CallerSocket, mostSockets: number): Promise<Visit> => {
  const now = ports.now();
  if (now - socket.connectedAt > freshSocketMs) {
    const visit = await ports.callers.find(socket, now);
    const connection = visit?.connections[socket.connectionId];
    if (visit && connection) {
      if (Math.floor(now / 1000) - connection.seen > seenAgainAfterSeconds) await ports.callers.markSeen(socket, socket.connectionId, now);
      return visit;
    }
  }
  return connect(ports, socket, mostSockets);
};

const connect = async (ports: Uses<'callers' | 'poster' | 'now'>, socket: CallerSocket, mostSockets: number): Promise<Visit> => {
  const connectFreely = () => ports.callers.connect(socket, socket.connectionId, socket.connectedAt, ports.now(), mostSockets);
  let written = await connectFreely();
  // Each refusal shows what stood in the way; a new try can lose only to yet another socket of the same caller.
  for (let attempt = 0; written.outcome === 'refused' && attempt < 5; attempt += 1) {
    const visit = written.image;
    if (visit?.connections[socket.connectionId]) return visit;
    const refusal = whyCannotConnect(visit, socket);
    if (refusal || !visit) throw refusal ?? new RequestError('unauthenticated');
    const oldest = oldestOf(visit);
    if (oldest === undefined || Object.keys(visit.connections).length < mostSockets) {
      written = await connectFreely();
    } else {
      written = await ports.callers.connectInsteadOf(socket, oldest, socket.connectionId, socket.connectedAt, ports.now());
      if (written.outcome === 'done') await displace(ports, oldest);
    }
  }
  if (written.outcome === 'refused') throw new RequestError('unavailable');
  return written.image;
};

/** Told before it is closed, so that its page does not come back by itself and displace the next. */
const displace = async (ports: Uses<'poster'>, connectionId: string): Promise<void> => {
  const displaced: CallerEvent = { type: 'displaced' };
  await ports.poster.post(connectionId, JSON.stringify(displaced));
  await ports.poster.close(connectionId);
};

const whyCannotConnect = (visit: Visit | undefined, socket: CallerSocket): RequestError | undefined => {
  const refusal = whySocketCannot(visit, socket);
  return refusal?.code === 'forbidden' ? undefined : refusal;
};

const oldestOf = (visit: Visit): string | undefined =>
  Object.entries(visit.connections).toSorted(([idA, a], [idB, b]) => a.at - b.at || (idA < idB ? -1 : 1))[0]?.[0];

/** A socket closed, as far as the gateway tells: its registration goes. */
export const disconnect = async (
  ports: Uses<'callers' | 'connections' | 'now'>,
  socket: { clinicId: string; connectionId: string } & ({ kind: 'staff' } | { kind: 'caller'; callerId: string }),
): Promise<void> => {
  if (socket.kind === 'staff') await ports.connections.remove(socket.clinicId, socket.connectionId);
  else await ports.callers.disconnect(socket, socket.connectionId, ports.now());
};
