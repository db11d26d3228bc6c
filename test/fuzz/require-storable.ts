import { InvalidRequest } from '../simulation/store/expressions.ts';

/**
 * What the SDK and DynamoDB refuse of values, whatever the expression
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html): numbers that cannot be kept exactly, nesting beyond 32,
 * items over 400 KB. And what they take but do not keep: a lone surrogate.
 * @throws InvalidRequest
 */
export const requireStorable = (command: unknown): void => {
  // Every command of the document client has an input.
  const { input } = command as { input: unknown };
  const bytes = sizeOf(input, 0);
  if (bytes > mostBytes) throw new InvalidRequest(`a request of ${bytes} bytes`);
};

const mostBytes = 400 * 1024;
/** 32, and the request's own levels above the value. */
const mostLevels = 32 + 5;

const sizeOf = (value: unknown, level: number): number => {
  if (level > mostLevels) throw new InvalidRequest('nested too deeply');
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new InvalidRequest('a lone surrogate would be stored as another character');
      return Buffer.byteLength(value);
    case 'number':
      if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new InvalidRequest(`the number ${value}`);
      return 9;
    case 'object': {
      if (value === null) return 1;
      const parts = value instanceof Set ? [...value] : Array.isArray(value) ? value : Object.entries(value).flat();
      return parts.reduce<number>((sum, part) => sum + sizeOf(part, level + 1), 3);
    }
    default:
      return 1;
  }
};
