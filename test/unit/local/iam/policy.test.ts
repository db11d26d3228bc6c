import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Call, judge, readPolicy } from '../../../../local/iam/policy.ts';

const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/Callers';
const board = `${table}/index/board`;

const aStatement = (more: object = {}) => ({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: table, ...more });
const rulesOf = (...statements: object[]) => readPolicy({ Version: '2012-10-17', Statement: statements }, 'The policy');
const aCall = (more: Partial<Call> = {}): Call => ({ action: 'dynamodb:GetItem', resource: table, ...more });
const allows = (statements: object[], call: Call): boolean => 'allowedBy' in judge(rulesOf(...statements), call);

describe('a call', () => {
  it('is allowed by a statement with its action and its resource', () => {
    expect(allows([aStatement()], aCall())).toBe(true);
  });

  it.each([
    ['another action', aCall({ action: 'dynamodb:Query' })],
    ['another resource', aCall({ resource: `${table}2` })],
    ['an index of the table', aCall({ resource: board })],
    ['a resource that differs in case', aCall({ resource: table.toLowerCase() })],
  ])('is denied for %s', (_, call) => {
    expect(judge(rulesOf(aStatement()), call)).toEqual({ denied: 'implicitly' });
  });

  it('is denied where no statement is', () => {
    expect(judge([], aCall())).toEqual({ denied: 'implicitly' });
  });

  it('is denied by a statement that denies, whatever else allows it, and wherever it stands', () => {
    const deny = aStatement({ Effect: 'Deny', Resource: '*' });
    for (const statements of [
      [aStatement(), deny],
      [deny, aStatement()],
    ])
      expect(judge(rulesOf(...statements), aCall())).toEqual({ denied: 'explicitly' });
    expect(allows([aStatement(), aStatement({ Effect: 'Deny', Action: 'dynamodb:PutItem' })], aCall())).toBe(true);
  });

  it('is told which rules allowed it', () => {
    const rules = rulesOf(aStatement(), aStatement({ Action: ['dynamodb:*', 'dynamodb:Query'], Resource: ['*', board] }));
    const judgement = judge(rules, aCall());
    expect('allowedBy' in judgement && judgement.allowedBy.map(({ action, resource }) => `${action} on ${resource}`)).toEqual([
      `dynamodb:GetItem on ${table}`,
      'dynamodb:* on *',
    ]);
  });
});

describe('an action', () => {
  it.each(['DYNAMODB:getitem', 'dynamodb:Get*', 'dynamodb:*', '*', 'dynamodb:?etItem', 'd*:GetItem'])(
    '%s stands for dynamodb:GetItem',
    (action) => {
      expect(allows([aStatement({ Action: action })], aCall())).toBe(true);
    },
  );

  it.each(['dynamodb:Get', 'dynamodb:?GetItem', 'dynamodb:Get?', 'lambda:*', 'dynamodb:GetItem.', 'dynamodb:Get.*'])(
    '%s does not',
    (action) => {
      expect(allows([aStatement({ Action: action })], aCall())).toBe(false);
    },
  );
});

describe('a resource', () => {
  it.each([
    ['*', table],
    [`${table}*`, board],
    [`${table}/index/*`, board],
    ['arn:aws:dynamodb:*:123456789012:table/Callers', table],
    ['arn:aws:dynamodb:*', table],
    ['arn:aws:dynamodb:us-east-?:123456789012:table/C*s', table],
  ])('%s stands for %s', (pattern, resource) => {
    expect(allows([aStatement({ Resource: pattern })], aCall({ resource }))).toBe(true);
  });

  it.each([
    [`${table}/index/*`, table],
    ['arn:aws:dynamodb:us-*t-1:123456789012:table/Callers', 'arn:aws:dynamodb:us-x:y-t-1:123456789012:table/Callers'],
    [`${table}?`, table],
    ['arn:aws:dynamodb:us-east-1:123456789012:table/Call.rs', table],
  ])('%s does not stand for %s', (pattern, resource) => {
    expect(allows([aStatement({ Resource: pattern })], aCall({ resource }))).toBe(false);
  });
});

