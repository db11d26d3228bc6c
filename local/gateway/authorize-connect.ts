import type { RequestAuthorizer } from '../deployment.ts';
import { arrayOf, isObject, objectOf, parseJson, stringOf } from '../json.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';

/** `allowed` carries what later events hold as `requestContext.authorizer`; `refused` the status of the handshake. */
export type Authorization = { readonly allowed: Readonly<Record<string, string>> } | { readonly refused: 401 | 403 | 500 };

/** The parts of a `$connect` event that an authorizer is asked about. */
export interface ConnectRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>> | undefined;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
const maximumResultBytes = 8 * 1024;

/**
 * Asks a REQUEST authorizer.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 * @param event the `$connect` event, with `type` and `methodArn` added here
 */
export const authorizeConnect = async (
  authorizer: RequestAuthorizer,
  pool: FunctionPool,
  event: ConnectRequest & Readonly<Record<string, unknown>>,
  methodArn: string,
): Promise<Authorization> => {
  if (!hasIdentitySources(authorizer, event)) return { refused: 401 };
  const outcome = await pool.invoke(JSON.stringify({ type: 'REQUEST', methodArn, ...event }));
  if ('failed' in outcome) return { refused: outcome.failed.errorMessage === 'Unauthorized' ? 401 : 500 };
  const result = parseJson(outcome.answered);
  const context = contextOf(result);
  if (context === undefined || outcome.answered.length > maximumResultBytes) return { refused: 500 };
  return permits(objectOf(result).policyDocument, methodArn) ? { allowed: context } : { refused: 403 };
};

const hasIdentitySources = (authorizer: RequestAuthorizer, event: ConnectRequest): boolean => {
  const headers = new Map(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (
    authorizer.headers.every((name) => headers.get(name.toLowerCase())) &&
    authorizer.queryParameters.every((name) => event.queryStringParameters?.[name])
  );
};

/** The context's values reach handlers as strings; anything but strings, numbers and booleans is a fault of the authorizer. */
const contextOf = (result: unknown): Record<string, string> | undefined => {
  const { principalId, policyDocument, context = {} } = objectOf(result);
  if (stringOf(principalId) === undefined || !isObject(policyDocument) || !isObject(context)) return undefined;
  const values = Object.entries(context);
  if (values.some(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))) return undefined;
  return { ...Object.fromEntries(values.map(([key, value]) => [key, String(value)])), principalId: String(principalId) };
};

/** A matching Deny wins, and without a matching Allow nothing is permitted. */
const permits = (policy: unknown, methodArn: string): boolean => {
  const matching = arrayOf(objectOf(policy).Statement)
    .map(objectOf)
    .filter(({ Action, Resource }) => matches(Action, 'execute-api:Invoke') && matches(Resource, methodArn));
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
};

const matches = (patterns: unknown, value: string): boolean =>
  (Array.isArray(patterns) ? patterns : [patterns]).some((pattern) => {
    const literal = String(pattern).replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(value);
  });
