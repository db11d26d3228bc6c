import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { EntryField, Member, Role } from '../../protocol/objects.ts';
import { conditional, isLive, requireOwn } from './document-client.ts';

/** A clinic and its settings. */
export interface ClinicProfile {
  readonly clinicId: string;
  readonly name: string;
  readonly languages: readonly string[];
  readonly entryFields: readonly EntryField[];
  readonly guestMessages: boolean;
  readonly expectationText: string;
  readonly waitingThresholdMinutes: number;
  readonly unansweredAfterMinutes: number;
  /** Absent on clinics stored before it was: see `endOfflineAfterMinutesOf`. */
  readonly endOfflineAfterMinutes?: number;
  readonly retentionDays: number;
  /** Kept beside the members by the same transactions, so that the last administrator can neither leave nor be demoted. */
  readonly administratorCount: number;
  readonly version: number;
  /** Until then the deadlines worker looks after this clinic; absent when nobody has come for a while. */
  readonly activeUntilSeconds?: number;
}

/** What an administrator may change. */
export type SettingsChange = {
  readonly [Setting in keyof Omit<ClinicProfile, 'clinicId' | 'administratorCount' | 'version' | 'activeUntilSeconds'>]?:
    | ClinicProfile[Setting]
    | undefined;
};

export interface Invitation {
  readonly name: string;
  readonly role: Role;
  readonly answersMessages: boolean;
  /** The user id of the administrator who made it. It ends with their part in the clinic. */
  readonly invitedBy: string;
}

/** `stale`: what the change was based on is no longer so; `last-administrator`: the clinic would be left without one. */
export type MemberChange = 'done' | 'stale' | 'last-administrator';

export type ClinicsTable = ReturnType<typeof createClinicsTable>;

const profileItem = 'profile';
const memberPrefix = 'member#';
const memberItem = (userId: string) => `${memberPrefix}${userId}`;
const invitationItem = (codeHash: string) => `invitation#${codeHash}`;
/** One partition holds the clinics that have anyone present: ids and times alone. */
const activePartition = 'active';

// Why a write may happen, by name.
const unknown = 'attribute_not_exists(clinicId)';
/** False of a missing item, too. */
const known = 'clinicId = :clinicId';
const isAdministrator = '#role = :administrator';
const roleAsRead = '#role = :roleAsRead';
const anotherAdministratorStays = 'administratorCount > :one';

