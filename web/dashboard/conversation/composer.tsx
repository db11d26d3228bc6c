import { useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { globalPlatform } from '../../../client/index.ts';
import type { Caller } from '../../../protocol/objects.ts';
import { cleanText } from '../../shared/message-text.ts';
import { useTranslation } from '../i18n.ts';
import { useShow } from '../screens.ts';
import { useStaff } from '../staff/staff-context.tsx';
import { failureWords } from '../ui/failure-words.ts';
import { SendIcon } from '../ui/icons.tsx';
import { isSendable, MessageField } from '../ui/message-field.tsx';
import { useToast } from '../ui/toasts.tsx';
import { useIsShown } from '../ui/use-is-shown.ts';
import { type Draft, useDrafts } from './drafts.ts';

/** The box for one caller. A text that could not be sent stays in it, and is sent again with the same id. */
export const Composer = ({ caller }: { caller: Caller }) => {
  const { t } = useTranslation();
  const box = useRef<HTMLTextAreaElement>(null);
  const { draft, state, failure, write, send } = useSending(caller);
  const isSending = state === 'sending';
  const trySend = () => {
    // Whether by key or by button: the next message can be typed at once.
    if (isSendable(draft.text) && !isSending) void send().then(() => box.current?.focus());
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        trySend();
      }}
    >
      {failure !== undefined && (
        <p className="notice notice-failure" role="alert">
          {t('notSent')} {failureWords(t, failure)}
        </p>
      )}
      <div className="composer-line">
        <MessageField
          ref={box}
          label={t('messageTo', { name: caller.name })}
          value={draft.text}
          onChange={write}
          hint={t('enterSends')}
          isReadOnly={isSending}
          onEnter={trySend}
        />
        <Button
          type="submit"
          className="button button-primary button-send"
          isDisabled={!isSendable(draft.text)}
          isPending={isSending}
          aria-label={failure === undefined ? t('send') : t('tryAgain')}
        >
          <SendIcon />
        </Button>
      </div>
      <p className="visually-hidden" role="status">
        {isSending && t('sending')}
        {state === 'sent' && t('receipt.sent')}
      </p>
    </form>
  );
};

const useSending = (caller: Caller) => {
  const { callerId } = caller;
  const { t } = useTranslation();
  const show = useShow();
  const toast = useToast();
  const isShown = useIsShown();
  const staff = useStaff();
  const drafts = useDrafts();
  const [draft, setDraft] = useState<Draft>(() => drafts.get(callerId) ?? { text: '' });
  const [state, setState] = useState<'writing' | 'sending' | 'sent'>('writing');
  const [failure, setFailure] = useState<unknown>();
  const keepDraft = (changed: Draft) => {
    setDraft(changed);
    if (changed.text) drafts.set(callerId, changed);
    else drafts.delete(callerId);
  };
  const write = (text: string) => {
    if (text === draft.text) return;
    setState('writing');
    keepDraft({ text });
  };
  const send = async () => {
    const messageId = draft.messageId ?? globalPlatform.newId();
    keepDraft({ text: draft.text, messageId });
    setState('sending');
    setFailure(undefined);
    try {
      await staff.notify(callerId, cleanText(draft.text), messageId);
      keepDraft({ text: '' });
      setState('sent');
    } catch (cause) {
      setFailure(cause);
      setState('writing');
      // The dialog was closed meanwhile: it is said all the same.
      if (!isShown.current)
        toast({
          words: t('notSent.to', { name: caller.name }),
          isFailure: true,
          action: { label: t('open'), run: () => show({ kind: 'conversation', caller }) },
        });
    }
  };
  return { draft, state, failure, write, send };
};
