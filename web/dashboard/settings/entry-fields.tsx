import { useRef } from 'react';
import { Button } from 'react-aria-components/Button';
import { Checkbox } from 'react-aria-components/Checkbox';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { TextField } from 'react-aria-components/TextField';
import { globalPlatform } from '../../../client/index.ts';
import { limits } from '../../../protocol/limits.ts';
import type { EntryField } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { PlusIcon, TrashIcon } from '../ui/icons.tsx';
import { Tick } from '../ui/tick.tsx';

interface EntryFieldsProps {
  readonly fields: readonly EntryField[];
  onChange(fields: EntryField[]): void;
}

/** What callers are asked at check-in besides name and phone. */
export const EntryFields = ({ fields, onChange }: EntryFieldsProps) => {
  const { t } = useTranslation();
  const addButton = useRef<HTMLButtonElement>(null);
  const change = (key: string, part: Partial<EntryField>) =>
    onChange(fields.map((field) => (field.key === key ? { ...field, ...part } : field)));
  // The key stays when the label is reworded: answers that were given stay with their field.
  const add = () => onChange([...fields, { key: `field-${globalPlatform.newId().slice(0, 8)}`, label: '', required: false }]);
  return (
    <fieldset className="fieldset">
      <legend>{t('entryFields')}</legend>
      <p className="quiet">{t('entryFields.hint')}</p>
      <ul className="plain-list">
        {fields.map((field, index) => (
          <li key={field.key} className="entry-field">
            <TextField
              className="field"
              value={field.label}
              onChange={(label) => change(field.key, { label })}
              maxLength={100}
              autoFocus={field.label === ''}
            >
              <Label>{t('entryFields.label', { number: index + 1 })}</Label>
              <Input dir="auto" />
            </TextField>
            <Checkbox
              className="checkbox"
              aria-label={`${t('entryFields.label', { number: index + 1 })}: ${t('entryFields.required')}`}
              isSelected={field.required}
              onChange={(required) => change(field.key, { required })}
            >
              <span className="checkbox-box">
                <Tick />
              </span>
              {t('entryFields.required')}
            </Checkbox>
            <Button
              className="button button-icon"
              aria-label={t('entryFields.remove', { label: field.label || index + 1 })}
              onPress={() => {
                onChange(fields.filter(({ key }) => key !== field.key));
                // The pressed button goes with its question: the focus must not.
                addButton.current?.focus();
              }}
            >
              <TrashIcon />
            </Button>
          </li>
        ))}
      </ul>
      <Button ref={addButton} className="button" onPress={add} isDisabled={fields.length >= limits.detailsEntries}>
        <PlusIcon />
        {t('entryFields.add')}
      </Button>
    </fieldset>
  );
};
