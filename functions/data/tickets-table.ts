import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { conditional } from './document-client.ts';

/** Who a socket belongs to. */
export type TicketHolder = { readonly kind: 'staff'; readonly userId: string } | { readonly kind: 'caller'; readonly callerId: string };

export type TicketsTable = ReturnType<typeof createTicketsTable>;

/** False of a ticket that was used or never given: it is missing. */
const unused = 'clinicId = :clinicId';
const inTime = 'expiresAtMs > :now';

/** The Tickets table: single-use permissions to open one socket, by hash. */
export const createTicketsTable = (client: DynamoDBDocumentClient, tableName: string) => ({
  async put(clinicId: string, ticketHash: string, holder: TicketHolder, expiresAtMs: number): Promise<void> {
    const item = { clinicId, ticketHash, ...holder, expiresAtMs, expiresAtSeconds: Math.ceil(expiresAtMs / 1000) };
    await client.send(new PutCommand({ TableName: tableName, Item: item }));
  },

  /** Uses a ticket up; absent where it was never given, used before or is too old. Of any number at once, one gets it. */
  async consume(clinicId: string, ticketHash: string, nowMs: number): Promise<TicketHolder | undefined> {
    const consumed = await conditional<TicketHolder>(
      client.send(
        new DeleteCommand({
          TableName: tableName,
          Key: { clinicId, ticketHash },
          ConditionExpression: `${unused} AND ${inTime}`,
          ExpressionAttributeValues: { ':clinicId': clinicId, ':now': nowMs },
          ReturnValues: 'ALL_OLD',
        }),
      ),
    );
    if (consumed.outcome === 'refused') return undefined;
    const { image } = consumed;
    // No more than that: it becomes the context of every event of the socket, and the hash is nobody's matter.
    return image.kind === 'staff' ? { kind: 'staff', userId: image.userId } : { kind: 'caller', callerId: image.callerId };
  },
});
