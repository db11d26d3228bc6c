import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conditional } from './document-client.ts';

export type RateLimitsTable = ReturnType<typeof createRateLimitsTable>;

/** The RateLimits table: counters by clock minute, of hashes and ids; they are gone minutes later. */
export const createRateLimitsTable = (client: DynamoDBDocumentClient, tableName: string) => ({
  /** Counts one more check-in from this address (by hash) in this clock minute; answers how many that makes. */
  async countCheckIn(addressHash: string, nowMs: number): Promise<number> {
    const minute = Math.floor(nowMs / 60_000);
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { window: `check-in#${addressHash}#${minute}` },
        UpdateExpression: 'ADD checkIns :one SET expiresAtSeconds = :expires',
        ExpressionAttributeValues: { ':one': 1, ':expires': (minute + 2) * 60 },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Number(Attributes?.checkIns);
  },

  /**
   * Counts one more broadcast of this member in this clock minute, where neither the member nor the clinic has had theirs: a clinic has twice as
   * many as a member. Answers whether it was counted. What is refused counts for nobody: a member cannot use up what the others have.
   */
  async countBroadcast(clinicId: string, userId: string, mostOfMember: number, nowMs: number): Promise<boolean> {
    const minute = Math.floor(nowMs / 60_000);
    const memberHasSome = '(attribute_not_exists(#member) OR #member < :mostOfMember)';
    const clinicHasSome = '(attribute_not_exists(ofClinic) OR ofClinic < :mostOfClinic)';
    const counted = await conditional(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { window: `${clinicId}#broadcasts#${minute}` },
          UpdateExpression: 'ADD ofClinic :one, #member :one SET expiresAtSeconds = :expires',
          ConditionExpression: `${memberHasSome} AND ${clinicHasSome}`,
          ExpressionAttributeNames: { '#member': `member#${userId}` },
          ExpressionAttributeValues: {
            ':one': 1,
            ':expires': (minute + 2) * 60,
            ':mostOfMember': mostOfMember,
            ':mostOfClinic': 2 * mostOfMember,
          },
        }),
      ),
    );
    return counted.outcome === 'done';
  },
});
