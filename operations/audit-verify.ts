import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { ChainedEvent } from '../functions/data/audit-chain.ts';
import { objectOf, stringOf } from '../local/json.ts';
import { type Heads, verifyAudit } from './verify-audit.ts';

/**
 * `npm run audit:verify`: checks the hash chains of the audit log. Exit code 1 where one is broken. With `--heads FILE` it also compares
 * with what stood last at the run before, and notes what stands last now: keep that file away from the table.
 * On AWS the credentials need dynamodb:ListTables, and dynamodb:Scan and kms:Decrypt for the table.
 */
const usage = 'npm run audit:verify -- [--endpoints FILE | --stack WaitingArea-<stage>] [--heads FILE]';

const connect = (options: { endpoints?: string | undefined; stack?: string | undefined }): { client: DynamoDBClient; prefix: string } => {
  // Region and credentials as the AWS CLI finds them.
  if (options.stack !== undefined) return { client: new DynamoDBClient({}), prefix: `${options.stack}-Audit` };
  const file = options.endpoints ?? join(import.meta.dirname, '..', '.local', 'endpoints.json');
  const endpoint = stringOf(objectOf(JSON.parse(readFileSync(file, 'utf8'))).dynamodb);
  if (endpoint === undefined) throw new Error(`${file} names no dynamodb endpoint`);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { client: new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }), prefix: 'Audit' };
};

/** CloudFormation begins a table's name with the stack's and its logical id. */
const findTable = async (client: DynamoDBClient, prefix: string): Promise<string> => {
  let from: string | undefined;
  do {
    const { TableNames = [], LastEvaluatedTableName } = await client.send(
      new ListTablesCommand({ ...(from && { ExclusiveStartTableName: from }) }),
    );
    const table = TableNames.find((name) => name === prefix || name.startsWith(`${prefix}-`));
    if (table !== undefined) return table;
    from = LastEvaluatedTableName;
  } while (from !== undefined);
  throw new Error(`There is no table ${prefix}… in this Region and account.`);
};

async function* entriesOf(client: DynamoDBClient, TableName: string): AsyncGenerator<ChainedEvent> {
  const pages = paginateScan({ client: DynamoDBDocumentClient.from(client) }, { TableName, ConsistentRead: true });
  // Only the table's own module writes items there. A scan gives the items of one partition together, in order of their sort key.
  for await (const { Items = [] } of pages) yield* Items as ChainedEvent[];
}

try {
  const { values } = parseArgs({
    options: { endpoints: { type: 'string' }, stack: { type: 'string' }, heads: { type: 'string' } },
  });
  const { client, prefix } = connect(values);
  // A file that this command wrote.
  const earlier = values.heads !== undefined && existsSync(values.heads) ? (JSON.parse(readFileSync(values.heads, 'utf8')) as Heads) : {};
  const { heads, entries, breaks } = await verifyAudit(entriesOf(client, await findTable(client, prefix)), Date.now(), earlier);
  for (const [chainId, { seq, hash }] of Object.entries(heads))
    console.log(`${chainId.replace('#', ' ')}: ${seq} entries, the last ${hash}`);
  for (const what of breaks) console.log(`BROKEN  ${what}`);
  console.log(
    `${entries} entries in ${Object.keys(heads).length} days, ${breaks.length === 0 ? 'every chain holds' : `${breaks.length} breaks`}`,
  );
  if (breaks.length > 0) process.exitCode = 1;
  else if (values.heads !== undefined) writeFileSync(values.heads, `${JSON.stringify(heads, undefined, 2)}\n`);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 1;
}
