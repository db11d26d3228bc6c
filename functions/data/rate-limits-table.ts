import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';

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

  /** Counts one more broadcast of this member in this clock minute; answers how many that makes, of the member and of the whole clinic. */
  async countBroadcast(clinicId: string, userId: string, nowMs: number): Promise<{ member: number; clinic: number }> {
    const minute = Math.floor(nowMs / 60_000);
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { window: `${clinicId}#broadcasts#${minute}` },
        UpdateExpression: 'ADD ofClinic :one, #member :one SET expiresAtSeconds = :expires',
        ExpressionAttributeNames: { '#member': `member#${userId}` },
        ExpressionAttributeValues: { ':one': 1, ':expires': (minute + 2) * 60 },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return { member: Number(Attributes?.[`member#${userId}`]), clinic: Number(Attributes?.ofClinic) };
  },
});
