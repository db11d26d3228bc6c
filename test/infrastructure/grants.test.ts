import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type LambdaFunction, readFunctions, readStreamMappings } from '../../local/deployment.ts';
import { createGuard, type Guard, type JudgedService, type Refusal } from '../../local/iam/guard.ts';
import { type Call, isJudged, type Rule, readPolicy } from '../../local/iam/policy.ts';
import { signingHeaders } from '../../local/iam/signature.ts';
import { resolveTemplate } from '../../local/template.ts';
import { reportGrants } from '../iam/grant-report.ts';
import { synthesize, text } from './synthesize.ts';

const stack = synthesize({ oidcIssuer: 'https://login.example', oidcAudience: 'waiting-area' });
const template = resolveTemplate(stack.template.toJSON(), () => '');
const functionsByArn = readFunctions(template);
const functions = [...functionsByArn.values()];
const streamMappings = readStreamMappings(template, functionsByArn);

/** The same deployment, where one function's role has other rules. */
const withRules = (changed: LambdaFunction, rules: readonly Rule[]): LambdaFunction[] =>
  functions.map((lambda) => (lambda.arn === changed.arn ? { ...lambda, role: { ...lambda.role, rules } } : lambda));

const guardOf = (guarded: readonly LambdaFunction[]): Guard =>
  createGuard({ functions: guarded, streamMappings, runs: () => true, report: () => {} });

/** A call as a function makes it, with its own credentials. */
const attempt = (guard: Guard, lambda: LambdaFunction, call: Call): Refusal | undefined => {
  const service = call.action.split(':')[0] as JudgedService; // of an action that functions perform
  const request = { method: 'POST', url: '/', headers: { host: 'here' }, body: '' };
  const headers = { ...request.headers, ...signingHeaders(guard.credentialsOf(lambda.arn), service, request, 0) };
  return guard.refusal({ ...request, headers }, Buffer.from(''), service, [call]);
};

/** A call that a rule allows. */
const callOf = ({ action, resource }: Rule): Call => ({ action, resource: resource.replaceAll('*', 'any') });

const judged = functions.flatMap((lambda) =>
  lambda.role.rules
    .filter(({ action }) => isJudged(action))
    .map((rule) => ({ lambda, rule, name: `${lambda.displayName} ${rule.action} on ${rule.resource}` })),
);
/** Lambda itself needs these, in the function's name. */
const isLambdas = ({ rule: { action } }: (typeof judged)[number]): boolean =>
  /^(sqs:SendMessage|dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams))$/.test(action);

describe('a grant that is taken out', () => {
  it.each(judged.filter((grant) => !isLambdas(grant)))('$name is missed by the call that needs it', ({ lambda, rule }) => {
    const call = callOf(rule);
    expect(attempt(guardOf(functions), lambda, call)).toBeUndefined();
    const guard = guardOf(
      withRules(
        lambda,
        lambda.role.rules.filter((each) => each !== rule),
      ),
    );
    expect(attempt(guard, lambda, call)).toEqual({
      type: 'AccessDeniedException',
      message: expect.stringContaining(`is not authorized to perform: ${rule.action} on resource: ${call.resource}`),
    });
    expect(guard.denials()).toMatchObject([{ function: lambda.displayName, action: rule.action, times: 1 }]);
  });

  it.each(judged.filter(isLambdas))('$name is missed when Lambda connects the function', ({ lambda, rule }) => {
    expect(() => guardOf(functions)).not.toThrow();
    const rules = lambda.role.rules.filter((each) => each !== rule);
    expect(() => guardOf(withRules(lambda, rules))).toThrow(`${lambda.displayName} may not ${rule.action}`);
  });
});

