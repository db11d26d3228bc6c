/** Compares a value of a request with what a policy writes, where `*` stands for any characters and `?` for one. */
export type Matcher = (value: string) => boolean;

/** Actions are compared without regard to case: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
export const actionMatcher = (pattern: string): Matcher => {
  const matches = textMatcher(pattern.toLowerCase());
  return (value) => matches(value.toLowerCase());
};

/** `StringLike`: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export const textMatcher = (pattern: string): Matcher => matcher(pattern, () => '.*', '.');

/**
 * Wildcards stand within a segment of an ARN, the part between two colons; a `*` at the end of a segment also goes beyond it:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export const arnMatcher = (pattern: string): Matcher =>
  matcher(pattern, (next) => (next === undefined || next === ':' ? '.*' : '[^:]*'), '[^:]');

/** @param any the expression for `*`, by the character that follows it */
const matcher = (pattern: string, any: (next: string | undefined) => string, one: string): Matcher => {
  if (!/[*?]/.test(pattern)) return (value) => value === pattern;
  const source = [...pattern].map((character, index, all) => {
    if (character === '*') return any(all[index + 1]);
    return character === '?' ? one : character.replace(/[.+^${}()|[\]\\/-]/, '\\$&');
  });
  const expression = new RegExp(`^${source.join('')}$`, 's');
  return (value) => expression.test(value);
};
