import { randomBytes } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { tableNames } from '../../simulation/store/tables.ts';
import { endpointsOfTests } from './endpoints.ts';

export type OwnTables = Readonly<Record<keyof typeof tableNames, string>>;

/** Tables like the stack's, whose keys and indexes are the template's, but of a test's own: no function follows their changes. */
export const createOwnTables = async (purpose: string): Promise<{ engine: DynamoDBClient; names: OwnTables; close(): Promise<void> }> => {
  const engine = new DynamoDBClient({
    endpoint: endpointsOfTests().dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    // What is under test is the service, not the SDK's patience.
    maxAttempts: 1,
  });
  const { TableNames: stackTables = [] } = await engine.send(new ListTablesCommand({}));
  const run = randomBytes(6).toString('hex');

  const likeTheStacks = async (table: string): Promise<string> => {
    const name = stackTables.find((candidate) => candidate.toLowerCase().includes(table.toLowerCase()));
    if (!name) throw new Error(`the engine has no table ${table}`);
    const { Table } = await engine.send(new DescribeTableCommand({ TableName: name }));
    const TableName = `${purpose}-${run}-${table}`;
    await engine.send(
      new CreateTableCommand({
        TableName,
        KeySchema: Table?.KeySchema,
        AttributeDefinitions: Table?.AttributeDefinitions,
        BillingMode: 'PAY_PER_REQUEST',
        ...(Table?.GlobalSecondaryIndexes && {
          GlobalSecondaryIndexes: Table.GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
            IndexName,
            KeySchema,
            Projection,
          })),
        }),
      }),
    );
    return TableName;
  };

  const created: [string, string][] = [];
  for (const table of Object.keys(tableNames)) created.push([table, await likeTheStacks(table)]);
  return {
    engine,
    // One name for each of the stack's tables.
    names: Object.fromEntries(created) as unknown as OwnTables,
    async close() {
      for (const [, TableName] of created) await engine.send(new DeleteTableCommand({ TableName }));
      engine.destroy();
    },
  };
};
