import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { limits } from '../../protocol/limits.ts';
import type { Status } from '../../protocol/objects.ts';
import { truncate } from '../../protocol/text.ts';
import { conditional, isLive, requireOwn, type Written } from './document-client.ts';
import { type BoardRow, type ConversationEntry, entryBytes, type Visit } from './visit.ts';

/** The key of one visit. */
export interface CallerKey {
  readonly clinicId: string;
  readonly callerId: string;
}

export type CallersTable = ReturnType<typeof createCallersTable>;

// Why a write may happen, by name. An UpdateItem creates what is missing and `<>` is true of a missing attribute: no update goes without `known`,
// which is false of a missing item, too, and repeats whose item it must be. `update` gives its value.
const known = 'clinicId = :clinicId';
const stillPresent = '#status <> :ended';
const notSentBefore = 'NOT contains(messageIds, :messageId)';
const hasRoom = 'messageCount < :mostMessages AND conversationBytes <= :mostBytes';
const fromLiveSocket = 'attribute_exists(connections.#connection)';
const clinicLetsCallersWrite = '(attribute_not_exists(guestMessages) OR guestMessages = :true)';
const onlyThisCallerMayWrite = 'guestMessages = :true';
const withinRate = '(attribute_not_exists(sentInMinute.#minute) OR sentInMinute.#minute < :mostInMinute)';
const hasFreeSocket = 'size(connections) < :mostSockets';
const hasNoSocket = 'size(connections) = :zero';
const offlineSinceThen = 'deadlines.disconnectedAt = :offlineSince';
const neverConnected = 'attribute_not_exists(deadlines.disconnectedAt)';

/** Whose change it is, for the audit log: in each update that a member makes. */
const changedBy = 'changedBy = :by';

const every = (...conditions: string[]) => conditions.join(' AND ');

const presentKey = (arrivedAt: number, callerId: string) => `p#${arrivedAt}#${callerId}`;
const endedKey = (endedAt: number, callerId: string) => `e#${endedAt}#${callerId}`;
const boardKeyPattern = /^[pe]#\d+#([A-Za-z0-9_-]{1,64})$/;

/** Which of a clinic's visits a board query reads. */
export type BoardPart = 'present' | 'ended';
const prefixOf = { present: 'p#', ended: 'e#' } as const satisfies Record<BoardPart, string>;

/** Does this board key, as a cursor brings it back, lie in that part of the board? */
export const isBoardKey = (key: string, part: BoardPart): boolean => key.startsWith(prefixOf[part]) && boardKeyPattern.test(key);

/**
 * The Callers table: one visit an item, the conversation inside it. It owns every key and expression of the table.
 * Writes are single conditional updates; a refused one answers with the image that refused it.
 */