describe('a grant that is needless', () => {
  const [lambda] = functions;
  if (lambda === undefined) throw new Error('no function');
  /** What the report says where every grant is needed but for what was added. */
  const failuresWith = (added: object[]): readonly string[] => {
    const more = added.flatMap((statement) => readPolicy({ Statement: [{ Effect: 'Allow', ...statement }] }, 'What was added'));
    const guard = guardOf(withRules(lambda, [...lambda.role.rules, ...more]));
    for (const each of judged) if (!isLambdas(each)) attempt(guard, each.lambda, callOf(each.rule));
    return reportGrants(guard.grants(), guard.denials()).failures;
  };

  it('is not among those of the template, once each was needed', () => {
    expect(failuresWith([])).toEqual([]);
  });

  it('is reported where nothing used it', () => {
    const Resource = 'arn:aws:dynamodb:us-east-1:123456789012:table/Callers';
    expect(failuresWith([{ Action: 'dynamodb:Scan', Resource }])).toEqual([
      `${lambda.displayName} is granted dynamodb:Scan on table/Callers, which nothing needs: take it out, or test what needs it.`,
    ]);
  });

  it('is reported where it allows what another allows', () => {
    const [first] = lambda.role.rules.filter(({ action }) => isJudged(action));
    const failures = failuresWith([{ Action: '*', Resource: '*' }]);
    expect(failures).toContainEqual(
      `${lambda.displayName} is granted * on *, where another grant allows all that this one allowed: take one of them out.`,
    );
    expect(failures).toContainEqual(expect.stringContaining(`${lambda.displayName} is granted ${first?.action}`));
  });

  it('is no comfort: a call that was denied is reported as well, and so is a run in which nothing was driven', () => {
    const guard = guardOf(functions);
    attempt(guard, lambda, { action: 'dynamodb:Scan', resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/Callers' });
    expect(reportGrants(guard.grants(), guard.denials()).failures).toContainEqual(
      `${lambda.displayName} was denied dynamodb:Scan on table/Callers, times: 1`,
    );
    expect(reportGrants([], []).failures).toEqual(['No grant was used: nothing was driven.']);
  });

  it('or needed, each grant stands in the report, and what is not judged with the test that asserts it', () => {
    const { table } = reportGrants(guardOf(functions).grants(), []);
    expect(table.filter((line) => /(used|unused)$/.test(line))).toHaveLength(judged.length);
    expect(table.join('\n')).toContain('test/infrastructure/functions.test.ts');
    for (const { displayName } of functions)
      expect(table).toContainEqual(expect.stringMatching(new RegExp(`^${displayName} +logs:CreateLogStream, .*kms:Decrypt`)));
  });
});

interface PolicyDocument {
  readonly Statement: readonly { readonly Action: string | readonly string[]; readonly Resource: unknown }[];
}

describe('the resource *', () => {
  // With pages, so that the deployment's own functions are there too.
  const pages = mkdtempSync(join(tmpdir(), 'pages-'));
  for (const file of ['dashboard/index.html', 'waiting/index.html', 'assets/waiting.js', '.built-from']) {
    mkdirSync(dirname(join(pages, file)), { recursive: true });
    writeFileSync(join(pages, file), '<html><head></head></html>');
  }
  afterAll(() => rmSync(pages, { recursive: true, force: true }));
  const everything = synthesize({ alarmEmail: 'on-call@clinic.example' }, pages);

  const statements = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role'].flatMap((type) =>
    Object.values(everything.all(type)).flatMap(({ Properties }) => {
      // CloudFormation's shape of policies.
      const { PolicyDocument: own, Policies = [] } = Properties as {
        PolicyDocument?: PolicyDocument;
        Policies?: { PolicyDocument: PolicyDocument }[];
      };
      return [...(own === undefined ? [] : [own]), ...Policies.map((policy) => policy.PolicyDocument)].flatMap(
        ({ Statement }) => Statement,
      );
    }),
  );

  it('stands in no policy of an identity: AWS knows a resource for every action that is granted', () => {
    // An action for which it knows none would stand here, with the reason.
    expect(statements.filter(({ Resource }) => [Resource].flat().some((resource) => text(resource) === '*'))).toEqual([]);
  });

  it("is looked for in the policies of our functions and of the deployment's own", () => {
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions).toEqual(
      expect.arrayContaining(['dynamodb:GetItem', 'execute-api:ManageConnections', expect.stringMatching(/^s3:Put/)]),
    );
  });
});
