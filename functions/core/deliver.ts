import type { CallerEvent, StaffEvent } from '../../protocol/frames.ts';
import type { Message } from '../../protocol/objects.ts';
import type { CallerKey } from '../data/callers-table.ts';
import type { BoardRow } from '../data/visit.ts';
import { splitFitting } from './pages.ts';
import type { Uses } from './ports.ts';

/**
 * Posts events, in order, to each of a caller's sockets; the sockets are served side by side and none decides for another.
 * A socket that is gone is forgotten, by its very id. Answers whether any socket took all of it.
 */
export const deliverToCaller = async (
  ports: Uses<'callers' | 'poster' | 'now'>,
  caller: CallerKey & Pick<BoardRow, 'connections'>,
  events: readonly CallerEvent[],
  options: { except?: string } = {},
): Promise<boolean> => {
  const frames = events.map((event) => JSON.stringify(event));
  const taken = await Promise.all(
    Object.keys(caller.connections)
      .filter((connectionId) => connectionId !== options.except)
      .map(async (connectionId) => {
        for (const frame of frames) {
          const delivery = await ports.poster.post(connectionId, frame);
          if (delivery === 'gone') await tidyUp(ports.callers.disconnect(caller, connectionId, ports.now()));
          if (delivery !== 'posted') return false;
        }
        return true;
      }),
  );
  return taken.some(Boolean);
};

/** What cannot be forgotten now is met again by the next post: it decides neither for other sockets nor for what is stored already. */
const tidyUp = async (forgetting: Promise<unknown>): Promise<void> => {
  await forgetting.catch(() => undefined);
};

/** Messages as events, each under a frame's size. */
export const messagesAddedFor = (messages: readonly Message[]): CallerEvent[] =>
  splitFitting(messages).map((run) => ({ type: 'messagesAdded', messages: run }));

/** Posts events, in order, to the dashboards of a clinic, or to those of some of its members. */
export const deliverToStaff = async (
  ports: Uses<'connections' | 'poster' | 'now'>,
  clinicId: string,
  events: readonly StaffEvent[],
  options: { onlyUserIds?: ReadonlySet<string> } = {},
): Promise<void> => {
  if (events.length === 0) return;
  const frames = events.map((event) => JSON.stringify(event));
  const connections = await ports.connections.ofClinic(clinicId, ports.now());
  await Promise.all(
    connections
      .filter(({ userId }) => options.onlyUserIds?.has(userId) ?? true)
      .map(async ({ connectionId }) => {
        for (const frame of frames) {
          const delivery = await ports.poster.post(connectionId, frame);
          if (delivery === 'gone') {
            await tidyUp(ports.connections.remove(clinicId, connectionId));
            return;
          }
        }
      }),
  );
};