export const createCallersTable = (client: DynamoDBDocumentClient, tableName: string) => {
  const update = (
    key: CallerKey,
    input: { set: string; condition: string; values: Record<string, unknown>; names?: Record<string, string> },
  ): Promise<Written<Visit>> =>
    conditional<Visit>(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { clinicId: key.clinicId, callerId: key.callerId },
          UpdateExpression: input.set,
          ConditionExpression: input.condition,
          ExpressionAttributeValues: { ...input.values, ':clinicId': key.clinicId },
          ...(input.names && { ExpressionAttributeNames: input.names }),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );

  const entryChange = (entry: ConversationEntry, from: 'clinic' | 'caller', shareOfConversation = 1) => {
    const size = entryBytes(entry);
    return {
      set: [
        'messages = list_append(messages, :entries)',
        'messageCount = messageCount + :one',
        'conversationBytes = conversationBytes + :size',
        'lastMessageFrom = :from',
        'lastMessageAt = :now',
        'lastMessagePreview = :preview',
        'version = version + :one',
      ].join(', '),
      values: {
        ':entries': [entry],
        ':messageIds': new Set([entry.i]),
        ':messageId': entry.i,
        ':one': 1,
        ':size': size,
        ':from': from,
        ':now': entry.s,
        ':preview': truncate(entry.t, limits.previewCodePoints),
        ':ended': 'ended',
        ':mostMessages': Math.floor(limits.messagesPerConversation * shareOfConversation),
        ':mostBytes': Math.floor(limits.conversationBytes * shareOfConversation) - size,
      },
      names: { '#status': 'status' },
    };
  };

  return {
    /** Stores a new visit. The SDK sends it again when an answer is lost: then it meets itself. @throws where the id is another visit's */
    async create(visit: Omit<Visit, 'boardKey'>): Promise<Visit> {
      const item: Visit = { ...visit, boardKey: presentKey(visit.arrivedAt, visit.callerId) };
      const written = await conditional<Visit>(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: item,
            ConditionExpression: 'attribute_not_exists(callerId)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      );
      // The hash of a secret of 256 random bits: nobody else's.
      if (written.outcome === 'refused' && written.image?.tokenHash !== item.tokenHash) throw new Error('the id of a new visit is taken');
      return item;
    },

    /** The whole visit, read consistently; absent when unknown, erased or past its retention. */
    async find(key: CallerKey, nowMs: number): Promise<Visit | undefined> {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { clinicId: key.clinicId, callerId: key.callerId }, ConsistentRead: true }),
      );
      // Only this module writes items of this table.
      const visit = Item as Visit | undefined;
      return visit && isLive(visit, nowMs) ? visit : undefined;
    },

    /** One page of the board in order of arrival, or of those who left the latest first, read from behind `after`; `next` is where the following page starts. */
    async boardPage(
      clinicId: string,
      part: BoardPart,
      options: { after?: string | undefined; limit?: number },
    ): Promise<{ rows: BoardRow[]; next: string | undefined }> {
      const { Items, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'board',
          KeyConditionExpression: 'clinicId = :clinicId AND begins_with(boardKey, :part)',
          ExpressionAttributeValues: { ':clinicId': clinicId, ':part': prefixOf[part] },
          ScanIndexForward: part === 'present',
          ...(options.limit && { Limit: options.limit }),
          ...(options.after && {
            ExclusiveStartKey: { clinicId, callerId: boardKeyPattern.exec(options.after)?.[1], boardKey: options.after },
          }),
        }),
      );
      // The index projects exactly a BoardRow (`lib/tables.ts`, held by an infrastructure test).
      const rows = requireOwn({ clinicId }, (Items ?? []) as BoardRow[]);
      return { rows, next: LastEvaluatedKey?.boardKey as string | undefined };
    },

    /** The clinic speaks to one caller. An individual notification answers the caller; nothing else does. */
    appendFromClinic(
      key: CallerKey,
      entry: ConversationEntry,
      options: { answers: boolean; by?: string; onlyStatuses?: readonly Status[] | undefined; shareOfConversation?: number },
    ): Promise<Written<Visit>> {
      const change = entryChange(entry, 'clinic', options.shareOfConversation);
      const statuses = (options.onlyStatuses ?? []).map((status, index) => [`:status${index}`, status] as const);
      const statusAsFiltered = options.onlyStatuses ? `#status IN (${statuses.map(([name]) => name).join(', ')})` : undefined;
      return update(key, {
        set: `SET ${change.set}${options.by === undefined ? '' : `, ${changedBy}`} ADD messageIds :messageIds${options.answers ? ' REMOVE unansweredSince, deadlines.alertedFor' : ''}`,
        condition: every(known, stillPresent, notSentBefore, hasRoom, ...(statusAsFiltered ? [statusAsFiltered] : [])),
        values: { ...change.values, ...Object.fromEntries(statuses), ...(options.by !== undefined && { ':by': options.by }) },
        names: change.names,
      });
    },

    /** The caller speaks, from a live socket, while they may, at most so often in a clock minute. */
    appendFromCaller(
      key: CallerKey,
      entry: ConversationEntry,
      options: { connectionId: string; clinicLetsCallersWrite: boolean; mostInMinute: number },
    ): Promise<Written<Visit>> {
      const change = entryChange(entry, 'caller');
      return update(key, {
        set: `SET ${[
          change.set,
          'unreadCount = unreadCount + :one',
          'unansweredSince = if_not_exists(unansweredSince, :now)',
          'sentInMinute.#minute = if_not_exists(sentInMinute.#minute, :zero) + :one',
          'connections.#connection.seen = :seen',
        ].join(', ')} ADD messageIds :messageIds`,
        condition: every(
          known,
          stillPresent,
          fromLiveSocket,
          notSentBefore,
          hasRoom,
          options.clinicLetsCallersWrite ? clinicLetsCallersWrite : onlyThisCallerMayWrite,
          withinRate,
        ),
        values: { ...change.values, ':zero': 0, ':true': true, ':mostInMinute': options.mostInMinute, ':seen': toSeconds(entry.s) },
        names: { ...change.names, '#connection': options.connectionId, '#minute': minuteOf(entry.s) },
      });
    },

    /** The caller's device has, or the caller has read, everything up to here. Never goes back: refused where a mark stands higher, or nothing would change. */
    acknowledge(
      key: CallerKey,
      connectionId: string,
      marks: { deliveredSeq?: number | undefined; readSeq?: number | undefined },
      nowMs: number,
    ): Promise<Written<Visit>> {
      const given = [
        ...(marks.deliveredSeq === undefined ? [] : [['deliveredSeq', marks.deliveredSeq] as const]),
        ...(marks.readSeq === undefined ? [] : [['readSeq', marks.readSeq] as const]),
      ];
      const neverBack = given.map(([name]) => `${name} <= :${name}`);
      const anyForward = `(${given.map(([name]) => `${name} < :${name}`).join(' OR ')})`;
      const written = 'messageCount >= :highest';
      return update(key, {
        set: `SET ${[...given.map(([name]) => `${name} = :${name}`), 'connections.#connection.seen = :seen', 'version = version + :one'].join(', ')}`,
        condition: every(known, stillPresent, fromLiveSocket, written, ...neverBack, anyForward),
        values: {
          ...Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
          ':highest': Math.max(...given.map(([, value]) => value)),
          ':seen': toSeconds(nowMs),
          ':one': 1,
          ':ended': 'ended',
        },
        names: { '#status': 'status', '#connection': connectionId },
      });
    },

    /** Members have read up to `seq`; `unreadCount` is what remains, true of exactly `messageCount` messages. */
    markRead(key: CallerKey, mark: { seq: number; unreadCount: number; messageCount: number }, by: string): Promise<Written<Visit>> {
      return update(key, {
        set: `SET staffReadSeq = :seq, unreadCount = :unread, version = version + :one, ${changedBy}`,
        condition: every(known, 'messageCount = :messageCount', 'staffReadSeq < :seq'),
        values: { ':seq': mark.seq, ':unread': mark.unreadCount, ':messageCount': mark.messageCount, ':one': 1, ':by': by },
      });
    },

    /** Moves a present caller to another status than `ended`; refused where that is the status already. */
    setStatus(key: CallerKey, status: Exclude<Status, 'ended'>, nowMs: number, by: string): Promise<Written<Visit>> {
      return update(key, {
        set: `SET #status = :status, statusSince = :now, version = version + :one, ${changedBy}`,
        condition: every(known, stillPresent, '#status <> :status'),
        values: { ':status': status, ':now': nowMs, ':one': 1, ':ended': 'ended', ':by': by },
        names: { '#status': 'status' },
      });
    },

    /**
     * Ends the visit: off the board, no socket, and retention runs. The sockets stand in `closing` for whoever tells them.
     * @param change.connectionId the live socket that asks for it
     * @param change.by the member who ends it
     * @param change.whileOffline only while no socket is registered, none has come and gone since `since` (ms), or ever, where that is absent
     */
    end(
      key: CallerKey,
      change: {
        reason: NonNullable<Visit['endReason']>;
        nowMs: number;
        expiresAtSeconds: number;
        connectionId?: string | undefined;
        by?: string | undefined;
        whileOffline?: { readonly since: number | undefined } | undefined;
      },
    ): Promise<Written<Visit>> {
      const { whileOffline } = change;
      const stillOffline = whileOffline ? [hasNoSocket, whileOffline.since === undefined ? neverConnected : offlineSinceThen] : [];
      return update(key, {
        set: `SET ${[
          '#status = :ended',
          'statusSince = :now',
          'boardKey = :boardKey',
          'endReason = :reason',
          'closing = connections',
          'connections = :none',
          'expiresAtSeconds = :expires',
          'version = version + :one',
          ...(change.connectionId === undefined ? [] : ['leftFrom = :leftFrom']),
          ...(change.by === undefined ? [] : [changedBy]),
        ].join(', ')}`,
        condition: every(known, stillPresent, ...(change.connectionId === undefined ? [] : [fromLiveSocket]), ...stillOffline),
        values: {
          ...(whileOffline && { ':zero': 0, ...(whileOffline.since !== undefined && { ':offlineSince': whileOffline.since }) }),
          ':ended': 'ended',
          ':now': change.nowMs,
          ':boardKey': endedKey(change.nowMs, key.callerId),
          ':reason': change.reason,
          ':none': {},
          ':expires': change.expiresAtSeconds,
          ':one': 1,
          ...(change.connectionId !== undefined && { ':leftFrom': change.connectionId }),
          ...(change.by !== undefined && { ':by': change.by }),
        },
        names: { '#status': 'status', ...(change.connectionId !== undefined && { '#connection': change.connectionId }) },
      });
    },

    /** Undoes a mistaken end: back to waiting at the old place, offline from now on. Refused where anything changed since `ended` was read. */
    reopen(ended: Visit, nowMs: number, by: string): Promise<Written<Visit>> {
      return update(ended, {
        set: `SET #status = :waiting, statusSince = :now, boardKey = :boardKey, deadlines.disconnectedAt = :now, version = version + :one, ${changedBy} REMOVE expiresAtSeconds, closing, endReason, leftFrom`,
        condition: every(known, '#status = :ended', 'version = :version'),
        values: {
          ':waiting': 'waiting',
          ':ended': 'ended',
          ':now': nowMs,
          ':boardKey': presentKey(ended.arrivedAt, ended.callerId),
          ':version': ended.version,
          ':one': 1,
          ':by': by,
        },
        names: { '#status': 'status' },
      });
    },

    /** This caller's own switch; null follows the clinic's. */
    setGuestMessages(key: CallerKey, allowed: boolean | null, by: string): Promise<Written<Visit>> {
      return update(key, {
        set: `SET version = version + :one, ${changedBy}${allowed === null ? ' REMOVE guestMessages' : ', guestMessages = :allowed'}`,
        condition: every(known, stillPresent),
        values: { ':one': 1, ':ended': 'ended', ':by': by, ...(allowed !== null && { ':allowed': allowed }) },
        names: { '#status': 'status' },
      });
    },

    /** Registers a socket of a present caller; refused where five are open. */
    connect(key: CallerKey, connectionId: string, connectedAtMs: number, nowMs: number, mostSockets: number): Promise<Written<Visit>> {
      return update(key, {
        set: 'SET connections.#connection = :connection, version = version + :one',
        condition: every(known, stillPresent, hasFreeSocket),
        values: { ':connection': { at: connectedAtMs, seen: toSeconds(nowMs) }, ':mostSockets': mostSockets, ':one': 1, ':ended': 'ended' },
        names: { '#status': 'status', '#connection': connectionId },
      });
    },

    /** Registers a socket in the place of the oldest. */
    connectInsteadOf(key: CallerKey, oldest: string, connectionId: string, connectedAtMs: number, nowMs: number): Promise<Written<Visit>> {
      return update(key, {
        set: 'SET connections.#connection = :connection, version = version + :one REMOVE connections.#oldest',
        condition: every(known, stillPresent, 'attribute_exists(connections.#oldest)'),
        values: { ':connection': { at: connectedAtMs, seen: toSeconds(nowMs) }, ':one': 1, ':ended': 'ended' },
        names: { '#status': 'status', '#connection': connectionId, '#oldest': oldest },
      });
    },

    /** A registered socket spoke. Nothing that anyone sees changes, so `version` stays. */
    markSeen(key: CallerKey, connectionId: string, nowMs: number): Promise<Written<Visit>> {
      return update(key, {
        set: 'SET connections.#connection.seen = :seen',
        condition: every(known, fromLiveSocket),
        values: { ':seen': toSeconds(nowMs) },
        names: { '#connection': connectionId },
      });
    },

    /** Forgets one socket, by its very id: a newer one is never touched. */
    disconnect(key: CallerKey, connectionId: string, nowMs: number): Promise<Written<Visit>> {
      return update(key, {
        set: 'SET deadlines.disconnectedAt = :now, version = version + :one REMOVE connections.#connection',
        condition: every(known, fromLiveSocket),
        values: { ':now': nowMs, ':one': 1 },
        names: { '#connection': connectionId },
      });
    },

    /** Everyone has been alerted of the message that stands unanswered since then. */
    markAlerted(key: CallerKey, unansweredSince: number): Promise<Written<Visit>> {
      return update(key, {
        set: 'SET deadlines.alertedFor = :since',
        condition: every(known, 'unansweredSince = :since'),
        values: { ':since': unansweredSince },
      });
    },

    /** Deletes the visit and its whole thread; absent where there was none. */
    async erase(key: CallerKey): Promise<Visit | undefined> {
      const { Attributes } = await client.send(
        new DeleteCommand({ TableName: tableName, Key: { clinicId: key.clinicId, callerId: key.callerId }, ReturnValues: 'ALL_OLD' }),
      );
      // Only this module writes items of this table.
      return Attributes as Visit | undefined;
    },
  };
};

const toSeconds = (ms: number) => Math.floor(ms / 1000);

/** The clock minute of a time, as the key of its rate counter. */
export const minuteOf = (ms: number): string => String(Math.floor(ms / 60_000));
