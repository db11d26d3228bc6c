import { describe, expect, it } from '@jest/globals';
import { readRole } from '../../../../local/iam/read-role.ts';
import { resolveTemplate } from '../../../../local/template.ts';

const statement = (Action: string) => ({ Effect: 'Allow', Action, Resource: { 'Fn::GetAtt': ['Items', 'Arn'] } });
const document = (Action: string) => ({ Version: '2012-10-17', Statement: [statement(Action)] });

const aTemplate = (role: object = {}, more: Record<string, unknown> = {}) =>
  resolveTemplate(
    {
      Resources: {
        Items: { Type: 'AWS::DynamoDB::Table', Properties: {} },
        Role: { Type: 'AWS::IAM::Role', Properties: role },
        Other: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: document('dynamodb:Scan') }] } },
        ...more,
      },
    },
    () => '',
  );
const arn = 'arn:aws:iam::123456789012:role/Role';
const granted = (...given: Parameters<typeof aTemplate>) =>
  readRole(aTemplate(...given), arn, 'the function').rules.map(({ action, resource }) => `${action} on ${resource}`);
const items = 'arn:aws:dynamodb:us-east-1:123456789012:table/Items';

describe("a function's role", () => {
  it('has its own policies and those that are attached to it, and nothing of another role', () => {
    const attached = (type: string, action: string, to: object) => ({
      Type: type,
      Properties: { PolicyDocument: document(action), ...to },
    });
    const policies = {
      A: attached('AWS::IAM::Policy', 'dynamodb:PutItem', { Roles: [{ Ref: 'Role' }] }),
      B: attached('AWS::IAM::ManagedPolicy', 'dynamodb:Query', { Roles: [{ Ref: 'Other' }, { Ref: 'Role' }] }),
      C: attached('AWS::IAM::RolePolicy', 'dynamodb:DeleteItem', { RoleName: { Ref: 'Role' } }),
      D: attached('AWS::IAM::Policy', 'dynamodb:BatchGetItem', { Roles: [{ Ref: 'Other' }] }),
    };
    expect(granted({ Policies: [{ PolicyDocument: document('dynamodb:GetItem') }] }, policies)).toEqual(
      ['GetItem', 'PutItem', 'DeleteItem', 'Query'].map((action) => `dynamodb:${action} on ${items}`),
    );
  });

  it('has no grants where the template gives none', () => {
    expect(granted()).toEqual([]);
  });

  it('knows the managed policy that lets functions write logs, and refuses others', () => {
    const managed = (name: string) => ({
      ManagedPolicyArns: [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/${name}`]] }],
    });
    expect(granted(managed('service-role/AWSLambdaBasicExecutionRole'))).toContain('logs:PutLogEvents on *');
    expect(() => granted(managed('AdministratorAccess'))).toThrow('AdministratorAccess');
  });

  it('with a permissions boundary is refused rather than judged without it', () => {
    expect(() => granted({ PermissionsBoundary: 'arn:aws:iam::aws:policy/X' })).toThrow('permissions boundary');
  });

  it('that the template does not define is refused', () => {
    expect(() => readRole(aTemplate(), 'arn:aws:iam::123456789012:role/None', 'the function')).toThrow('role/None');
  });
});
