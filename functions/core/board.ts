import { invalidField, RequestError } from '../../protocol/errors.ts';
import type { FieldsOf, Results } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';
import { isFound } from '../../protocol/matches.ts';
import type { Caller, Member, Status } from '../../protocol/objects.ts';
import { type BoardPart, isBoardKey } from '../data/callers-table.ts';
import { isLive } from '../data/document-client.ts';
import type { BoardRow } from '../data/visit.ts';
import { requireMember } from './admit.ts';
import { frameRoom, jsonBytes } from './pages.ts';
import type { StaffActor, Uses } from './ports.ts';
import { toCaller, toClinic } from './views.ts';

export interface BoardQuery {
  /** Absent: everyone present. `ended` lists those who left and are still kept. */
  readonly statuses?: readonly Status[] | undefined;
  readonly search?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
  /** Bytes of JSON that the page may take. */
  readonly room: number;
}

export interface BoardPage {
  readonly callers: Caller[];
  readonly nextCursor: string | null;
}

/** One page of the board, in order of arrival; those who left come after those present, the latest first. */
export const readBoard = async (ports: Uses<'callers' | 'now'>, clinicId: string, query: BoardQuery): Promise<BoardPage> => {
  const parts = partsOf(query.statuses);
  const start = query.cursor === undefined ? undefined : decodeCursor(query.cursor, parts);
  const callers: Caller[] = [];
  let room = query.room;
  let lastKey = start?.key;
  for (const part of start ? parts.slice(parts.indexOf(start.part)) : parts) {
    let after = part === start?.part ? start.key : undefined;
    do {
      const isFiltered = query.search !== undefined || query.statuses !== undefined;
      // One row more than the page tells whether another follows; a filtered page reads on until it is full.
      const page = await ports.callers.boardPage(clinicId, part, { after, ...(!isFiltered && { limit: query.limit + 1 }) });
      for (const row of page.rows) {
        if (isShown(row, query, ports.now())) {
          const caller = toCaller(row);
          room -= jsonBytes(caller);
          if (callers.length === query.limit || (room < 0 && callers.length > 0)) {
            return { callers, nextCursor: lastKey === undefined ? null : encodeCursor(lastKey) };
          }
          callers.push(caller);
        }
        lastKey = row.boardKey;
      }
      after = page.next;
    } while (after !== undefined);
  }
  return { callers, nextCursor: null };
};

const partsOf = (statuses: readonly Status[] | undefined): BoardPart[] => {
  if (statuses === undefined) return ['present'];
  return [
    ...(statuses.some((status) => status !== 'ended') ? ['present' as const] : []),
    ...(statuses.includes('ended') ? ['ended' as const] : []),
  ];
};

const isShown = (row: BoardRow, query: BoardQuery, now: number): boolean =>
  isLive(row, now) &&
  (query.statuses === undefined || query.statuses.includes(row.status)) &&
  (query.search === undefined || isFound({ name: row.name, phone: row.phone ?? null, details: row.details }, query.search));

const encodeCursor = (boardKey: string) => Buffer.from(boardKey).toString('base64url');

/** A cursor is a place on the board, never a key of another clinic: the query's own clinic stands beside it. */
const decodeCursor = (cursor: string, parts: readonly BoardPart[]): { key: string; part: BoardPart } => {
  const key = Buffer.from(cursor, 'base64url').toString();
  const part = parts.find((candidate) => isBoardKey(key, candidate));
  if (!part) throw invalidField('cursor', 'is not a cursor of this list');
  return { key, part };
};

/** Every present caller of a clinic, row by row over all pages. */
export async function* presentCallers(ports: Uses<'callers'>, clinicId: string): AsyncGenerator<BoardRow[]> {
  let after: string | undefined;
  do {
    const page = await ports.callers.boardPage(clinicId, 'present', { after });
    yield page.rows;
    after = page.next;
  } while (after !== undefined);
}

/** Registers a dashboard and answers with one page of its board; changes may arrive in between. */
export const subscribe = async (
  ports: Uses<'callers' | 'clinics' | 'connections' | 'now'>,
  socket: { clinicId: string; userId: string; connectionId: string },
  { cursor }: FieldsOf<'subscribe'>,
): Promise<Results['subscribe']> => {
  const look = () => requireMember(ports, { operation: 'socket subscribe', ...socket });
  const isFirstPage = cursor === undefined;
  // Who is no member any more is not registered even for a moment: in it the socket would hear of the board.
  if (isFirstPage) await look();
  const { actor, profile } = await registered(ports, socket, isFirstPage, async () => {
    // The member once more, after the record: a removal in between either finds the record to close, or is found here.
    const [actor, profile] = await Promise.all([look(), ports.clinics.profile(socket.clinicId)]);
    if (!profile) throw new RequestError('not-found');
    return { actor, profile };
  });
  const clinic = toClinic(profile);
  const me = toMember(actor);
  const room = frameRoom - jsonBytes(clinic) - jsonBytes(me);
  return { ...(await readBoard(ports, socket.clinicId, { cursor, limit: limits.pageOfCallers, room })), clinic, me };
};

/** Registers the socket where it is not yet, and takes that back where the look that must follow does not end well. */
const registered = async <Seen>(
  ports: Uses<'connections' | 'now'>,
  { clinicId, connectionId, userId }: { clinicId: string; userId: string; connectionId: string },
  isNew: boolean,
  look: () => Promise<Seen>,
): Promise<Seen> => {
  try {
    if (isNew) await ports.connections.put({ clinicId, connectionId, userId }, ports.now());
    return await look();
  } catch (error) {
    // Who is refused must not go on hearing of the board; nor who may have been removed unseen, since what failed is the look that would
    // tell, or a record that may be stored nonetheless. The first failure is told, whatever becomes of the record.
    if (isNew || error instanceof RequestError) await ports.connections.remove(clinicId, connectionId).catch(() => {});
    throw error;
  }
};

const toMember = ({ userId, name, role, answersMessages }: StaffActor): Member => ({ userId, name, role, answersMessages });
