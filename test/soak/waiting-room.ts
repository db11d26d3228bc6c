import { randomUUID } from 'node:crypto';
import { Http, PublicApi } from '../../client/http.ts';
import { globalPlatform, type StaffApi, WaitingAreaClient } from '../../client/index.ts';
import type { Endpoints } from '../../local/endpoints.ts';
import type { Caller, Message } from '../../protocol/objects.ts';
import { tokenOf } from '../integration/scenario/endpoints.ts';
import { openSoakSocket, type SoakSocket } from './soak-socket.ts';

export interface WaitingCaller {
  readonly callerId: string;
  readonly socket: SoakSocket;
  readonly room: Room;
  /** Ids of the messages that its thread must hold, by what was answered. */
  readonly expected: Set<string>;
}

/** A clinic with one dashboard and the callers who wait in it. */
export interface Room {
  readonly clinicId: string;
  readonly dashboard: SoakSocket;
  readonly callers: WaitingCaller[];
  /** The whole board, read anew. */
  board(): Promise<Caller[]>;
}

export interface RoomHandlers {
  readonly onCallerHears: (message: Message) => void;
  readonly onDashboardHears: (message: Message) => void;
  readonly onLost: (what: string) => void;
}

/** Callers whose pages are opened side by side. More would make the stack start environments that nothing needs later. */
const opensAtOnce = 4;

/** Opens a clinic of so many callers, each with a registered socket; its dashboard comes last, so that no arrival is posted to it. */
export const openRoom = async (endpoints: Endpoints, callerCount: number, handlers: RoomHandlers): Promise<Room> => {
  const clinicId = `soak-${randomUUID()}`;
  const open = new PublicApi(new Http(endpoints.http, globalPlatform));
  const administrator = `administrator@${clinicId}.example`;
  await staffApi(endpoints, clinicId, 'operator@example').createClinic({
    clinicId,
    name: 'Soak Clinic',
    administrator: { userId: administrator, name: 'Ada Admin' },
  });
  const api = staffApi(endpoints, clinicId, administrator);
  await api.changeSettings(clinicId, { guestMessages: true });

  const opened: Omit<WaitingCaller, 'room'>[] = [];
  const numbers = Array.from({ length: callerCount }, (_, index) => index + 1).values();
  const arrive = async (): Promise<void> => {
    for (const number of numbers) {
      const { callerId, callerToken } = await open.checkIn(clinicId, { name: `Caller ${number}` });
      const socket = await openSoakSocket(await open.ticket({ clinicId, callerId, callerToken }), {
        onEvent: ({ messages }) => messages?.forEach(handlers.onCallerHears),
        onLost: (code) => handlers.onLost(`a caller's socket closed with ${code}`),
      });
      await socket.ask('resume', { afterSeq: 0 });
      opened.push({ callerId, socket, expected: new Set() });
    }
  };
  await Promise.all(Array.from({ length: opensAtOnce }, arrive));

  const dashboard = await openSoakSocket(await api.ticket(clinicId), {
    onEvent: ({ messages }) => messages?.forEach(handlers.onDashboardHears),
    onLost: (code) => handlers.onLost(`a dashboard closed with ${code}`),
  });
  const callers: WaitingCaller[] = [];
  const room: Room = { clinicId, dashboard, callers, board: () => boardOf(dashboard) };
  callers.push(...opened.map((caller) => ({ ...caller, room })));
  await room.board();
  return room;
};

const boardOf = async (dashboard: SoakSocket): Promise<Caller[]> => {
  const rows: Caller[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await dashboard.ask('subscribe', cursor ? { cursor } : {});
    rows.push(...(page.callers ?? []));
    cursor = page.nextCursor;
  } while (cursor);
  return rows;
};

const staffApi = (endpoints: Endpoints, clinicId: string, userId: string): StaffApi =>
  new WaitingAreaClient({ url: endpoints.http, platform: globalPlatform }).staff({ clinicId, token: () => tokenOf(endpoints, userId) }).api;
