import type { LambdaFunction } from '../deployment.ts';
import type { Call } from './policy.ts';

/** The line of `lib/permissions.ts` that grants a function a call, where that file can grant it. */
export const suggestGrant = ({ displayName }: LambdaFunction, call: Call, functions: readonly LambdaFunction[]): string => {
  const line = lineFor(call, functions);
  return line === undefined
    ? 'lib/permissions.ts has no line for such a call: grant it where lib/ makes what needs it.'
    : `To grant it, give '${displayName}' in lib/permissions.ts: ${line}`;
};

const lineFor = ({ action, resource }: Call, functions: readonly LambdaFunction[]): string | undefined => {
  const [service, operation] = action.split(':');
  const [, tableName, index] = /:table\/([^/]+)(?:\/index\/([^/]+))?$/.exec(resource) ?? [];
  const [, method] = /\/(POST|GET|DELETE)\/@connections\//.exec(resource) ?? [];
  const invoked = functions.find(({ arn }) => arn === resource);
  if (service === 'dynamodb' && tableName !== undefined)
    return `tables: { ${index === undefined ? tableName : `'${tableName}/${index}'`}: ['${operation}'] }`;
  if (service === 'execute-api' && method !== undefined) return `connections: ['${method}']`;
  if (action === 'lambda:InvokeFunction' && invoked !== undefined) return `invokes: '${invoked.displayName}'`;
  return undefined;
};
