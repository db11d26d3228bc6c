import { GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createClinicsTable } from '../../../functions/data/clinics-table.ts';
import { aClinic, aMember, anAdministrator } from '../../builders/a-clinic.ts';
import {
  clausesOf,
  conditionRefused,
  expectNamesAndValuesToBeUsed,
  inputsOf,
  mockDynamoDb,
  throttled,
  transactionCancelled,
} from './dynamodb-mock.ts';

const { client, dynamoDb } = mockDynamoDb();
const clinics = createClinicsTable(client, 'ClinicsTable');
const TableName = 'ClinicsTable';
const profileKey = { clinicId: 'demo', item: 'profile' };

beforeEach(() => {
  dynamoDb.reset();
  dynamoDb.onAnyCommand().resolves({});
});

const oneInput = () => {
  const inputs = inputsOf(dynamoDb);
  expect(inputs).toHaveLength(1);
  return inputs[0] ?? {};
};

describe('profile', () => {
  it('is read consistently, so that a switch takes effect with the next message', async () => {
    dynamoDb.on(GetCommand).resolves({ Item: { ...aClinic() } });
    await expect(clinics.profile('demo')).resolves.toEqual(aClinic());
    expect(oneInput()).toEqual({ TableName, Key: profileKey, ConsistentRead: true });
  });

  it('is absent where there is no such clinic', async () => {
    await expect(clinics.profile('demo')).resolves.toBeUndefined();
  });
});

describe('create', () => {
  const { administratorCount: _count, version: _version, ...profile } = aClinic();

  it('stores the clinic and its first administrator together, both of them new', async () => {
    await expect(clinics.create(profile, anAdministrator())).resolves.toBe(true);
    expect(oneInput()).toEqual({
      TransactItems: [
        {
          Put: {
            TableName,
            Item: { ...profile, item: 'profile', administratorCount: 1, version: 1 },
            ConditionExpression: 'attribute_not_exists(clinicId)',
          },
        },
        {
          Put: {
            TableName,
            Item: { clinicId: 'demo', item: 'member#admin', ...anAdministrator() },
            ConditionExpression: 'attribute_not_exists(clinicId)',
          },
        },
      ],
    });
  });

  it('says so where the clinic exists', async () => {
    dynamoDb.on(TransactWriteCommand).rejects(transactionCancelled('ConditionalCheckFailed', 'None'));
    await expect(clinics.create(profile, anAdministrator())).resolves.toBe(false);
  });

  it('throws where another transaction was under way, which is no refusal', async () => {
    dynamoDb.on(TransactWriteCommand).rejects(transactionCancelled('TransactionConflict', 'None'));
    await expect(clinics.create(profile, anAdministrator())).rejects.toThrow('Transaction cancelled');
  });
});

describe('changeSettings', () => {
  it('sets what is given of an existing clinic, and a new version', async () => {
    const after = aClinic({ name: 'New name', version: 2 });
    dynamoDb.on(UpdateCommand).resolves({ Attributes: { ...after } });
    await expect(clinics.changeSettings('demo', { name: 'New name', guestMessages: true, languages: undefined })).resolves.toEqual(after);
    const input = oneInput();
    expectNamesAndValuesToBeUsed(input);
    expect(input).toEqual({
      TableName,
      Key: profileKey,
      UpdateExpression: 'SET #name = :name, #guestMessages = :guestMessages, version = version + :one',
      ConditionExpression: 'clinicId = :clinicId',
      ExpressionAttributeNames: { '#name': 'name', '#guestMessages': 'guestMessages' },
      ExpressionAttributeValues: { ':clinicId': 'demo', ':name': 'New name', ':guestMessages': true, ':one': 1 },
      ReturnValues: 'ALL_NEW',
    });
  });

  it('names no attribute where nothing is given', async () => {
    await clinics.changeSettings('demo', {});
    expect(oneInput().ExpressionAttributeNames).toBeUndefined();
  });

  it('creates no clinic', async () => {
    dynamoDb.on(UpdateCommand).rejects(conditionRefused());
    await expect(clinics.changeSettings('demo', { guestMessages: true })).resolves.toBeUndefined();
  });
});

