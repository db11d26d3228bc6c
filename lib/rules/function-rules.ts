import type { Rule } from './rule.ts';
import { fieldsOf, textOf } from './template.ts';

/** A name that says what it holds, or a value that only a secret looks like: a key of AWS's, a private key, a reference that deployment writes out. */
const secretName = /secret|passw|credential|token|private|api_?key|access_?key/i;
const secretValue = /\bA[KS]IA[A-Z0-9]{16}\b|-----BEGIN|\{\{resolve:(?:secretsmanager|ssm-secure)/;

/** Beyond AwsSolutions-L1 (latest runtime) and AwsSolutions-IAM5 (wildcards), which see the rest. */
export const functionRules: readonly Rule[] = [
  {
    name: 'EnvironmentHoldsNoSecret',
    says: 'No function has a secret in its environment, which whoever may look at functions can read.',
    broken: (template) =>
      template
        .ofType('AWS::Lambda::Function')
        .filter(({ properties }) =>
          Object.entries(fieldsOf(fieldsOf(properties.Environment).Variables)).some(
            ([name, value]) => secretName.test(name) || secretValue.test(textOf(value)),
          ),
        ),
  },
  {
    name: 'InvokerIsNamed',
    says: 'Whoever may invoke a function by its policy is one source: AWS’s services act for every account.',
    broken: (template) =>
      template
        .ofType('AWS::Lambda::Permission')
        .filter(({ properties: { Principal, SourceArn } }) => textOf(Principal) === '*' || textOf(SourceArn) === ''),
  },
];
