import { type ConversationEntry, entryBytes, type Visit } from '../../functions/data/visit.ts';
import { truncate } from '../../protocol/text.ts';
import { morning } from './times.ts';

/** A message of a conversation that is being built; its id is `m<seq>` and its time a second after the one before, unless given. */
export type GivenEntry = Partial<ConversationEntry> & Pick<ConversationEntry, 'k' | 't'>;

export const notified = (text: string, more: Partial<ConversationEntry> = {}): GivenEntry => ({ k: 'n', t: text, n: 'Ada Admin', ...more });
export const wrote = (text: string, more: Partial<ConversationEntry> = {}): GivenEntry => ({ k: 'm', t: text, ...more });
/** A broadcast's id is its message's. */
export const broadcasted = (broadcastId: string, text: string, shard = 0): GivenEntry => ({
  k: 'b',
  i: broadcastId,
  t: text,
  n: 'Ada Admin',
  b: shard,
});

/** Builds a visit: `aCaller('sue').beingSeen().online('c1').withMessages(wrote('Hello')).build()`. Every step answers a new builder. */
export class CallerBuilder {
  readonly #visit: Visit;

  constructor(visit: Visit) {
    this.#visit = visit;
  }

  with(change: Partial<Visit>): CallerBuilder {
    return new CallerBuilder({ ...this.#visit, ...change });
  }

  waiting(): CallerBuilder {
    return this.with({ status: 'waiting' });
  }

  beingSeen(): CallerBuilder {
    return this.with({ status: 'being-seen' });
  }

  onHold(): CallerBuilder {
    return this.with({ status: 'on-hold' });
  }

  /** Off the board, with the sockets that stood open in `closing`; kept for another day. */
  ended(reason: NonNullable<Visit['endReason']> = 'ended-by-staff', endedAt: number = morning): CallerBuilder {
    const { callerId, connections } = this.#visit;
    return this.with({
      status: 'ended',
      statusSince: endedAt,
      endReason: reason,
      boardKey: `e#${endedAt}#${callerId}`,
      closing: connections,
      connections: {},
      expiresAtSeconds: endedAt / 1000 + 24 * 3600,
    });
  }

  /** Ended so long ago that the retention is over, though the item is still there. */
  expired(): CallerBuilder {
    return this.ended().with({ expiresAtSeconds: morning / 1000 - 1 });
  }

  offline(): CallerBuilder {
    return this.with({ connections: {} });
  }

  /** The first connected first, a second apart; all of them spoke just now. */
  online(...connectionIds: string[]): CallerBuilder {
    return this.with({
      connections: Object.fromEntries(
        connectionIds.map((connectionId, index) => [connectionId, { at: morning - 60_000 + index * 1000, seen: morning / 1000 }]),
      ),
    });
  }

  /** The conversation, and all that is counted from it; the last message came just now. */
  withMessages(...given: GivenEntry[]): CallerBuilder {
    const messages = given.map(
      (entry, index): ConversationEntry => ({ i: `m${index + 1}`, s: morning - (given.length - 1 - index) * 1000, ...entry }),
    );
    const last = messages.at(-1);
    if (!last) return this;
    const own = messages.filter(({ k }) => k === 'm');
    const lastNotification = messages.findLastIndex(({ k }) => k === 'n');
    const unanswered = messages.slice(lastNotification + 1).find(({ k }) => k === 'm');
    return this.with({
      messages,
      messageIds: new Set(messages.map(({ i }) => i)),
      messageCount: messages.length,
      conversationBytes: messages.reduce((sum, entry) => sum + entryBytes(entry), 0),
      lastMessageFrom: last.k === 'm' ? 'caller' : 'clinic',
      lastMessageAt: last.s,
      lastMessagePreview: truncate(last.t, 80),
      unreadCount: own.length,
      ...(unanswered && { unansweredSince: unanswered.s }),
    });
  }

  /** The device has the first `deliveredSeq` messages; the caller has read the first `readSeq`. */
  acknowledged(deliveredSeq: number, readSeq = 0): CallerBuilder {
    return this.with({ deliveredSeq, readSeq });
  }

  build(): Visit {
    return this.#visit;
  }
}

export const aCaller = (callerId = 'sue', clinicId = 'demo'): CallerBuilder =>
  new CallerBuilder({
    clinicId,
    callerId,
    boardKey: `p#${morning - 600_000}#${callerId}`,
    name: 'Sue Smith',
    details: {},
    status: 'waiting',
    statusSince: morning - 600_000,
    arrivedAt: morning - 600_000,
    tokenHash: 'hash-of-a-token',
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

/** Callers `caller-0001`, `caller-0002`, … in order of arrival. */
export const manyCallers = (count: number, build: (caller: CallerBuilder, index: number) => CallerBuilder = (caller) => caller): Visit[] =>
  Array.from({ length: count }, (_, index) => {
    const callerId = `caller-${String(index + 1).padStart(4, '0')}`;
    const arrivedAt = morning - 3_600_000 + index * 1000;
    return build(aCaller(callerId).with({ arrivedAt, statusSince: arrivedAt, boardKey: `p#${arrivedAt}#${callerId}` }), index).build();
  });