describe('member', () => {
  it('is read consistently, so that a removal takes effect with the next frame', async () => {
    dynamoDb.on(GetCommand).resolves({ Item: { clinicId: 'demo', item: 'member#clerk', ...aMember() } });
    await expect(clinics.member('demo', 'clerk')).resolves.toEqual(aMember());
    expect(oneInput()).toEqual({ TableName, Key: { clinicId: 'demo', item: 'member#clerk' }, ConsistentRead: true });
  });

  it('is absent where the user is none', async () => {
    await expect(clinics.member('demo', 'clerk')).resolves.toBeUndefined();
  });
});

describe('lists', () => {
  const pages = (...items: Record<string, unknown>[]) => {
    const [first = {}, second = {}] = items;
    dynamoDb
      .on(QueryCommand)
      .resolvesOnce({ Items: [first], LastEvaluatedKey: { clinicId: 'first-page' } })
      .resolvesOnce({ Items: [second] });
  };

  it('read the members of one clinic, over every page', async () => {
    pages({ clinicId: 'demo', item: 'member#admin', ...anAdministrator() }, { clinicId: 'demo', item: 'member#clerk', ...aMember() });
    await expect(clinics.members('demo')).resolves.toEqual([anAdministrator(), aMember()]);
    const [first = {}, second] = inputsOf(dynamoDb);
    expectNamesAndValuesToBeUsed(first);
    expect(first).toEqual({
      TableName,
      KeyConditionExpression: 'clinicId = :clinicId AND begins_with(#item, :member)',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: { ':clinicId': 'demo', ':member': 'member#' },
    });
    expect(second).toEqual({ ...first, ExclusiveStartKey: { clinicId: 'first-page' } });
  });

  it('read the clinics of one user, over every page', async () => {
    pages({ clinicId: 'demo', ...anAdministrator() }, { clinicId: 'other', ...aMember({ userId: 'admin' }) });
    await expect(clinics.membershipsOf('admin')).resolves.toEqual([
      { clinicId: 'demo', role: 'administrator' },
      { clinicId: 'other', role: 'member' },
    ]);
    const [first, second] = inputsOf(dynamoDb);
    expect(first).toEqual({
      TableName,
      IndexName: 'memberships',
      KeyConditionExpression: 'userId = :userId',
      ExpressionAttributeValues: { ':userId': 'admin' },
    });
    expect(second).toMatchObject({ ExclusiveStartKey: { clinicId: 'first-page' } });
  });

  it('read the clinics that have anyone present, over every page', async () => {
    pages(
      { activePartition: 'active', clinicId: 'demo', activeUntilSeconds: 1 },
      { activePartition: 'active', clinicId: 'other', activeUntilSeconds: 2 },
    );
    const found: unknown[] = [];
    for await (const clinic of clinics.activeClinics()) found.push(clinic);
    expect(found).toEqual([
      { clinicId: 'demo', activeUntilSeconds: 1 },
      { clinicId: 'other', activeUntilSeconds: 2 },
    ]);
    const [first, second] = inputsOf(dynamoDb);
    expect(first).toEqual({
      TableName,
      IndexName: 'active',
      KeyConditionExpression: 'activePartition = :active',
      ExpressionAttributeValues: { ':active': 'active' },
    });
    expect(second).toMatchObject({ ExclusiveStartKey: { clinicId: 'first-page' } });
  });
});

const count = (change: 1 | -1) => ({
  Update: {
    TableName,
    Key: profileKey,
    UpdateExpression: 'SET administratorCount = administratorCount + :change',
    ...(change === 1
      ? { ConditionExpression: 'clinicId = :clinicId', ExpressionAttributeValues: { ':clinicId': 'demo', ':change': 1 } }
      : {
          ConditionExpression: 'clinicId = :clinicId AND administratorCount > :one',
          ExpressionAttributeValues: { ':clinicId': 'demo', ':change': -1, ':one': 1 },
        }),
  },
});
const asRead = (role: string) => ({
  ConditionExpression: 'clinicId = :clinicId AND #role = :roleAsRead',
  ExpressionAttributeNames: { '#role': 'role' },
  ExpressionAttributeValues: { ':clinicId': 'demo', ':roleAsRead': role },
});

