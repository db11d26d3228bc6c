import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { LambdaFunction, StreamMapping } from '../deployment.ts';
import { LocalStackError } from '../errors.ts';
import { local } from '../template.ts';
import type { RequestContext } from './conditions.ts';
import { createGrantUses, type Denial, type GrantUse } from './grant-uses.ts';
import { type Call, judge } from './policy.ts';
import { type Credentials, isSignedWith, readAuthorization } from './signature.ts';
import { suggestGrant } from './suggest-grant.ts';

/** The machine's owner, for tests and tools: may do everything, as an administrator of the account. */
export const owner: Credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Why a request is refused, in the words that all services of AWS have for it. */
export interface Refusal {
  readonly type:
    | 'MissingAuthenticationTokenException'
    | 'UnrecognizedClientException'
    | 'InvalidSignatureException'
    | 'AccessDeniedException';
  readonly message: string;
}

export type JudgedService = 'dynamodb' | 'execute-api' | 'lambda';

/** Stands before everything that functions call, and judges each call by what the template grants to the function's role. */
export interface Guard {
  /** What a function's environments sign with, beside the session token that each has for itself. */
  credentialsOf(functionArn: string): Credentials;
  /** Why a request may not go on; undefined: it may. @param calls what it needs to be allowed, all of it */
  refusal(
    request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
    body: Buffer,
    service: JudgedService,
    calls: readonly Call[],
  ): Refusal | undefined;
  grants(): GrantUse[];
  denials(): Denial[];
}

export interface GuardOptions {
  readonly functions: readonly LambdaFunction[];
  readonly streamMappings: readonly StreamMapping[];
  /** Is the environment of this id one of this function's, and has not ended? */
  readonly runs: (functionArn: string, environmentId: string) => boolean;
  /** Tells people of a call that was denied. */
  readonly report: (sentence: string) => void;
}

/** @throws LocalStackError where Lambda would refuse to connect a function to its stream or its dead letters, for want of a grant */
export const createGuard = ({ functions, streamMappings, runs, report }: GuardOptions): Guard => {
  const uses = createGrantUses(functions);
  const principals = new Map(
    functions.map((lambda) => {
      // Letters and digits only, as DynamoDB Local takes no others.
      const credentials = { accessKeyId: `local${lambda.logicalId}`, secretAccessKey: randomBytes(20).toString('hex') };
      return [credentials.accessKeyId, { lambda, credentials }];
    }),
  );
  const credentialsByFunction = new Map([...principals.values()].map(({ lambda, credentials }) => [lambda.arn, credentials]));

  /** The message of a denial; undefined: the role may do it. */
  const denialOf = (lambda: LambdaFunction, { action, resource, context }: Call): string | undefined => {
    const judgement = judge(lambda.role.rules, { action, resource, context: { ...contextOf(lambda), ...context } });
    if ('allowedBy' in judgement) {
      uses.allowed(judgement.allowedBy);
      return undefined;
    }
    uses.denied(lambda, action, resource);
    const cause =
      judgement.denied === 'explicitly'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    return `User: ${principalArn(lambda)} is not authorized to perform: ${action} on resource: ${resource} ${cause}`;
  };
  const explain = (lambda: LambdaFunction, call: Call): string =>
    `${lambda.displayName} may not ${call.action} on ${call.resource}. ${suggestGrant(lambda, call, functions)}`;

  for (const { lambda, what, calls } of whatLambdaDoes(functions, streamMappings))
    for (const call of calls)
      if (denialOf(lambda, call) !== undefined)
        throw new LocalStackError(`${what}: Lambda would refuse it, because ${explain(lambda, call)}`);

  return {
    credentialsOf: (functionArn) => {
      const credentials = credentialsByFunction.get(functionArn);
      if (credentials === undefined) throw new Error(`no function ${functionArn}`);
      return credentials;
    },
    refusal: (request, body, service, calls) => {
      const authorization = readAuthorization(request.headers.authorization);
      if (authorization === undefined) return { type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' };
      const principal = principals.get(authorization.accessKeyId);
      const session = request.headers['x-amz-security-token'];
      const isKnown =
        principal === undefined ? authorization.accessKeyId === owner.accessKeyId : runs(principal.lambda.arn, String(session));
      if (!isKnown) return { type: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' };
      const { secretAccessKey } = principal?.credentials ?? owner;
      const { method = '', url = '', headers } = request;
      const isInScope = authorization.service === service && authorization.region === local.region;
      if (!isInScope || !isSignedWith(secretAccessKey, authorization, { method, url, headers, body }))
        return { type: 'InvalidSignatureException', message: wrongSignature };
      if (principal === undefined) return undefined;
      for (const call of calls) {
        const message = denialOf(principal.lambda, call);
        if (message === undefined) continue;
        report(`AccessDenied: ${explain(principal.lambda, call)}`);
        return { type: 'AccessDeniedException', message };
      }
      return undefined;
    },
    grants: uses.grants,
    denials: uses.denials,
  };
};

const wrongSignature =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/** Of an assumed role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
const principalArn = ({ name, role }: LambdaFunction): string =>
  `arn:${local.partition}:sts::${local.account}:assumed-role/${role.name}/${name}`;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html; the local stack stands for services that are called over TLS. */
const contextOf = ({ role }: LambdaFunction): RequestContext => ({
  'aws:securetransport': 'true',
  'aws:principalarn': `arn:${local.partition}:iam::${local.account}:role/${role.name}`,
  'aws:principalaccount': local.account,
  'aws:requestedregion': local.region,
});

/**
 * Lambda refuses to connect a role to a stream or to dead letters with which it may not do what Lambda will do in its name: "Cannot access stream …
 * Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions"
 * (https://github.com/aws-amplify/amplify-cli/issues/12965), "The provided execution role does not have permissions to call SendMessage on SQS"
 * (https://github.com/aws-samples/aws-serverless-ecommerce-platform/issues/41). What needs them is in
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-create.html and https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
 */
const whatLambdaDoes = (
  functions: readonly LambdaFunction[],
  streamMappings: readonly StreamMapping[],
): { lambda: LambdaFunction; what: string; calls: readonly Call[] }[] => {
  const readStream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
  const sendTo = (arn: string | undefined): Call[] => (arn === undefined ? [] : [{ action: 'sqs:SendMessage', resource: arn }]);
  return functions.flatMap((lambda) => [
    { lambda, what: `Asynchronous invocation of ${lambda.displayName}`, calls: sendTo(lambda.asynchronous.onFailureArn) },
    ...streamMappings
      .filter(({ functionArn }) => functionArn === lambda.arn)
      .map(({ id, streamArn, onFailureArn }) => ({
        lambda,
        what: `Event source mapping ${id}`,
        calls: [...readStream.map((action) => ({ action: `dynamodb:${action}`, resource: streamArn })), ...sendTo(onFailureArn)],
      })),
  ]);
};
