import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { limits } from '../../../protocol/limits.ts';
import { SendIcon } from '../../shared/icons.tsx';
import { cleanText, codePoints } from '../../shared/message-text.ts';
import type { VisitStorage } from '../stored-visit.ts';
import { useTranslation } from '../translation.ts';

/** So many characters before the limit, the counter appears. */
const countWithin = 100;

interface ComposerProps {
  readonly expectationText: string;
  readonly storage: Pick<VisitStorage, 'draft'>;
  readonly onSend: (text: string) => void;
}

/** Where the caller writes. What is typed survives a reload, and the box itself going away for a while. */
export const Composer = ({ expectationText, storage, onSend }: ComposerProps) => {
  const { t } = useTranslation();
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(storage.draft);
  const text = cleanText(draft);
  const left = limits.messageCodePoints - codePoints(text);
  const sendable = text !== '' && left >= 0;

  const write = (typed: string) => {
    setDraft(typed);
    storage.draft = typed;
  };

  const send = () => {
    box.current?.focus();
    if (!sendable) return;
    onSend(text);
    write('');
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };

  const sendByKey = (event: KeyboardEvent) => {
    // On a touch keyboard Enter is the only way to a new line; while an input method composes, it is not ours.
    const meant = event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing;
    if (!meant || !matchMedia('(any-pointer: fine)').matches) return;
    event.preventDefault();
    send();
  };

  return (
    <form className="composer" onSubmit={submit}>
      {expectationText !== '' && (
        <p className="composer-expectation" id={`${id}expectation`} dir="auto">
          {expectationText}
        </p>
      )}
      <div className="composer-line">
        <label className="visually-hidden" htmlFor={`${id}box`}>
          {t('composer.prompt')}
        </label>
        <textarea
          ref={box}
          id={`${id}box`}
          dir="auto"
          rows={1}
          placeholder={t('composer.prompt')}
          value={draft}
          aria-describedby={`${id}expectation ${id}count`}
          aria-invalid={left < 0}
          onChange={(event) => write(event.target.value)}
          onKeyDown={sendByKey}
        />
        <button type="submit" className="button composer-send" aria-disabled={!sendable}>
          <SendIcon />
          <span className="visually-hidden">{t('composer.send')}</span>
        </button>
      </div>
      <p id={`${id}count`} role="status" className={left < 0 ? 'composer-count composer-over' : 'composer-count'}>
        {left <= countWithin && (left < 0 ? t('composer.over', { count: -left }) : t('composer.left', { count: left }))}
      </p>
    </form>
  );
};