describe('putMember', () => {
  const put = (member: object, condition: object) => ({
    Put: { TableName, Item: { clinicId: 'demo', item: 'member#clerk', ...member }, ...condition },
  });
  const isNew = { ConditionExpression: 'attribute_not_exists(clinicId)' };
  const member = aMember();
  const promoted = aMember({ role: 'administrator' });

  it.each([
    ['a new member', member, undefined, [put(member, isNew)]],
    ['a new administrator', promoted, undefined, [put(promoted, isNew), count(1)]],
    ['a member with another name', aMember({ name: 'Clea' }), member, [put(aMember({ name: 'Clea' }), asRead('member'))]],
    ['a promoted member', promoted, member, [put(promoted, asRead('member')), count(1)]],
    ['a demoted administrator', member, promoted, [put(member, asRead('administrator')), count(-1)]],
  ])('writes %s as it was read, and counts the administrators in the same transaction', async (_case, after, before, items) => {
    await expect(clinics.putMember('demo', after, before)).resolves.toBe('done');
    expect(oneInput()).toEqual({ TransactItems: items });
  });

  it.each([
    ['stale', transactionCancelled('ConditionalCheckFailed', 'None')],
    ['stale', transactionCancelled('ConditionalCheckFailed', 'ConditionalCheckFailed')],
    ['last-administrator', transactionCancelled('None', 'ConditionalCheckFailed')],
  ])('tells a refusal as %s', async (outcome, error) => {
    dynamoDb.on(TransactWriteCommand).rejects(error);
    await expect(clinics.putMember('demo', member, promoted)).resolves.toBe(outcome);
  });

  it('still throws what is no refusal', async () => {
    dynamoDb.on(TransactWriteCommand).rejects(throttled());
    await expect(clinics.putMember('demo', member, promoted)).rejects.toThrow('Rate exceeded');
  });
});

describe('removeMember', () => {
  const removal = (role: string) => ({ Delete: { TableName, Key: { clinicId: 'demo', item: 'member#clerk' }, ...asRead(role) } });

  it.each([
    ['member', [removal('member')]],
    ['administrator', [removal('administrator'), count(-1)]],
  ] as const)('removes one who is %s as read', async (role, items) => {
    await expect(clinics.removeMember('demo', aMember({ role }))).resolves.toBe('done');
    expect(oneInput()).toEqual({ TransactItems: items });
  });

  it.each([
    ['stale', transactionCancelled('ConditionalCheckFailed', 'None')],
    ['last-administrator', transactionCancelled('None', 'ConditionalCheckFailed')],
  ])('tells a refusal as %s', async (outcome, error) => {
    dynamoDb.on(TransactWriteCommand).rejects(error);
    await expect(clinics.removeMember('demo', aMember({ role: 'administrator' }))).resolves.toBe(outcome);
  });
});

