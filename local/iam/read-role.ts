import { LocalStackError } from '../errors.ts';
import { arrayOf, objectOf, stringsOf } from '../json.ts';
import { local, type Template } from '../template.ts';
import { type Rule, readPolicy } from './policy.ts';

/** Whom a function is to AWS. */
export interface Role {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** Managed policies have their content at AWS, not in the template: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html */
const managedPolicies: Readonly<Record<string, unknown>> = {
  'service-role/AWSLambdaBasicExecutionRole': {
    Statement: [{ Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }],
  },
};

/**
 * Everything that the template grants to a function's role: its own policies, and those that are attached to it.
 * @throws LocalStackError for what the local stack would judge otherwise than AWS
 */
export const readRole = (template: Template, roleArn: unknown, functionName: string): Role => {
  const role = template.ofType('AWS::IAM::Role').find(({ logicalId }) => template.attribute(logicalId, 'Arn') === roleArn);
  if (role === undefined)
    throw new LocalStackError(`The function ${functionName} has the role ${String(roleArn)}, which the template does not define.`);
  const { id, logicalId, properties } = role;
  if (properties.PermissionsBoundary !== undefined)
    throw new LocalStackError(`The role ${logicalId}: the local stack knows no permissions boundary.`);
  const inline = arrayOf(properties.Policies).map((policy) => readPolicy(objectOf(policy).PolicyDocument, `A policy of ${logicalId}`));
  const managed = stringsOf(properties.ManagedPolicyArns).map((arn) => readPolicy(managedPolicyOf(arn), `The policy ${arn}`));
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => template.ofType(type))
    .filter((policy) => policy.properties.RoleName === id || stringsOf(policy.properties.Roles).includes(id))
    .map((policy) => readPolicy(policy.properties.PolicyDocument, `The policy ${policy.logicalId}`));
  return { name: id, rules: [...inline, ...managed, ...attached].flat() };
};

const managedPolicyOf = (arn: string): unknown => {
  const policy = managedPolicies[arn.replace(`arn:${local.partition}:iam::aws:policy/`, '')];
  if (policy === undefined) throw new LocalStackError(`The local stack does not know the managed policy ${arn}.`);
  return policy;
};
