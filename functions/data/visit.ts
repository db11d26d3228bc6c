import type { Message, Status } from '../../protocol/objects.ts';

/** A message as it stands in the visit's list. Its `seq` is its place, counted from 1; its sender follows from its kind. Names are short because every update pays for them. */
export interface ConversationEntry {
  /** messageId */
  readonly i: string;
  /** kind, see `kindOf` */
  readonly k: KindLetter;
  /** text */
  readonly t: string;
  /** sentAt, ms */
  readonly s: number;
  /** senderName, of staff */
  readonly n?: string;
  /** language of a template's text */
  readonly l?: string;
  /** the shard of the broadcast's outcome that counts this recipient; the broadcast's id is the message's */
  readonly b?: number;
}

export const kindOf = { n: 'notification', b: 'broadcast', m: 'message', a: 'automatic', q: 'quick-answer' } as const satisfies Record<
  string,
  Message['kind']
>;
export type KindLetter = keyof typeof kindOf;

/** One live socket of a caller: when it connected (ms; the oldest gives way) and when it last spoke (s). */
export interface Connection {
  readonly at: number;
  readonly seen: number;
}

/** What a board row shows: the projection of the `board` index. Times are ms. */
export interface BoardRow {
  readonly clinicId: string;
  readonly callerId: string;
  /** `p#<arrivedAt>#<callerId>` while present, `e#<endedAt>#<callerId>` afterwards. */
  readonly boardKey: string;
  readonly name: string;
  readonly phone?: string;
  readonly language?: string;
  readonly details: Record<string, string>;
  readonly status: Status;
  readonly statusSince: number;
  readonly arrivedAt: number;
  readonly messageCount: number;
  readonly lastMessageFrom?: Message['from'];
  readonly lastMessageAt?: number;
  readonly lastMessagePreview?: string;
  readonly unreadCount: number;
  readonly unansweredSince?: number;
  /** What the deadlines worker goes by. A map, because an index projects 20 attributes at the most. */
  readonly deadlines: {
    /** The message that stands unanswered since then has alerted everyone. */
    readonly alertedFor?: number;
    /** When a socket of this caller last went: while none is registered, the caller is offline since then. */
    readonly disconnectedAt?: number;
  };
  readonly deliveredSeq: number;
  readonly readSeq: number;
  readonly guestMessages?: boolean;
  readonly connections: Readonly<Record<string, Connection>>;
  readonly version: number;
  /** Set when the visit ends: then the clinic's retention runs. */
  readonly expiresAtSeconds?: number;
}

/** A caller's visit: one item, the conversation inside it. */
export interface Visit extends BoardRow {
  /** SHA-256 of the caller's token, base64url. */
  readonly tokenHash: string;
  readonly messages: readonly ConversationEntry[];
  /** Refuses doubles for as long as the visit lives; absent while empty, as DynamoDB has no empty sets. */
  readonly messageIds?: ReadonlySet<string>;
  readonly conversationBytes: number;
  /** The member who made the last change that a member made: with each change the stream tells whose it was. */
  readonly changedBy?: string;
  /** Members have read up to here. */
  readonly staffReadSeq: number;
  /** Messages of the caller by clock minute (epoch minutes): the rate limit. At most one entry a message, so bounded by the conversation. */
  readonly sentInMinute: Readonly<Record<string, number>>;
  /** The sockets that were open when the visit ended, to be told and closed. */
  readonly closing?: Readonly<Record<string, Connection>>;
  readonly endReason?: 'left' | 'ended-by-staff' | 'offline';
  /** The socket that `leave` came from: it is told and closed by its own request, after its answer. */
  readonly leftFrom?: string;
}

/** The bytes that one more message adds to the item, by DynamoDB's rule (HowItWorks.NamingRulesDataTypes, "Item size"): its map and its id in the set. */
export const entryBytes = (entry: ConversationEntry): number => {
  const bytes = (text: string | undefined) => (text === undefined ? 0 : Buffer.byteLength(text) + 2);
  const mapOverhead = 3 + 1;
  const kind = 3;
  const number = 9 + 2;
  return (
    mapOverhead + 2 * bytes(entry.i) + bytes(entry.t) + bytes(entry.n) + bytes(entry.l) + kind + number + (entry.b === undefined ? 0 : 4)
  );
};
