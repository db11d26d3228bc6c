import { DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/** How far calls to the store reach: what proves that each of them stays within the clinic of whoever caused it. */

type Attributes = Readonly<Record<string, unknown>>;

interface Expressed {
  readonly ConditionExpression?: string | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly ExpressionAttributeValues?: Attributes | undefined;
}

/** The two indexes that are not read by clinic, and what they are read by: a user's own list, and the deadlines worker's. */
const keysOfOtherIndexes: Readonly<Record<string, string>> = {
  memberships: 'userId = :userId',
  active: 'activePartition = :active',
};

/** The calls that this command makes, as it were one by one: the parts of a transaction, or itself. */
const partsOf = (
  command: unknown,
): readonly { readonly what: string; readonly key: Attributes | undefined; readonly input: Expressed }[] => {
  if (command instanceof GetCommand) return [{ what: 'get', key: command.input.Key, input: {} }];
  if (command instanceof PutCommand) return [{ what: 'put', key: command.input.Item, input: command.input }];
  if (command instanceof UpdateCommand) return [{ what: 'update', key: command.input.Key, input: command.input }];
  if (command instanceof DeleteCommand) return [{ what: 'delete', key: command.input.Key, input: command.input }];
  if (command instanceof TransactWriteCommand) {
    return (command.input.TransactItems ?? []).map(({ Put, Update, Delete, ConditionCheck }, index) => ({
      what: `part ${index} of a transaction`,
      key: Put?.Item ?? (Update ?? Delete ?? ConditionCheck)?.Key,
      input: Put ?? Update ?? Delete ?? ConditionCheck ?? {},
    }));
  }
  throw new Error(`no reach is known of ${(command as object).constructor.name}`);
};

/** A counter of check-ins is nobody's: a hash and a clock minute, and nothing else in its key. */
const isCounter = (key: Attributes | undefined): boolean =>
  key !== undefined && Object.keys(key).length === 1 && /^check-in#[A-Za-z0-9_-]{43}#\d+$/.test(String(key.window));

/** The clinic that a key begins with: by itself, with a day of its audit log, or with a counter of its own. */
const clinicOf = (key: Attributes | undefined): unknown => {
  if (key?.chainId !== undefined) return /^(.+)#\d{4}-\d\d-\d\d#(?:visits|doors)$/.exec(String(key.chainId))?.[1];
  if (key?.window !== undefined) return /^(.+)#broadcasts#\d+$/.exec(String(key.window))?.[1];
  return key?.clinicId;
};

/** The values of an expression that compares a partition key, as that key. */
const valuesAsKey = (values: Attributes | undefined): Attributes => ({
  clinicId: values?.[':clinicId'],
  chainId: values?.[':chainId'],
});

/**
 * What of a call reaches beyond these clinics, as sentences; none is good. Every key, item and start key must begin with one of them, every
 * query's key condition with the clinic, and a condition that repeats the clinic must repeat one of these.
 *
 * @param command of the document client
 */
export const beyond = (command: unknown, clinicIds: ReadonlySet<unknown>): string[] => {
  const isOurs = (attributes: Attributes | undefined) => clinicIds.has(clinicOf(attributes));
  if (command instanceof QueryCommand) {
    const { IndexName, KeyConditionExpression = '', ExpressionAttributeValues, ExclusiveStartKey } = command.input;
    const other = IndexName === undefined ? undefined : keysOfOtherIndexes[IndexName];
    if (other !== undefined) return KeyConditionExpression === other ? [] : [`a query of ${IndexName} by "${KeyConditionExpression}"`];
    return [
      ...(/^(clinicId = :clinicId|chainId = :chainId)( AND |$)/.test(KeyConditionExpression)
        ? []
        : [`a query by "${KeyConditionExpression}"`]),
      ...(isOurs(valuesAsKey(ExpressionAttributeValues)) ? [] : [`a query of clinic ${clinicOf(valuesAsKey(ExpressionAttributeValues))}`]),
      ...(ExclusiveStartKey === undefined || isOurs(ExclusiveStartKey)
        ? []
        : [`a query that starts at clinic ${clinicOf(ExclusiveStartKey)}`]),
    ];
  }
  return partsOf(command).flatMap(({ what, key, input }) => {
    if (isCounter(key)) return [];
    const repeats = /\bclinicId = :clinicId\b/.test(input.ConditionExpression ?? '');
    return [
      ...(isOurs(key) ? [] : [`a ${what} of clinic ${clinicOf(key)}`]),
      ...(repeats && !isOurs(valuesAsKey(input.ExpressionAttributeValues))
        ? [`a ${what} on condition of clinic ${clinicOf(valuesAsKey(input.ExpressionAttributeValues))}`]
        : []),
    ];
  });
};

/** The clinics whose items a call would write; none for one that reads. */
export const clinicsWrittenBy = (command: unknown): unknown[] =>
  command instanceof GetCommand || command instanceof QueryCommand ? [] : partsOf(command).flatMap(({ key }) => key?.clinicId ?? []);
