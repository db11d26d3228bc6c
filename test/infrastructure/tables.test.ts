import { describe, expect, it } from '@jest/globals';
import type { BoardRow } from '../../functions/data/visit.ts';
import { synthesize } from './synthesize.ts';

const development = synthesize();
const production = synthesize({ stage: 'production' });

const keys = {
  Callers: ['clinicId', 'callerId'],
  Clinics: ['clinicId', 'item'],
  Connections: ['clinicId', 'connectionId'],
  Tickets: ['clinicId', 'ticketHash'],
  Broadcasts: ['clinicId', 'item'],
  RateLimits: ['window'],
  Audit: ['chainId', 'seq'],
} as const;

describe('the tables', () => {
  it('are these, under logical ids that never change, so that no update replaces them', () => {
    expect(Object.keys(development.all('AWS::DynamoDB::Table')).sort()).toEqual(Object.keys(keys).sort());
  });

  it.each(Object.entries(keys))('%s has the keys %j', (name, [partitionKey, sortKey]) => {
    expect(development.resource(name).Properties.KeySchema).toEqual([
      { AttributeName: partitionKey, KeyType: 'HASH' },
      ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' }]),
    ]);
  });

  it.each(Object.keys(keys))('%s is on demand, recoverable, encrypted with our key, and forgets what has expired', (name) => {
    expect(development.resource(name).Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: { 'Fn::GetAtt': ['DataKey', 'Arn'] } },
      TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true },
    });
  });

  it.each(Object.keys(keys))('%s has no name of its own, so that a table can be restored beside it', (name) => {
    expect(development.resource(name).Properties).not.toHaveProperty('TableName');
  });

  it('only Callers has a stream, with both images', () => {
    expect(development.resource('Callers').Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    const others = Object.keys(keys).filter((name) => name !== 'Callers');
    for (const name of others) expect(development.resource(name).Properties).not.toHaveProperty('StreamSpecification');
  });
});

/** The compiler refuses this record when an attribute of a board row is missing or unknown. */
const boardRow: Record<Exclude<keyof BoardRow, 'clinicId' | 'callerId' | 'boardKey'>, true> = {
  name: true,
  phone: true,
  language: true,
  details: true,
  status: true,
  statusSince: true,
  arrivedAt: true,
  messageCount: true,
  lastMessageFrom: true,
  lastMessageAt: true,
  lastMessagePreview: true,
  unreadCount: true,
  unansweredSince: true,
  deadlines: true,
  deliveredSeq: true,
  readSeq: true,
  guestMessages: true,
  connections: true,
  version: true,
  expiresAtSeconds: true,
};

describe('the indexes', () => {
  it('board holds what a row shows and never the conversation', () => {
    // The shape of an index in CloudFormation.
    const indexes = development.resource('Callers').Properties.GlobalSecondaryIndexes as { Projection: { NonKeyAttributes: string[] } }[];
    expect(indexes).toHaveLength(1);
    expect(indexes[0]).toMatchObject({
      IndexName: 'board',
      KeySchema: [
        { AttributeName: 'clinicId', KeyType: 'HASH' },
        { AttributeName: 'boardKey', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE' },
    });
    expect(indexes[0]?.Projection.NonKeyAttributes.toSorted()).toEqual(Object.keys(boardRow).sort());
  });

  it('memberships finds the clinics of a user; active finds the clinics with anyone present', () => {
    expect(development.resource('Clinics').Properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'memberships',
        KeySchema: [
          { AttributeName: 'userId', KeyType: 'HASH' },
          { AttributeName: 'clinicId', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['name', 'role', 'answersMessages'] },
      },
      {
        IndexName: 'active',
        KeySchema: [
          { AttributeName: 'activePartition', KeyType: 'HASH' },
          { AttributeName: 'activeUntilSeconds', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
    expect(development.resource('Clinics').Properties.AttributeDefinitions).toContainEqual({
      AttributeName: 'activeUntilSeconds',
      AttributeType: 'N',
    });
  });

  it.each(['Callers', 'Clinics'])('%s projects at most the 20 named attributes that DynamoDB allows an index', (name) => {
    // The shape of an index in CloudFormation.
    const indexes = development.resource(name).Properties.GlobalSecondaryIndexes as { Projection: { NonKeyAttributes?: string[] } }[];
    for (const { Projection } of indexes) expect(Projection.NonKeyAttributes?.length ?? 0).toBeLessThanOrEqual(20);
  });
});

describe('what holds data', () => {
  const stateful = [...Object.keys(keys), 'UserPool'];

  it.each(stateful)('%s may be deleted in development', (name) => {
    expect(development.resource(name)).toMatchObject({ DeletionPolicy: 'Delete' });
    expect(development.resource(name).Properties).not.toHaveProperty('DeletionProtection', 'ACTIVE');
    expect(development.resource(name).Properties).not.toHaveProperty('DeletionProtectionEnabled', true);
  });

  it.each(stateful)('%s is protected and outlives the stack in any other stage', (name) => {
    expect(production.resource(name)).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: name === 'UserPool' ? { DeletionProtection: 'ACTIVE' } : { DeletionProtectionEnabled: true },
    });
  });

  it('the key outlives the stack where the data does, and rotates', () => {
    expect(production.resource('DataKey')).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { EnableKeyRotation: true },
    });
    expect(development.resource('DataKey')).toMatchObject({ DeletionPolicy: 'Delete' });
  });

  it('logs outlive the stack where the data does', () => {
    for (const group of Object.values(production.all('AWS::Logs::LogGroup'))) expect(group.DeletionPolicy).toBe('Retain');
  });
});