/** The Clinics table: the profile, the members and the open invitations of each clinic. It owns every key and expression of the table. */
export const createClinicsTable = (client: DynamoDBDocumentClient, tableName: string) => {
  const toMember = (item: Record<string, unknown>): Member => {
    // Only this module writes member items.
    const { userId, name, role, answersMessages } = item as Member;
    return { userId, name, role, answersMessages };
  };

  /** Runs a transaction; answers why each of its writes was refused, in order, or undefined when it is done. */
  const transact = async (
    items: NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']>,
  ): Promise<boolean[] | undefined> => {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: items }));
      return undefined;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const refused = (error.CancellationReasons ?? []).map((reason) => reason.Code === 'ConditionalCheckFailed');
      if (!refused.some(Boolean)) throw error;
      return refused;
    }
  };

  const administrators = (clinicId: string, change: 1 | -1) => ({
    Update: {
      TableName: tableName,
      Key: { clinicId, item: profileItem },
      UpdateExpression: 'SET administratorCount = administratorCount + :change',
      ConditionExpression: change === -1 ? `${known} AND ${anotherAdministratorStays}` : known,
      ExpressionAttributeValues: { ':clinicId': clinicId, ':change': change, ...(change === -1 && { ':one': 1 }) },
    },
  });

  const memberPut = (clinicId: string, member: Member, before: Member | undefined) => ({
    Put: {
      TableName: tableName,
      Item: { clinicId, item: memberItem(member.userId), ...member },
      ...(before
        ? {
            ConditionExpression: `${known} AND ${roleAsRead}`,
            ExpressionAttributeNames: { '#role': 'role' },
            ExpressionAttributeValues: { ':clinicId': clinicId, ':roleAsRead': before.role },
          }
        : { ConditionExpression: unknown }),
    },
  });

  const administratorCheck = (clinicId: string, userId: string) => ({
    ConditionCheck: {
      TableName: tableName,
      Key: { clinicId, item: memberItem(userId) },
      ConditionExpression: `${known} AND ${isAdministrator}`,
      ExpressionAttributeNames: { '#role': 'role' },
      ExpressionAttributeValues: { ':clinicId': clinicId, ':administrator': 'administrator' satisfies Role },
    },
  });

  /** Read consistently, so that a removal takes effect with the next frame. */
  const findMember = async (clinicId: string, userId: string): Promise<Member | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { clinicId, item: memberItem(userId) }, ConsistentRead: true }),
    );
    return Item && toMember(Item);
  };

  return {
    /** Read consistently, so that a switch takes effect with the next message. Costs one read unit while the profile stays under 4 KB. */
    async profile(clinicId: string): Promise<ClinicProfile | undefined> {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { clinicId, item: profileItem }, ConsistentRead: true }),
      );
      // Only this module writes profile items.
      return Item as ClinicProfile | undefined;
    },

    /** Creates a clinic and its first administrator together; false where the clinic exists. */
    async create(profile: Omit<ClinicProfile, 'administratorCount' | 'version'>, administrator: Member): Promise<boolean> {
      const refused = await transact([
        {
          Put: {
            TableName: tableName,
            Item: { ...profile, item: profileItem, administratorCount: 1, version: 1 },
            ConditionExpression: unknown,
          },
        },
        memberPut(profile.clinicId, administrator, undefined),
      ]);
      return refused === undefined;
    },

    /** Changes the settings given; absent where there is no such clinic. */
    async changeSettings(clinicId: string, change: SettingsChange): Promise<ClinicProfile | undefined> {
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      const written = await conditional<ClinicProfile>(
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { clinicId, item: profileItem },
            UpdateExpression: `SET ${[...given.map(([name]) => `#${name} = :${name}`), 'version = version + :one'].join(', ')}`,
            ConditionExpression: known,
            ExpressionAttributeNames: given.length > 0 ? Object.fromEntries(given.map(([name]) => [`#${name}`, name])) : undefined,
            ExpressionAttributeValues: {
              ...Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
              ':one': 1,
              ':clinicId': clinicId,
            },
            ReturnValues: 'ALL_NEW',
          }),
        ),
      );
      return written.outcome === 'done' ? written.image : undefined;
    },

    member: findMember,

    async members(clinicId: string): Promise<Member[]> {
      const members: Member[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const { Items, LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: 'clinicId = :clinicId AND begins_with(#item, :member)',
            ExpressionAttributeNames: { '#item': 'item' },
            ExpressionAttributeValues: { ':clinicId': clinicId, ':member': memberPrefix },
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        members.push(...requireOwn<Record<string, unknown>>({ clinicId }, Items ?? []).map(toMember));
        start = LastEvaluatedKey;
      } while (start);
      return members;
    },

    /** The clinics of one user, with the role in each. */
    async membershipsOf(userId: string): Promise<{ clinicId: string; role: Role }[]> {
      const memberships: { clinicId: string; role: Role }[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const { Items, LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: tableName,
            IndexName: 'memberships',
            KeyConditionExpression: 'userId = :userId',
            ExpressionAttributeValues: { ':userId': userId },
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        // Only member items carry a userId.
        const own = requireOwn({ userId }, (Items ?? []) as { userId: string; clinicId: string; role: Role }[]);
        memberships.push(...own.map(({ clinicId, role }) => ({ clinicId, role })));
        start = LastEvaluatedKey;
      } while (start);
      return memberships;
    },

    /** Writes a member, new where `before` is absent, and keeps the count of administrators in the same transaction. */
    async putMember(clinicId: string, member: Member, before: Member | undefined): Promise<MemberChange> {
      const change = Number(member.role === 'administrator') - Number(before?.role === 'administrator');
      const put = memberPut(clinicId, member, before);
      const refused = await transact(change === 0 ? [put] : [put, administrators(clinicId, change > 0 ? 1 : -1)]);
      return explain(refused);
    },

    async removeMember(clinicId: string, member: Member): Promise<MemberChange> {
      const removal = {
        Delete: {
          TableName: tableName,
          Key: { clinicId, item: memberItem(member.userId) },
          ConditionExpression: `${known} AND ${roleAsRead}`,
          ExpressionAttributeNames: { '#role': 'role' },
          ExpressionAttributeValues: { ':clinicId': clinicId, ':roleAsRead': member.role },
        },
      };
      return explain(await transact(member.role === 'administrator' ? [removal, administrators(clinicId, -1)] : [removal]));
    },

    async putInvitation(clinicId: string, codeHash: string, invitation: Invitation, expiresAtSeconds: number): Promise<void> {
      await client.send(
        new PutCommand({
          TableName: tableName,
          Item: { clinicId, item: invitationItem(codeHash), ...invitation, expiresAtSeconds },
          ConditionExpression: unknown,
        }),
      );
    },

    async invitation(clinicId: string, codeHash: string, nowMs: number): Promise<Invitation | undefined> {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { clinicId, item: invitationItem(codeHash) }, ConsistentRead: true }),
      );
      // Only this module writes invitation items; those from before it knew who made them are good for nothing.
      const stored = Item as (Omit<Invitation, 'invitedBy'> & { invitedBy?: string; expiresAtSeconds: number }) | undefined;
      if (stored?.invitedBy === undefined || !isLive(stored, nowMs)) return undefined;
      const { name, role, answersMessages, invitedBy } = stored;
      return { name, role, answersMessages, invitedBy };
    },

    /**
     * Uses up an invitation and makes the member, together. `void`: it is used up, as for one of two redemptions at once, or whoever made it
     * is no administrator any more.
     */
    async redeem(clinicId: string, codeHash: string, member: Member, invitedBy: string): Promise<'done' | 'void' | 'already-member'> {
      // A transaction takes an item once (TransactWriteItems API), and this one never made anyone a member: they are one, or were removed.
      if (member.userId === invitedBy) return (await findMember(clinicId, invitedBy)) ? 'already-member' : 'void';
      const refused = await transact([
        {
          Delete: {
            TableName: tableName,
            Key: { clinicId, item: invitationItem(codeHash) },
            ConditionExpression: known,
            ExpressionAttributeValues: { ':clinicId': clinicId },
          },
        },
        administratorCheck(clinicId, invitedBy),
        memberPut(clinicId, member, undefined),
        ...(member.role === 'administrator' ? [administrators(clinicId, 1)] : []),
      ]);
      if (refused === undefined) return 'done';
      const [isUsed, isInviterGone] = refused;
      return isUsed || isInviterGone ? 'void' : 'already-member';
    },

    /** The deadlines worker looks after this clinic until then; never shortened. */
    async keepActive(clinicId: string, activeUntilSeconds: number): Promise<void> {
      await conditional(
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { clinicId, item: profileItem },
            UpdateExpression: 'SET activePartition = :active, activeUntilSeconds = :until',
            ConditionExpression: `${known} AND (attribute_not_exists(activeUntilSeconds) OR activeUntilSeconds < :until)`,
            ExpressionAttributeValues: { ':clinicId': clinicId, ':active': activePartition, ':until': activeUntilSeconds },
          }),
        ),
      );
    },

    /** Leaves the clinic alone until someone comes, unless someone came since its time was read. */
    async letRest(clinicId: string, activeUntilSecondsAsRead: number): Promise<void> {
      await conditional(
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { clinicId, item: profileItem },
            UpdateExpression: 'REMOVE activePartition, activeUntilSeconds',
            ConditionExpression: `${known} AND activeUntilSeconds = :asRead`,
            ExpressionAttributeValues: { ':clinicId': clinicId, ':asRead': activeUntilSecondsAsRead },
          }),
        ),
      );
    },

    /** The clinics that have, or lately had, anyone present; page by page. */
    async *activeClinics(): AsyncGenerator<{ clinicId: string; activeUntilSeconds: number }> {
      let start: Record<string, unknown> | undefined;
      do {
        const { Items, LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: tableName,
            IndexName: 'active',
            KeyConditionExpression: 'activePartition = :active',
            ExpressionAttributeValues: { ':active': activePartition },
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        // The index holds keys alone.
        const own = requireOwn(
          { activePartition },
          (Items ?? []) as { clinicId: string; activePartition: string; activeUntilSeconds: number }[],
        );
        yield* own.map(({ clinicId, activeUntilSeconds }) => ({ clinicId, activeUntilSeconds }));
        start = LastEvaluatedKey;
      } while (start);
    },
  };
};

/** The member's own write comes first in a transaction, the count second. */
const explain = (refused: boolean[] | undefined): MemberChange => {
  if (refused === undefined) return 'done';
  return refused[0] ? 'stale' : 'last-administrator';
};
