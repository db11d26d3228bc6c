import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '../../protocol/objects.ts';
import type { WaitingCaller } from './waiting-room.ts';

/** What was written so far, and how it went. */
export interface Writing {
  /** Give these to the rooms: they tell which message has arrived. */
  readonly onCallerHears: (message: Message) => void;
  readonly onDashboardHears: (message: Message) => void;
  /** From the member's send to the frame on the caller's socket, in milliseconds, in order of arrival. */
  readonly latencies: readonly number[];
  readonly errors: readonly string[];
  readonly operations: number;
  /** So many operations a second for so long, over all callers in turn, then waits for those under way. */
  run(callers: readonly WaitingCaller[], perSecond: number, seconds: number): Promise<void>;
}

/** A frame that has not come by then is lost. */
const arrivesWithinMs = 30_000;

export const createWriting = (): Writing => {
  const awaited = { caller: new Map<string, () => void>(), dashboard: new Map<string, () => void>() };
  const latencies: number[] = [];
  const errors: string[] = [];
  let operations = 0;

  const arrival = async (where: keyof typeof awaited, messageId: string): Promise<void> => {
    const patience = new AbortController();
    const arrived = new Promise<'arrived'>((resolve) => awaited[where].set(messageId, () => resolve('arrived')));
    const tooLong = delay(arrivesWithinMs, 'lost' as const, { signal: patience.signal });
    tooLong.catch(() => {}); // aborted below
    const outcome = await Promise.race([arrived, tooLong]);
    patience.abort();
    awaited[where].delete(messageId);
    if (outcome === 'lost') throw new Error(`a message never reached the ${where}`);
  };

  const notify = async ({ callerId, socket, room, expected }: WaitingCaller): Promise<void> => {
    const messageId = randomUUID();
    const sentAt = performance.now();
    const heard = arrival('caller', messageId).then(() => latencies.push(performance.now() - sentAt));
    const [{ message }] = await Promise.all([room.dashboard.ask('notify', { callerId, messageId, text: 'You are next' }), heard]);
    expected.add(messageId);
    await socket.ask('acknowledge', { deliveredSeq: message?.seq });
  };

  const answer = async ({ socket, expected }: WaitingCaller): Promise<void> => {
    const messageId = randomUUID();
    await Promise.all([socket.ask('sendMessage', { messageId, text: 'Thank you' }), arrival('dashboard', messageId)]);
    expected.add(messageId);
  };

  return {
    onCallerHears: ({ messageId }) => awaited.caller.get(messageId)?.(),
    onDashboardHears: ({ messageId }) => awaited.dashboard.get(messageId)?.(),
    latencies,
    errors,
    get operations() {
      return operations;
    },
    run: async (callers, perSecond, seconds) => {
      const startedAt = performance.now();
      const underWay = new Set<Promise<void>>();
      for (let number = 0; number < perSecond * seconds; number += 1) {
        await delay(Math.max(0, startedAt + (number * 1000) / perSecond - performance.now()));
        const caller = callers[number % callers.length];
        if (caller === undefined) throw new Error('nobody waits');
        // Two of three are the clinic's, as people write: the third round of a caller comes after its first two.
        const operation = (number % 3 === 2 ? answer(caller) : notify(caller))
          .catch((error: Error) => void errors.push(error.message))
          .finally(() => underWay.delete(operation));
        underWay.add(operation);
        operations += 1;
      }
      await Promise.all(underWay);
    },
  };
};
