import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/**
 * The client that every table module takes. Absent attributes are left out rather than stored as NULL.
 * A call that has not answered after 3 s is tried again: within the 29 s that API Gateway waits there is room for all
 * three attempts (DG/apigateway-execution-service-websocket-limits-table).
 */
export const createDocumentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true, httpsAgent: { maxSockets: 100 } },
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );

/** What a conditional write came to: done with the new image, or refused with the image that refused it (absent: no such item). */
export type Written<Image> =
  | { readonly outcome: 'done'; readonly image: Image }
  | { readonly outcome: 'refused'; readonly image: Image | undefined };

/** Turns a refused condition into a value; every other failure still throws. */
export const conditional = async <Image>(write: Promise<{ Attributes?: Record<string, unknown> | undefined }>): Promise<Written<Image>> => {
  try {
    const { Attributes } = await write;
    // The caller names the image of its own table; only that table's module writes such items.
    return { outcome: 'done', image: Attributes as Image };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // lib-dynamodb unmarshalls answers, but not the old image that a refused condition carries.
    return { outcome: 'refused', image: error.Item && (unmarshall(error.Item) as Image) };
  }
};

/**
 * The items of a query, all of which carry the key that was asked for. DynamoDB answers no others: one that is somebody else's would be a fault of
 * an expression or an index, and is shown to nobody.
 * @throws where an item carries another key
 */
export const requireOwn = <Found extends object>(key: Readonly<Partial<Record<keyof Found, string>>>, items: readonly Found[]): Found[] => {
  const isOwn = (item: Found) => Object.entries(key).every(([name, value]) => item[name as keyof Found] === value);
  const own = items.filter(isOwn);
  if (own.length < items.length) throw new Error('a query answered an item of another key');
  return own;
};

/** Items past their time are gone, however late DynamoDB deletes them (within days: HowItWorks TTL). */
export const isLive = (item: { readonly expiresAtSeconds?: number | undefined }, nowMs: number): boolean =>
  item.expiresAtSeconds === undefined || item.expiresAtSeconds * 1000 > nowMs;