describe('invitations', () => {
  const duties = { name: 'Nora New', role: 'member', answersMessages: true } as const;
  const invitation = { ...duties, invitedBy: 'admin' };
  const Key = { clinicId: 'demo', item: 'invitation#hash' };
  const newMember = { userId: 'nora', ...duties };

  it('are stored by the hash of their code, until they expire', async () => {
    await clinics.putInvitation('demo', 'hash', invitation, 99);
    expect(dynamoDb.commandCalls(PutCommand)).toHaveLength(1);
    expect(oneInput()).toEqual({
      TableName,
      Item: { ...Key, ...invitation, expiresAtSeconds: 99 },
      ConditionExpression: 'attribute_not_exists(clinicId)',
    });
  });

  it('are found while they last and not a second longer, however late they are deleted', async () => {
    dynamoDb.on(GetCommand).resolves({ Item: { ...Key, ...invitation, expiresAtSeconds: 100 } });
    await expect(clinics.invitation('demo', 'hash', 99_999)).resolves.toEqual(invitation);
    await expect(clinics.invitation('demo', 'hash', 100_000)).resolves.toBeUndefined();
    expect(inputsOf(dynamoDb)[0]).toEqual({ TableName, Key, ConsistentRead: true });
  });

  it.each([
    ['member', []],
    ['administrator', [count(1)]],
  ] as const)('are used up and make a new %s, together', async (role, more) => {
    await expect(clinics.redeem('demo', 'hash', { ...newMember, role }, 'admin')).resolves.toBe('done');
    expect(oneInput()).toEqual({
      TransactItems: [
        { Delete: { TableName, Key, ConditionExpression: 'clinicId = :clinicId', ExpressionAttributeValues: { ':clinicId': 'demo' } } },
        {
          ConditionCheck: {
            TableName,
            Key: { clinicId: 'demo', item: 'member#admin' },
            ConditionExpression: 'clinicId = :clinicId AND #role = :administrator',
            ExpressionAttributeNames: { '#role': 'role' },
            ExpressionAttributeValues: { ':clinicId': 'demo', ':administrator': 'administrator' },
          },
        },
        {
          Put: {
            TableName,
            Item: { clinicId: 'demo', item: 'member#nora', ...newMember, role },
            ConditionExpression: 'attribute_not_exists(clinicId)',
          },
        },
        ...more,
      ],
    });
  });

  it.each([
    ['void', 'it was used', transactionCancelled('ConditionalCheckFailed', 'None', 'None')],
    ['void', 'whoever made it is no administrator any more', transactionCancelled('None', 'ConditionalCheckFailed', 'None')],
    ['void', 'that, of a member', transactionCancelled('None', 'ConditionalCheckFailed', 'ConditionalCheckFailed')],
    ['already-member', 'the user is one', transactionCancelled('None', 'None', 'ConditionalCheckFailed')],
  ])('tell a refusal as %s where %s', async (outcome, _why, error) => {
    dynamoDb.on(TransactWriteCommand).rejects(error);
    await expect(clinics.redeem('demo', 'hash', newMember, 'admin')).resolves.toBe(outcome);
  });

  it.each([
    ['already-member', anAdministrator()],
    ['already-member', aMember({ userId: 'admin' })],
    ['void', undefined],
  ])('are %s to whoever made them, and make nothing: a transaction takes an item once', async (outcome, Item) => {
    dynamoDb.on(GetCommand).resolves({ Item });
    await expect(clinics.redeem('demo', 'hash', { ...newMember, userId: 'admin' }, 'admin')).resolves.toBe(outcome);
    expect(oneInput()).toEqual({ TableName, Key: { clinicId: 'demo', item: 'member#admin' }, ConsistentRead: true });
  });

  it('that do not say who made them are none', async () => {
    dynamoDb.on(GetCommand).resolves({ Item: { ...Key, ...duties, expiresAtSeconds: 100 } });
    await expect(clinics.invitation('demo', 'hash', 0)).resolves.toBeUndefined();
  });
});

describe('the care of the deadlines worker', () => {
  it('is prolonged and never shortened', async () => {
    await clinics.keepActive('demo', 99);
    const input = oneInput();
    expectNamesAndValuesToBeUsed(input);
    expect(input).toMatchObject({ TableName, Key: profileKey, ExpressionAttributeValues: { ':active': 'active', ':until': 99 } });
    expect(clausesOf(input)).toMatchObject({
      set: ['activePartition = :active', 'activeUntilSeconds = :until'],
      condition: ['clinicId = :clinicId', '(attribute_not_exists(activeUntilSeconds) OR activeUntilSeconds < :until)'],
    });
  });

  it('ends, unless someone came since its time was read', async () => {
    await clinics.letRest('demo', 99);
    const input = oneInput();
    expectNamesAndValuesToBeUsed(input);
    expect(input).toMatchObject({ TableName, Key: profileKey, ExpressionAttributeValues: { ':asRead': 99 } });
    expect(clausesOf(input)).toMatchObject({
      remove: ['activePartition', 'activeUntilSeconds'],
      condition: ['clinicId = :clinicId', 'activeUntilSeconds = :asRead'],
    });
  });

  it.each([
    ['keepActive', () => clinics.keepActive('demo', 99)],
    ['letRest', () => clinics.letRest('demo', 99)],
  ])('%s takes a refusal as somebody else having been faster', async (_name, write) => {
    dynamoDb.on(UpdateCommand).rejects(conditionRefused());
    await expect(write()).resolves.toBeUndefined();
  });
});
