import { describe, expect, it } from '@jest/globals';
import type { LambdaFunction } from '../../../../local/deployment.ts';
import { createGuard, owner } from '../../../../local/iam/guard.ts';
import { readPolicy } from '../../../../local/iam/policy.ts';
import { type Credentials, signingHeaders } from '../../../../local/iam/signature.ts';

const resource = 'arn:aws:dynamodb:us-east-1:123456789012:table/Callers';

const aFunction = (displayName: string, ...actions: string[]): LambdaFunction => ({
  logicalId: displayName,
  name: displayName,
  displayName,
  arn: `arn:aws:lambda:us-east-1:123456789012:function:${displayName}`,
  role: {
    name: `${displayName}Role`,
    rules: actions.flatMap((Action) => readPolicy({ Statement: [{ Effect: 'Allow', Action, Resource: resource }] }, 'The policy')),
  },
  module: '',
  exportName: 'handler',
  environment: {},
  timeoutMs: 1,
  memoryMb: 128,
  reservedConcurrency: undefined,
  asynchronous: { maximumRetryAttempts: 2, maximumEventAgeMs: 1, onFailureArn: undefined },
});

const reader = aFunction('reader', 'dynamodb:GetItem');
const writer = aFunction('writer', 'dynamodb:PutItem');

const aGuard = () => {
  const said: string[] = [];
  const guard = createGuard({
    functions: [reader, writer],
    streamMappings: [],
    runs: (functionArn, environmentId) => environmentId === `session of ${functionArn}`,
    report: (sentence) => said.push(sentence),
  });
  /** @param as whose session it is */
  const call = (credentials: Credentials, action: string, { as = reader, service = 'dynamodb' } = {}) => {
    const request = { method: 'POST', url: '/', headers: { host: 'here' }, body: '{}' };
    const headers = {
      ...request.headers,
      ...signingHeaders(credentials, service, request, 0),
      'x-amz-security-token': `session of ${as.arn}`,
    };
    return guard.refusal({ ...request, headers }, Buffer.from(request.body), 'dynamodb', [{ action, resource }])?.type;
  };
  return { guard, said, call, reader: guard.credentialsOf(reader.arn), writer: guard.credentialsOf(writer.arn) };
};

describe('a function', () => {
  it('may do what its role grants, and is told by name where it does not', () => {
    const { call, said, reader: credentials } = aGuard();
    expect(call(credentials, 'dynamodb:GetItem')).toBeUndefined();
    expect(said).toEqual([]);
    expect(call(credentials, 'dynamodb:PutItem')).toBe('AccessDeniedException');
    expect(said).toEqual([
      `AccessDenied: reader may not dynamodb:PutItem on ${resource}. To grant it, give 'reader' in lib/permissions.ts: tables: { Callers: ['PutItem'] }`,
    ]);
  });

  it('is known by a key and a secret of its own, together with a session of its own', () => {
    const { call, reader: its, writer: others } = aGuard();
    expect(its).not.toEqual(others);
    expect(call(others, 'dynamodb:PutItem')).toBe('UnrecognizedClientException');
    expect(call(others, 'dynamodb:PutItem', { as: writer })).toBeUndefined();
    expect(call({ ...its, secretAccessKey: others.secretAccessKey }, 'dynamodb:GetItem')).toBe('InvalidSignatureException');
  });

  it('signs for the service that it calls', () => {
    const { call, reader: credentials } = aGuard();
    expect(call(credentials, 'dynamodb:GetItem', { service: 'lambda' })).toBe('InvalidSignatureException');
  });

  it('has no two secrets that could be guessed from one another, from start to start', () => {
    expect(aGuard().reader.secretAccessKey).not.toBe(aGuard().reader.secretAccessKey);
  });
});

describe('somebody else', () => {
  it('may do everything as the owner of the machine', () => {
    const { call, guard } = aGuard();
    expect(call(owner, 'dynamodb:DeleteTable')).toBeUndefined();
    expect(guard.grants().map(({ use }) => use)).toEqual(['unused', 'unused']);
  });

  it('is refused with a key that is nobody’s, with a wrong secret, and without a signature', () => {
    const { call, guard } = aGuard();
    expect(call({ accessKeyId: 'nobody', secretAccessKey: 'local' }, 'dynamodb:GetItem')).toBe('UnrecognizedClientException');
    expect(call({ ...owner, secretAccessKey: 'guessed' }, 'dynamodb:GetItem')).toBe('InvalidSignatureException');
    const unsigned = { method: 'POST', url: '/', headers: { host: 'here' } };
    expect(guard.refusal(unsigned, Buffer.from(''), 'dynamodb', [])).toMatchObject({ type: 'MissingAuthenticationTokenException' });
  });
});

describe('a request of several calls', () => {
  it('needs all of them to be granted', () => {
    const both = createGuard({
      functions: [aFunction('both', 'dynamodb:PutItem')],
      streamMappings: [],
      runs: () => true,
      report: () => {},
    });
    const request = { method: 'POST', url: '/', headers: { host: 'here' }, body: '' };
    const headers = { ...request.headers, ...signingHeaders(both.credentialsOf(aFunction('both').arn), 'dynamodb', request, 0) };
    const refused = (...actions: string[]) =>
      both.refusal(
        { ...request, headers },
        Buffer.from(''),
        'dynamodb',
        actions.map((action) => ({ action, resource })),
      )?.message;
    expect(refused('dynamodb:PutItem')).toBeUndefined();
    expect(refused('dynamodb:PutItem', 'dynamodb:DeleteItem')).toContain('not authorized to perform: dynamodb:DeleteItem');
  });
});
