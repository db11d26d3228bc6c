import { type HTMLAttributes, useId } from 'react';
import { WarningIcon } from '../../shared/icons.tsx';
import { useTranslation } from '../translation.ts';
import type { CheckInField, FieldError } from './check-in-fields.ts';

interface TextFieldProps {
  readonly field: CheckInField;
  readonly label: string;
  readonly error: FieldError | undefined;
  readonly type?: 'text' | 'tel';
  readonly autoComplete: string;
  readonly dir?: HTMLAttributes<HTMLInputElement>['dir'];
}

/** One labelled line to type in, with what is wrong beneath the label. */
export const TextField = ({ field, label, error, type = 'text', autoComplete, dir = 'auto' }: TextFieldProps) => {
  const { t } = useTranslation();
  const id = useId();
  const errorId = `${id}error`;

  const explain = (what: FieldError): string => {
    switch (what) {
      case 'missing':
        return t('field.missing');
      case 'too-long':
        return t('field.tooLong', { limit: field.mostCodePoints });
      case 'refused':
        return t('field.refused');
    }
  };

  return (
    <div className={error ? 'field field-wrong' : 'field'}>
      <label htmlFor={id}>
        <bdi>{label}</bdi>
        {!field.required && <span className="field-optional"> {t('field.optional')}</span>}
      </label>
      {error && (
        <p className="field-error" id={errorId}>
          <WarningIcon /> {explain(error)}
        </p>
      )}
      <input
        id={id}
        name={field.name}
        type={type}
        dir={dir}
        autoComplete={autoComplete}
        required={field.required}
        aria-invalid={error !== undefined}
        aria-describedby={error && errorId}
      />
    </div>
  );
};
