import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, QueryCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from '@jest/globals';
import { type CallerKey, createCallersTable } from '../../../functions/data/callers-table.ts';
import { createClinicsTable } from '../../../functions/data/clinics-table.ts';
import type { Visit } from '../../../functions/data/visit.ts';
import type { Endpoints } from '../../../local/endpoints.ts';
import { endpointsOfTests } from './endpoints.ts';
import { eventually } from './eventually.ts';

/** The engine's tables, for what a test cannot arrange or see through the service. */
export class Tables {
  readonly #client: DynamoDBClient;
  readonly #documents: DynamoDBDocumentClient;
  readonly #names: readonly string[];

  private constructor(client: DynamoDBClient, names: readonly string[]) {
    this.#client = client;
    this.#documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    this.#names = names;
  }

  static async open({ dynamodb }: Pick<Endpoints, 'dynamodb'> = endpointsOfTests()): Promise<Tables> {
    const client = new DynamoDBClient({
      endpoint: dynamodb,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    return new Tables(client, TableNames);
  }

  close(): void {
    this.#client.destroy();
  }

  get callers() {
    return createCallersTable(this.#documents, this.#named('Callers'));
  }

  /** A visit as it is stored; absent when there is none. */
  async visit({ clinicId, callerId }: CallerKey): Promise<Visit | undefined> {
    const { Item } = await this.#documents.send(
      new GetCommand({ TableName: this.#named('Callers'), Key: { clinicId, callerId }, ConsistentRead: true }),
    );
    // Only the Callers table's module writes its items.
    return Item as Visit | undefined;
  }

  /** The sockets registered on a visit. */
  async registered(key: CallerKey): Promise<string[]> {
    return Object.keys((await this.visit(key))?.connections ?? {});
  }

  /** The sockets registered for a clinic's dashboards. */
  async registeredDashboards(clinicId: string): Promise<string[]> {
    const { Items = [] } = await this.#documents.send(
      new QueryCommand({
        TableName: this.#named('Connections'),
        KeyConditionExpression: 'clinicId = :clinicId',
        ExpressionAttributeValues: { ':clinicId': clinicId },
        ConsistentRead: true,
      }),
    );
    return Items.map(({ connectionId }) => String(connectionId));
  }

  /** Moves a time of a visit that is on the board, as if so much time had gone by. @param path of the attribute, by names */
  async change({ clinicId, callerId }: CallerKey, path: readonly string[], value: number): Promise<void> {
    const names = Object.fromEntries(path.map((name, index) => [`#n${index}`, name]));
    await this.#documents.send(
      new UpdateCommand({
        TableName: this.#named('Callers'),
        Key: { clinicId, callerId },
        UpdateExpression: `SET ${Object.keys(names).join('.')} = :value`,
        ConditionExpression: 'attribute_exists(callerId)',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':value': value },
      }),
    );
    // Engines may be late with an index, as DynamoDB is.
    await eventually(async () => {
      const { rows } = await this.callers.boardPage(clinicId, 'present', {});
      expect(rows.find((row) => row.callerId === callerId)).toHaveProperty([...path], value);
    });
  }

  /** Until when a clinic is looked at by the deadlines, seconds; absent: it is not. */
  async activeUntilSeconds(clinicId: string): Promise<number | undefined> {
    return (await createClinicsTable(this.#documents, this.#named('Clinics')).profile(clinicId))?.activeUntilSeconds;
  }

  /** Moves that time, as if so much time had gone by. */
  async setActiveUntilSeconds(clinicId: string, seconds: number): Promise<void> {
    await this.#documents.send(
      new UpdateCommand({
        TableName: this.#named('Clinics'),
        Key: { clinicId, item: 'profile' },
        UpdateExpression: 'SET activeUntilSeconds = :seconds',
        ConditionExpression: 'attribute_exists(activePartition)',
        ExpressionAttributeValues: { ':seconds': seconds },
      }),
    );
  }

  /** Everything that is stored, in all tables and all indexes, as text by table, or by `<table>/<index>`. */
  async contents(): Promise<Map<string, string>> {
    const contents = new Map<string, string>();
    for (const table of this.#names) {
      contents.set(table, await this.#scan({ TableName: table, ConsistentRead: true }));
      const { Table } = await this.#client.send(new DescribeTableCommand({ TableName: table }));
      for (const { IndexName } of Table?.GlobalSecondaryIndexes ?? []) {
        if (IndexName) contents.set(`${table}/${IndexName}`, await this.#scan({ TableName: table, IndexName }));
      }
    }
    return contents;
  }

  async #scan(input: { readonly TableName: string; readonly IndexName?: string; readonly ConsistentRead?: boolean }): Promise<string> {
    let text = '';
    let start: Record<string, unknown> | undefined;
    do {
      const page = await this.#documents.send(new ScanCommand({ ...input, ...(start && { ExclusiveStartKey: start }) }));
      text += JSON.stringify(page.Items, (_, value) => (value instanceof Set ? [...value] : value));
      start = page.LastEvaluatedKey;
    } while (start);
    return text;
  }

  /** The name under which the engine has a table. */
  nameOf(table: 'Callers' | 'Clinics' | 'Connections' | 'Broadcasts'): string {
    return this.#named(table);
  }

  #named(table: string): string {
    const name = this.#names.find((candidate) => candidate.includes(table));
    if (!name) throw new Error(`the engine has no table ${table}`);
    return name;
  }
}
