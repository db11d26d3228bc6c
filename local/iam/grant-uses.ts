import type { LambdaFunction } from '../deployment.ts';
import { isJudged, type Rule } from './policy.ts';

/**
 * What became of one action on one resource that the template grants to a function.
 * `used`: it alone allowed some call. `doubled`: whatever it allowed, another grant allowed too. `not-judged`: no call that it is for is made here.
 */
export interface GrantUse {
  readonly function: string;
  readonly action: string;
  readonly resource: string;
  readonly use: 'used' | 'doubled' | 'unused' | 'not-judged';
}

/** Calls of a function that its role did not allow; ids of connections are left out of the resource. */
export interface Denial {
  readonly function: string;
  readonly action: string;
  readonly resource: string;
  readonly times: number;
}

export interface GrantUses {
  /** A call was allowed by these rules. */
  allowed(by: readonly Rule[]): void;
  denied(lambda: LambdaFunction, action: string, resource: string): void;
  grants(): GrantUse[];
  denials(): Denial[];
}

/** Remembers which grants the calls of functions needed. */
export const createGrantUses = (functions: readonly LambdaFunction[]): GrantUses => {
  const needed = new Set<Rule>();
  const shared = new Set<Rule>();
  const denials = new Map<string, Denial>();
  const useOf = (rule: Rule): GrantUse['use'] => {
    if (!isJudged(rule.action)) return 'not-judged';
    if (needed.has(rule)) return 'used';
    return shared.has(rule) ? 'doubled' : 'unused';
  };
  return {
    allowed: (by) => {
      const [only, ...others] = by;
      if (only !== undefined && others.length === 0) needed.add(only);
      else for (const rule of by) shared.add(rule);
    },
    denied: (lambda, action, resourceOfCall) => {
      const resource = resourceOfCall.replace(/(?<=\/@connections\/).+$/, '*');
      const key = `${lambda.arn} ${action} ${resource}`;
      const times = (denials.get(key)?.times ?? 0) + 1;
      denials.set(key, { function: lambda.displayName, action, resource, times });
    },
    grants: () =>
      functions.flatMap(({ displayName, role }) =>
        role.rules
          .filter(({ effect }) => effect === 'Allow')
          .map((rule) => ({ function: displayName, action: rule.action, resource: rule.resource, use: useOf(rule) })),
      ),
    denials: () => [...denials.values()],
  };
};