describe('a condition', () => {
  const key = 'dynamodb:EnclosingOperation';
  const inTransaction = { 'dynamodb:enclosingoperation': 'TransactWriteItems' };
  const holds = (condition: object, context: Record<string, string>) => allows([aStatement({ Condition: condition })], aCall({ context }));

  it.each([
    [{ StringEquals: { [key]: 'TransactWriteItems' } }],
    [{ StringEquals: { [key]: ['TransactGetItems', 'TransactWriteItems'] } }],
    [{ StringEqualsIgnoreCase: { [key]: 'transactwriteitems' } }],
    [{ StringLike: { [key]: 'Transact*' } }],
    [{ StringNotEquals: { [key]: 'BatchWriteItem' } }],
    [{ StringNotLike: { [key]: 'Batch*' } }],
    [{ StringNotEqualsIgnoreCase: { [key]: 'batchwriteitem' } }],
    [{ 'ForAnyValue:StringEquals': { [key]: ['TransactWriteItems'] } }],
    [{ 'ForAllValues:StringEquals': { [key]: ['TransactWriteItems'] } }],
    [{ StringEqualsIfExists: { [key]: 'TransactWriteItems' } }],
    [{ Null: { [key]: 'false' } }],
  ])('%j holds for a part of a transaction', (condition) => {
    expect(holds(condition, inTransaction)).toBe(true);
  });

  it.each([
    [{ StringEquals: { [key]: 'transactwriteitems' } }],
    [{ StringEqualsIgnoreCase: { [key]: 'batchwriteitem' } }],
    [{ StringLike: { [key]: 'Batch*' } }],
    [{ StringNotEquals: { [key]: ['BatchWriteItem', 'TransactWriteItems'] } }],
    [{ StringNotLike: { [key]: 'Transact*' } }],
    [{ StringNotEqualsIgnoreCase: { [key]: 'TRANSACTWRITEITEMS' } }],
    [{ 'ForAnyValue:StringEquals': { [key]: ['TransactGetItems'] } }],
    [{ 'ForAllValues:StringEquals': { [key]: ['TransactGetItems'] } }],
    [{ StringEqualsIfExists: { [key]: 'TransactGetItems' } }],
    [{ Null: { [key]: 'true' } }],
    [{ StringLike: { [key]: 'Transact*' }, StringEquals: { [key]: 'TransactGetItems' } }],
  ])('%j does not', (condition) => {
    expect(holds(condition, inTransaction)).toBe(false);
  });

  it.each([
    [{ StringEquals: { [key]: 'x' } }, false],
    [{ StringNotEquals: { [key]: 'x' } }, true],
    [{ StringEqualsIfExists: { [key]: 'x' } }, true],
    [{ 'ForAnyValue:StringEquals': { [key]: 'x' } }, false],
    [{ 'ForAnyValue:StringNotEquals': { [key]: 'x' } }, false],
    [{ 'ForAllValues:StringEquals': { [key]: 'x' } }, true],
    [{ Null: { [key]: 'true' } }, true],
    [{ Null: { [key]: 'false' } }, false],
  ])('%j of a request without the key: %s', (condition, expected) => {
    expect(holds(condition, {})).toBe(expected);
  });

  it('on ARNs takes wildcards', () => {
    const principal = { 'aws:principalarn': 'arn:aws:iam::123456789012:role/Role' };
    for (const operator of ['ArnLike', 'ArnEquals']) {
      expect(holds({ [operator]: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/R*' } }, principal)).toBe(true);
      expect(holds({ [operator]: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/R*' } }, principal)).toBe(false);
    }
    for (const operator of ['ArnNotLike', 'ArnNotEquals'])
      expect(holds({ [operator]: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/R*' } }, principal)).toBe(false);
  });

  it('on truth is told as text or as a boolean', () => {
    const overTls = { 'aws:securetransport': 'true' };
    for (const value of [true, 'true', 'True']) expect(holds({ Bool: { 'aws:SecureTransport': value } }, overTls)).toBe(true);
    for (const value of [false, 'false']) expect(holds({ Bool: { 'aws:SecureTransport': value } }, overTls)).toBe(false);
  });
});

describe('what the local stack does not know', () => {
  it.each([
    ['NotAction', { NotAction: 'dynamodb:GetItem', Action: undefined }],
    ['NotResource', { NotResource: table }],
    ['Principal', { Principal: '*' }],
    ['NumericLessThan', { Condition: { NumericLessThan: { 'aws:SecureTransport': '1' } } }],
    ['dynamodb:leadingkeys', { Condition: { StringEquals: { 'dynamodb:LeadingKeys': 'x' } } }],
    ['policy variables', { Resource: `${table}/\${aws:username}` }],
    ['policy variables', { Condition: { StringEquals: { 'aws:PrincipalArn': `\${aws:username}` } } }],
    ['Maybe', { Effect: 'Maybe' }],
    ['Callers.Arn', { Resource: 'Callers.Arn' }],
    ['GetItem', { Action: 'GetItem' }],
    ['as text', { Resource: [] }],
    ['as text', { Action: [{ Ref: 'x' }] }],
  ])('%s is refused rather than passed over', (said, more) => {
    expect(() => rulesOf(aStatement(more))).toThrow(said);
  });

  it('a condition key may be unknown where no call is judged', () => {
    const statement = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', Condition: { StringEquals: { 'kms:ViaService': 'x' } } };
    expect(() => rulesOf(statement)).not.toThrow();
  });

  it('a policy without statements is refused', () => {
    for (const document of [undefined, {}, { Statement: [] }]) expect(() => readPolicy(document, 'The policy')).toThrow('The policy');
  });
});

describe('whatever the statements', () => {
  const actions = fc.constantFrom('dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:*', '*');
  const resources = fc.constantFrom(table, board, `${table}*`, '*');
  const statements = fc.array(
    fc.record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Action: fc.array(actions, { minLength: 1 }),
      Resource: fc.array(resources, { minLength: 1 }),
    }),
  );
  const calls = fc.record({ action: fc.constantFrom('dynamodb:GetItem', 'dynamodb:Query'), resource: fc.constantFrom(table, board) });
  const rulesOfAny = (given: object[]) => given.flatMap((statement) => rulesOf(statement));

  it('their order decides nothing', () => {
    fc.assert(
      fc.property(statements, calls, (given, call) => {
        expect('allowedBy' in judge(rulesOfAny(given), call)).toBe('allowedBy' in judge(rulesOfAny(given.toReversed()), call));
      }),
    );
  });

  it('one more that allows never takes away, one more that denies never gives', () => {
    fc.assert(
      fc.property(statements, statements, calls, (given, more, call) => {
        const before = 'allowedBy' in judge(rulesOfAny(given), call);
        const denied = judge(rulesOfAny(given), call);
        const withAllows = judge(rulesOfAny([...given, ...more.filter(({ Effect }) => Effect === 'Allow')]), call);
        const withDenies = judge(rulesOfAny([...given, ...more.filter(({ Effect }) => Effect === 'Deny')]), call);
        if (before) expect(withAllows).toHaveProperty('allowedBy');
        if (!before) expect(withDenies).toHaveProperty('denied');
        if ('denied' in denied && denied.denied === 'explicitly') expect(withAllows).toEqual({ denied: 'explicitly' });
      }),
    );
  });

  it('what allows a call matches it by the plain reading of its wildcards', () => {
    const plainly = (pattern: string, value: string): boolean =>
      pattern === '*' || pattern === value || (pattern.endsWith('*') && value.startsWith(pattern.slice(0, -1)));
    fc.assert(
      fc.property(statements, calls, (given, call) => {
        const applies = ({ Action, Resource }: { Action: string[]; Resource: string[] }) =>
          Action.some((action) => plainly(action, call.action)) && Resource.some((resource) => plainly(resource, call.resource));
        const applying = given.filter(applies).map(({ Effect }) => Effect);
        expect('allowedBy' in judge(rulesOfAny(given), call)).toBe(applying.includes('Allow') && !applying.includes('Deny'));
      }),
    );
  });
});
