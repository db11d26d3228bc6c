import { isDeepStrictEqual } from 'node:util';
import { BatchWriteCommand, type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { hashOf, tagged } from '../../functions/core/secrets.ts';
import type { Visit } from '../../functions/data/visit.ts';
import type { Member } from '../../protocol/objects.ts';
import { aBroadcast } from '../builders/a-broadcast.ts';
import { aCaller, broadcasted, type CallerBuilder, notified, wrote } from '../builders/a-caller.ts';
import { aClinic, aMember, anAdministrator } from '../builders/a-clinic.ts';
import type { Aim } from './operations.ts';

/** The tables that hold clinics' data, by what they are of. */
export const kinds = ['callers', 'clinics', 'connections', 'tickets', 'broadcasts'] as const;
export type Kind = (typeof kinds)[number];
export type TableNames = Readonly<Record<Kind | 'rateLimits' | 'audit', string>>;

export type Item = Readonly<Record<string, unknown>>;
/** All items of a clinic, by table and key. */
export type Contents = ReadonlyMap<string, Item>;

/** Which object a request names. `theirs` is the other clinic's, `absent` nobody's. */
export const objects = ['mine', 'my other', 'my ended', 'theirs', 'absent', 'malformed'] as const;
export type ObjectName = (typeof objects)[number];

const daySeconds = 24 * 3600;

/** The secret that a caller was given, or an invitation's, as if by chance. */
export const secretOf = (whose: string): string => hashOf(`the secret of ${whose}`);

/** A clinic with something of everything, and a canary in every text of it that is not public. */
export class ClinicOfTests {
  readonly clinicId: string;
  /** Stands in names, phones, details, texts, and ids that no request names. */
  readonly canary: string;

  constructor(clinicId: string) {
    this.clinicId = clinicId;
    this.canary = `canary-${clinicId}`;
  }

  userId(name: string): string {
    return `${name}@${this.clinicId}`;
  }

  callerId(name: string): string {
    return `${name}-${this.clinicId}`;
  }

  get broadcastId(): string {
    return `broadcast-${this.clinicId}`;
  }

  get code(): string {
    return tagged(secretOf(`invitation ${this.clinicId}`), this.clinicId);
  }

  get members(): Member[] {
    const named = (name: string) => ({ userId: this.userId(name), name: `${name} ${this.canary}` });
    return [
      anAdministrator(named('administrator')),
      anAdministrator(named('second-administrator')),
      aMember(named('clerk')),
      aMember({ ...named('duty'), answersMessages: true }),
      aMember(named('demoted')),
      aMember(named('colleague')),
    ];
  }

  get visits(): Visit[] {
    const visit = (callerId: string, build: (caller: CallerBuilder) => CallerBuilder, arrivedAgoMs: number): Visit => {
      const arrivedAt = this.#now - arrivedAgoMs;
      const caller = aCaller(callerId, this.clinicId)
        .with({
          name: `Sue ${this.canary}`,
          phone: `+61 ${this.canary}`.slice(0, 32),
          details: { reason: this.canary },
          arrivedAt,
          statusSince: arrivedAt,
          boardKey: `p#${arrivedAt}#${callerId}`,
          tokenHash: hashOf(secretOf(callerId)),
        })
        .withMessages(
          notified(`notice ${this.canary}`, { n: `Ada ${this.canary}` }),
          wrote(`answer ${this.canary}`),
          broadcasted(this.broadcastId, `broadcast ${this.canary}`),
        )
        .acknowledged(3, 0);
      return build(caller).build();
    };
    const over = (caller: CallerBuilder, expiresAtSeconds: number) =>
      caller.ended('ended-by-staff', this.#now - 60_000).with({ expiresAtSeconds });
    const nowSeconds = Math.floor(this.#now / 1000);
    return [
      visit(this.callerId('present'), (caller) => caller.online(`socket-${this.callerId('present')}`), 600_000),
      visit(this.callerId('other'), (caller) => caller.online(`socket-${this.callerId('other')}`), 500_000),
      visit(this.callerId('ended'), (caller) => over(caller, nowSeconds + daySeconds), 900_000),
      visit(this.callerId('expired'), (caller) => over(caller, nowSeconds - daySeconds), 990_000),
      visit(`${this.canary}-hidden`, (caller) => caller.online(`${this.canary}-socket`), 300_000),
    ];
  }

  /** What a request of this clinic's people may name. */
  aim(object: ObjectName, theirs: ClinicOfTests, freshId: string): Omit<Aim, 'clinicId'> {
    const own = (caller: string, user: string) => ({
      callerId: this.callerId(caller),
      broadcastId: this.broadcastId,
      userId: this.userId(user),
      code: this.code,
      cursor: this.#cursorAt(this.callerId(caller)),
      freshId,
    });
    switch (object) {
      case 'mine':
        return own('present', 'colleague');
      case 'my other':
        return own('other', 'clerk');
      case 'my ended':
        return own('ended', 'colleague');
      case 'theirs':
        return {
          callerId: theirs.callerId('present'),
          broadcastId: theirs.broadcastId,
          userId: theirs.userId('colleague'),
          // A secret of mine under their name.
          code: tagged(secretOf(`invitation ${this.clinicId}`), theirs.clinicId),
          cursor: this.#cursorAt(theirs.callerId('present'), 550_000),
          freshId,
        };
      case 'absent':
        return {
          callerId: theirs.callerId('present').replace('present', 'nowhere'),
          broadcastId: theirs.broadcastId.replace('broadcast', 'nonsuches'),
          userId: theirs.userId('colleague').replace('colleague', 'xcolleage'),
          code: tagged(secretOf('nobody'), theirs.clinicId),
          cursor: this.#cursorAt(theirs.callerId('present').replace('present', 'nowhere'), 550_000),
          freshId,
        };
      case 'malformed':
        return { callerId: 'x y', broadcastId: 'é', userId: 'a b', code: 'short', cursor: '%', freshId };
    }
  }

  /** As it is before anyone does anything. */
  contents(): Contents {
    const { clinicId, canary } = this;
    const nowSeconds = Math.floor(this.#now / 1000);
    const contents = new Map<string, Item>();
    const add = (kind: Kind, key: string, item: object) => contents.set(placeOf(kind, key), { clinicId, ...item });
    const profile = aClinic({ clinicId, name: 'Public Name', guestMessages: true, administratorCount: 2 });
    add('clinics', 'profile', { ...profile, item: 'profile', activePartition: 'active', activeUntilSeconds: nowSeconds + daySeconds });
    for (const member of this.members) add('clinics', `member#${member.userId}`, { item: `member#${member.userId}`, ...member });
    const invitation = `invitation#${hashOf(secretOf(`invitation ${clinicId}`))}`;
    const invited = { name: `Ivy ${canary}`, role: 'member', answersMessages: false, invitedBy: this.userId('administrator') };
    add('clinics', invitation, { item: invitation, ...invited, expiresAtSeconds: nowSeconds + daySeconds });
    for (const visit of this.visits) add('callers', visit.callerId, visit);
    for (const name of ['administrator', 'clerk', 'duty', 'colleague']) {
      const connectionId = `dashboard-${this.userId(name)}`;
      add('connections', connectionId, { connectionId, userId: this.userId(name), expiresAtSeconds: nowSeconds + daySeconds });
    }
    const job = aBroadcast({
      clinicId,
      broadcastId: this.broadcastId,
      text: `broadcast ${canary}`,
      senderName: `Ada ${canary}`,
      requestedBy: this.userId('administrator'),
      state: 'finished',
      expiresAtSeconds: nowSeconds + daySeconds,
    });
    add('broadcasts', `${this.broadcastId}/job`, { ...job, item: `${this.broadcastId}/job` });
    const shard = {
      item: `${this.broadcastId}/shard/000000`,
      stored: new Set([`${canary}-hidden:3`]),
      expiresAtSeconds: nowSeconds + daySeconds,
    };
    add('broadcasts', shard.item, shard);
    return contents;
  }

  readonly #now = Math.floor(Date.now() / 1000) * 1000;

  /** Between two of this clinic's callers, where the caller named is none of them. */
  #cursorAt(callerId: string, arrivedAgoMs = 600_000): string {
    return Buffer.from(`p#${this.#now - arrivedAgoMs}#${callerId}`).toString('base64url');
  }
}

const placeOf = (kind: Kind, key: string): string => `${kind} ${key}`;

const sortKeys: Readonly<Record<Kind, string>> = {
  callers: 'callerId',
  clinics: 'item',
  connections: 'connectionId',
  tickets: 'ticketHash',
  broadcasts: 'item',
};

/** One item that is not as it was. */
export interface Difference {
  readonly kind: Kind;
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** What an engine holds of clinics, and a way back to what it held. */
export class Ledger {
  readonly #client: DynamoDBDocumentClient;
  readonly #tables: TableNames;

  constructor(client: DynamoDBDocumentClient, tables: TableNames) {
    this.#client = client;
    this.#tables = tables;
  }

  async contentsOf(clinicId: string): Promise<Contents> {
    const found = await Promise.all(kinds.map(async (kind) => (await this.#query(kind, clinicId)).map((item) => ({ kind, item }))));
    return new Map(found.flat().map(({ kind, item }) => [placeOf(kind, String(item[sortKeys[kind]])), item]));
  }

  /** What differs in a clinic from these contents. */
  async differences(clinicId: string, contents: Contents): Promise<Difference[]> {
    const current = await this.contentsOf(clinicId);
    return [...new Set([...contents.keys(), ...current.keys()])].flatMap((place) => {
      const [before, after] = [contents.get(place), current.get(place)];
      if (isDeepStrictEqual(before, after)) return [];
      const [kind = '', ...key] = place.split(' ');
      // Places are written by `placeOf`.
      return [{ kind: kind as Kind, key: key.join(' '), before, after }];
    });
  }

  /** Brings a clinic to these contents; answers what it differed in. */
  async restore(clinicId: string, contents: Contents): Promise<Difference[]> {
    const differences = await this.differences(clinicId, contents);
    for (const { kind, key, before } of differences) {
      const request = before ? { PutRequest: { Item: { ...before } } } : { DeleteRequest: { Key: { clinicId, [sortKeys[kind]]: key } } };
      await this.#client.send(new BatchWriteCommand({ RequestItems: { [this.#tables[kind]]: [request] } }));
    }
    return differences;
  }

  async #query(kind: Kind, clinicId: string): Promise<Item[]> {
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.#tables[kind],
        KeyConditionExpression: 'clinicId = :clinicId',
        ExpressionAttributeValues: { ':clinicId': clinicId },
        ConsistentRead: true,
      }),
    );
    if (LastEvaluatedKey) throw new Error('a clinic of a test is larger than a page');
    return Items;
  }
}
