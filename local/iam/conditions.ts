import { LocalStackError } from '../errors.ts';
import { isObject } from '../json.ts';
import { arnMatcher, type Matcher, textMatcher } from './match.ts';

/** What is known of a request, one value at most for each condition key, by the key in lower case. */
export type RequestContext = Readonly<Record<string, string>>;

/** Does the condition hold for a request? */
export type Condition = (context: RequestContext) => boolean;

interface Operator {
  /** Holds where none of the values matches, and where the request has no such key. */
  readonly negated: boolean;
  readonly matcher: (pattern: string) => Matcher;
}

const exactly =
  (pattern: string): Matcher =>
  (value) =>
    value === pattern;
const exactlyIgnoringCase =
  (pattern: string): Matcher =>
  (value) =>
    value.toLowerCase() === pattern.toLowerCase();

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html; numbers, dates, bytes and addresses are not known. */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: { negated: false, matcher: exactly },
  StringNotEquals: { negated: true, matcher: exactly },
  StringEqualsIgnoreCase: { negated: false, matcher: exactlyIgnoringCase },
  StringNotEqualsIgnoreCase: { negated: true, matcher: exactlyIgnoringCase },
  StringLike: { negated: false, matcher: textMatcher },
  StringNotLike: { negated: true, matcher: textMatcher },
  // The two of each pair behave alike, says the same page.
  ArnEquals: { negated: false, matcher: arnMatcher },
  ArnLike: { negated: false, matcher: arnMatcher },
  ArnNotEquals: { negated: true, matcher: arnMatcher },
  ArnNotLike: { negated: true, matcher: arnMatcher },
  Bool: { negated: false, matcher: exactlyIgnoringCase },
};

/**
 * Reads the `Condition` of a statement: every operator and every key must hold, one of the values of each.
 * @throws LocalStackError for an operator that is not known: what it restricts on AWS would be granted here, or the other way round
 */
export const readConditions = (condition: unknown, what: string): { keys: readonly string[]; conditions: readonly Condition[] } => {
  if (condition === undefined) return { keys: [], conditions: [] };
  if (!isObject(condition)) throw new LocalStackError(`${what}: the condition is no object.`);
  const pairs = Object.entries(condition).flatMap(([operator, keys]) => {
    if (!isObject(keys)) throw new LocalStackError(`${what}: ${operator} holds no condition keys.`);
    return Object.entries(keys).map(([key, value]) => ({ operator, key: key.toLowerCase(), values: [value].flat().map(String) }));
  });
  return {
    keys: pairs.map(({ key }) => key),
    conditions: pairs.map(({ operator, key, values }) => conditionOf(operator, key, values, what)),
  };
};

const conditionOf = (written: string, key: string, values: readonly string[], what: string): Condition => {
  if (values.some((value) => value.includes('${'))) throw new LocalStackError(`${what}: the local stack knows no policy variables.`);
  if (written === 'Null') return (context) => (context[key] === undefined) === (values[0]?.toLowerCase() === 'true');
  const [, quantifier, name = '', ifExists] = /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/.exec(written) ?? [];
  const operator = operators[name];
  if (operator === undefined) throw new LocalStackError(`${what}: the local stack does not know the condition operator ${written}.`);
  const matchers = values.map(operator.matcher);
  // Of no values all match, and none does: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
  const ofNone = quantifier === undefined ? operator.negated : quantifier === 'ForAllValues';
  const whenAbsent = ofNone || ifExists !== undefined;
  return (context) => {
    const value = context[key];
    if (value === undefined) return whenAbsent;
    return matchers.some((matches) => matches(value)) !== operator.negated;
  };
};
