import type { FieldReason } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import type { EntryField } from '../../../protocol/objects.ts';
import { cleanLine, codePoints } from '../../shared/message-text.ts';

/** One input of the form. Its `name` is the path that the server's refusals name it by. */
export interface CheckInField {
  readonly name: string;
  readonly required: boolean;
  readonly mostCodePoints: number;
}

/** What is wrong with a field. */
export type FieldError = 'missing' | 'too-long' | 'refused';
export type FieldErrors = ReadonlyMap<string, FieldError>;

export const detailName = (key: string): string => `details.${key}`;

export const checkInFields = (entryFields: readonly EntryField[]): CheckInField[] => [
  { name: 'name', required: true, mostCodePoints: limits.nameCodePoints },
  { name: 'phone', required: false, mostCodePoints: limits.phoneCodePoints },
  ...entryFields.map(({ key, required }) => ({ name: detailName(key), required, mostCodePoints: limits.detailsValueCodePoints })),
];

/** What was typed into a field, as it is sent. */
export const valueIn = (form: FormData, name: string): string => {
  const typed = form.get(name);
  return typeof typed === 'string' ? cleanLine(typed) : '';
};

/** What the person can see and mend before anything is sent. */
export const findErrors = (fields: readonly CheckInField[], form: FormData): FieldErrors => {
  const errors = new Map<string, FieldError>();
  for (const { name, required, mostCodePoints } of fields) {
    const value = valueIn(form, name);
    if (required && value === '') errors.set(name, 'missing');
    else if (codePoints(value) > mostCodePoints) errors.set(name, 'too-long');
  }
  return errors;
};

/** The fields of this form that the server refused. */
export const refusedFields = (fields: readonly CheckInField[], reasons: readonly FieldReason[]): FieldErrors =>
  new Map(fields.filter(({ name }) => reasons.some(({ path }) => path === name)).map(({ name }) => [name, 'refused']));
