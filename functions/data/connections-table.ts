import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { isLive, requireOwn } from './document-client.ts';

/** A dashboard's socket. */
export interface StaffConnection {
  readonly clinicId: string;
  readonly connectionId: string;
  readonly userId: string;
}

export type ConnectionsTable = ReturnType<typeof createConnectionsTable>;

/** API Gateway closes every socket after 2 h (DG/apigateway-execution-service-websocket-limits-table); a little later its record is void. */
const lifeSeconds = 2 * 3600 + 300;

/** The Connections table: the sockets of dashboards, by clinic. Callers' sockets stand on their visits. */
export const createConnectionsTable = (client: DynamoDBDocumentClient, tableName: string) => ({
  async put(connection: StaffConnection, nowMs: number): Promise<void> {
    const expiresAtSeconds = Math.ceil(nowMs / 1000) + lifeSeconds;
    await client.send(new PutCommand({ TableName: tableName, Item: { ...connection, expiresAtSeconds } }));
  },

  async remove(clinicId: string, connectionId: string): Promise<void> {
    await client.send(new DeleteCommand({ TableName: tableName, Key: { clinicId, connectionId } }));
  },

  /** Every open dashboard of the clinic, read consistently, all pages. */
  async ofClinic(clinicId: string, nowMs: number): Promise<StaffConnection[]> {
    const connections: StaffConnection[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const { Items, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'clinicId = :clinicId',
          ExpressionAttributeValues: { ':clinicId': clinicId },
          ConsistentRead: true,
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      // Only this module writes items of this table.
      const items = requireOwn({ clinicId }, (Items ?? []) as (StaffConnection & { expiresAtSeconds: number })[]);
      connections.push(...items.filter((item) => isLive(item, nowMs)));
      start = LastEvaluatedKey;
    } while (start);
    return connections;
  },
});
