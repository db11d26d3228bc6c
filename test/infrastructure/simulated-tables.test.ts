import { describe, expect, it } from '@jest/globals';
import { tableNames, tableShapes } from '../simulation/store/tables.ts';
import { synthesize } from './synthesize.ts';

const template = synthesize();

interface Key {
  readonly AttributeName: string;
  readonly KeyType: string;
}
interface Index {
  readonly IndexName: string;
  readonly KeySchema: readonly Key[];
  readonly Projection: { readonly NonKeyAttributes?: readonly string[] };
}

const keyOf = (schema: readonly Key[], type: 'HASH' | 'RANGE') => schema.find(({ KeyType }) => KeyType === type)?.AttributeName;

describe('the tables of the simulation', () => {
  it.each(Object.values(tableNames))('%s has the keys and indexes of the template', (name) => {
    // CloudFormation's own shape of a table.
    const { KeySchema, GlobalSecondaryIndexes = [] } = template.resource(name.replace(/Table$/, '')).Properties as {
      KeySchema: readonly Key[];
      GlobalSecondaryIndexes?: readonly Index[];
    };
    const { partitionKey, sortKey, indexes = {} } = tableShapes[name];
    expect([partitionKey, sortKey]).toEqual([keyOf(KeySchema, 'HASH'), keyOf(KeySchema, 'RANGE')]);
    expect(indexes).toEqual(
      Object.fromEntries(
        GlobalSecondaryIndexes.map((index) => [
          index.IndexName,
          {
            partitionKey: keyOf(index.KeySchema, 'HASH'),
            sortKey: keyOf(index.KeySchema, 'RANGE'),
            projects: index.Projection.NonKeyAttributes ?? [],
          },
        ]),
      ),
    );
  });
});
