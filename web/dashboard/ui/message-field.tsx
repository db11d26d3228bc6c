import type { KeyboardEvent, Ref } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import { limits } from '../../../protocol/limits.ts';
import { useTranslation } from '../i18n.ts';
import { messageLength } from './message-length.ts';

/** From here on a screen reader hears how much room is left. */
const nearTheEnd = 50;

interface MessageFieldProps {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly isReadOnly?: boolean;
  readonly ref?: Ref<HTMLTextAreaElement>;
  onChange(value: string): void;
  /** Enter sends where this is given; Shift and Enter begins a line. */
  onEnter?(): void;
}

/** May this text be sent? */
export const isSendable = (text: string): boolean => {
  const length = messageLength(text);
  return length > 0 && length <= limits.messageCodePoints;
};

/** A box for a message, with how many characters it holds and may hold. */
export const MessageField = ({ label, value, hint, isReadOnly = false, ref, onChange, onEnter }: MessageFieldProps) => {
  const { t } = useTranslation();
  const length = messageLength(value);
  const left = limits.messageCodePoints - length;
  const sendByEnter = (event: KeyboardEvent) => {
    // Enter also ends the writing of one character in Chinese, Japanese and others.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onEnter?.();
  };
  return (
    <TextField className="message-field" value={value} onChange={onChange} isReadOnly={isReadOnly} isInvalid={left < 0} autoFocus>
      <Label>{label}</Label>
      <TextArea ref={ref} dir="auto" rows={3} {...(onEnter && { onKeyDown: sendByEnter })} />
      <div className="message-field-foot">
        {hint && (
          <Text slot="description" className="quiet">
            {hint}
          </Text>
        )}
        <span className={left < 0 ? 'counter counter-over' : 'counter'}>
          <span aria-hidden="true">{t('characters', { length, most: limits.messageCodePoints })}</span>
          <span className="visually-hidden" role="status">
            {left <= nearTheEnd && t('charactersLeft', { left })}
          </span>
        </span>
      </div>
      <FieldError className="field-error">{t('textTooLong', { over: -left })}</FieldError>
    </TextField>
  );
};
