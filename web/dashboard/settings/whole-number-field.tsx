import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { NumberField } from 'react-aria-components/NumberField';

interface WholeNumberFieldProps {
  readonly label: string;
  readonly value: number;
  /** @default 1 */
  readonly least?: number;
  readonly most: number;
  onChange(value: number): void;
}

/** A whole number within its bounds, in the digits of the language. */
export const WholeNumberField = ({ label, value, least = 1, most, onChange }: WholeNumberFieldProps) => (
  <NumberField
    className="field field-number"
    value={value}
    minValue={least}
    maxValue={most}
    step={1}
    isRequired
    onChange={(number) => Number.isNaN(number) || onChange(number)}
  >
    <Label>{label}</Label>
    <Input />
    <FieldError className="field-error" />
  </NumberField>
);
