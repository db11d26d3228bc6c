import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';

export type RateLimitsTable = ReturnType<typeof createRateLimitsTable>;

/** The RateLimits table: counters by clock minute. A counter is a number and a hash; it is gone minutes later. */
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
});
