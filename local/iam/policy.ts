import { LocalStackError } from '../errors.ts';
import { isObject } from '../json.ts';
import { type Condition, type RequestContext, readConditions } from './conditions.ts';
import { actionMatcher, arnMatcher, type Matcher } from './match.ts';

/** One action on one resource: what a statement says of several is as many rules. */
export interface Rule {
  readonly effect: 'Allow' | 'Deny';
  /** As the template writes it, such as `dynamodb:GetItem`. */
  readonly action: string;
  readonly resource: string;
  readonly matchesAction: Matcher;
  readonly matchesResource: Matcher;
  readonly conditions: readonly Condition[];
}

/** What a request does, and to what. */
export interface Call {
  readonly action: string;
  readonly resource: string;
  /** @default - nothing is known that a condition could ask for */
  readonly context?: RequestContext;
}

export type Judgement = { readonly allowedBy: readonly Rule[] } | { readonly denied: 'explicitly' | 'implicitly' };

/**
 * A request is denied unless a statement allows it, and a statement that denies wins:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export const judge = (rules: readonly Rule[], { action, resource, context = {} }: Call): Judgement => {
  const applying = rules.filter(
    ({ matchesAction, matchesResource, conditions }) =>
      matchesAction(action) && matchesResource(resource) && conditions.every((holds) => holds(context)),
  );
  if (applying.some(({ effect }) => effect === 'Deny')) return { denied: 'explicitly' };
  return applying.length > 0 ? { allowedBy: applying } : { denied: 'implicitly' };
};

/** The services whose calls are judged: those that functions call, and that Lambda calls in their name, in the local stack. */
const judgedServices: readonly string[] = ['dynamodb', 'execute-api', 'lambda', 'sqs'];

/** Could it allow a call that the local stack judges? */
export const isJudged = (action: string): boolean => {
  const matchesService = actionMatcher(action.split(':')[0] ?? '');
  return judgedServices.some(matchesService);
};

/** The condition keys that every judged request has, or that say something by being absent. */
const knownConditionKeys: ReadonlySet<string> = new Set([
  'aws:securetransport',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:requestedregion',
  'dynamodb:enclosingoperation',
]);

const elements = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

/**
 * Reads an identity-based policy document whose references are resolved.
 * @param what how a message calls it
 * @throws LocalStackError for what the local stack would judge otherwise than AWS
 */
export const readPolicy = (document: unknown, what: string): Rule[] => {
  const statements = isObject(document) ? [document.Statement].flat() : [];
  if (statements.length === 0) throw new LocalStackError(`${what} holds no statement.`);
  return statements.flatMap((statement) => rulesOf(statement, what));
};

const rulesOf = (statement: unknown, what: string): Rule[] => {
  if (!isObject(statement)) throw new LocalStackError(`${what} holds a statement that is no object.`);
  const unknown = Object.keys(statement).find((element) => !elements.has(element));
  if (unknown !== undefined) throw new LocalStackError(`${what}: the local stack does not know the element ${unknown}.`);
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new LocalStackError(`${what}: a statement's effect is ${String(effect)}.`);
  const actions = patternsOf(statement.Action, what);
  const resources = patternsOf(statement.Resource, what);
  const malformed =
    actions.find((action) => action !== '*' && !action.includes(':')) ??
    resources.find((resource) => resource !== '*' && !resource.startsWith('arn:'));
  if (malformed !== undefined) throw new LocalStackError(`${what}: ${malformed} is neither an action nor the ARN of a resource.`);
  const { keys, conditions } = readConditions(statement.Condition, what);
  const unknownKey = actions.some(isJudged) ? keys.find((key) => !knownConditionKeys.has(key)) : undefined;
  if (unknownKey !== undefined) throw new LocalStackError(`${what}: the local stack does not know the condition key ${unknownKey}.`);
  return actions.flatMap((action) =>
    resources.map((resource) => ({
      effect,
      action,
      resource,
      matchesAction: actionMatcher(action),
      matchesResource: arnMatcher(resource),
      conditions,
    })),
  );
};

const patternsOf = (value: unknown, what: string): string[] => {
  const patterns = [value].flat();
  if (!patterns.every((pattern) => typeof pattern === 'string') || patterns.length === 0)
    throw new LocalStackError(`${what}: a statement names actions and resources as text.`);
  if (patterns.some((pattern) => pattern.includes('${'))) throw new LocalStackError(`${what}: the local stack knows no policy variables.`);
  return patterns;
};
