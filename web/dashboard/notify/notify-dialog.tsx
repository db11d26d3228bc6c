import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { globalPlatform, matches } from '../../../client/index.ts';
import type { Filter } from '../../../protocol/filter.ts';
import { cleanText } from '../../shared/message-text.ts';
import { isFiltered } from '../board/view.ts';
import { useTranslation } from '../i18n.ts';
import { useShow } from '../screens.ts';
import { useStaff, useStaffSnapshot } from '../staff/staff-context.tsx';
import { DialogFrame } from '../ui/dialog-frame.tsx';
import { failureWords } from '../ui/failure-words.ts';
import { SendIcon } from '../ui/icons.tsx';
import { isSendable, MessageField } from '../ui/message-field.tsx';
import { useToast } from '../ui/toasts.tsx';
import { useIsShown } from '../ui/use-is-shown.ts';
import { filterWords } from './filter-words.ts';
import { Outcome } from './outcome.tsx';

type Step = 'write' | 'confirm' | 'sending' | 'sent';

/** What was typed for the list and not sent yet; the id belongs to this very text and audience, once they have been tried. */
export interface ListDraft {
  readonly text: string;
  readonly tried?: { readonly broadcastId: string; readonly what: string };
}

interface NotifyDialogProps {
  readonly filter: Filter;
  readonly draft: ListDraft;
  onDraftChange(draft: ListDraft): void;
  onClose(): void;
}

/** Writes to exactly those whom the list shows: the text, how many it reaches and who they are, and then how it went. */
export const NotifyDialog = ({ filter, draft, onDraftChange, onClose }: NotifyDialogProps) => {
  const { t, language } = useTranslation();
  const { step, failure, broadcast, confirm, back, send } = useSending(filter, draft, onDraftChange);
  const callers = useStaffSnapshot('callers');
  const count = [...(callers?.values() ?? [])].filter((caller) => matches(caller, filter)).length;
  const recipients = t('recipients', { count });
  return (
    <DialogFrame
      kind={step === 'sent' ? t('notify.sentTo') : t('notify')}
      title={step === 'sent' ? filterWords(t, language, filter) : recipients}
      onClose={onClose}
    >
      {step === 'write' && (
        <form
          className="dialog-body"
          onSubmit={(event) => {
            event.preventDefault();
            confirm();
          }}
        >
          <Audience words={filterWords(t, language, filter)} />
          <MessageField
            label={t('message')}
            value={draft.text}
            onChange={(text) => onDraftChange({ ...draft, text })}
            hint={t('notify.hint')}
          />
          <div className="dialog-foot">
            <Button className="button" onPress={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" className="button button-primary" isDisabled={!isSendable(draft.text) || count === 0}>
              {t('notify.review')}
            </Button>
          </div>
        </form>
      )}
      {(step === 'confirm' || step === 'sending') && (
        <div className="dialog-body">
          <Audience words={filterWords(t, language, filter)} />
          <blockquote className="quoted" dir="auto">
            {draft.text.trim()}
          </blockquote>
          {failure !== undefined && (
            <p className="notice notice-failure" role="alert">
              {t('notSent')} {failureWords(t, failure)}
            </p>
          )}
          <div className="dialog-foot">
            <Button className="button" onPress={back} isDisabled={step === 'sending'}>
              {t('notify.edit')}
            </Button>
            <Button
              className="button button-primary"
              autoFocus
              onPress={() => void send()}
              isPending={step === 'sending'}
              isDisabled={count === 0}
            >
              <SendIcon />
              {step === 'sending' ? t('sending') : failure === undefined ? t('notify.send', { count }) : t('tryAgain')}
            </Button>
          </div>
        </div>
      )}
      {step === 'sent' && broadcast && <Sent broadcastId={broadcast} onClose={onClose} />}
    </DialogFrame>
  );
};

const Audience = ({ words }: { words: string }) => {
  const { t } = useTranslation();
  return (
    <p className="audience">
      <span className="quiet">{t('notify.reaches')}</span> <bdi className="audience-words">{words}</bdi>
    </p>
  );
};

const Sent = ({ broadcastId, onClose }: { broadcastId: string; onClose(): void }) => {
  const { t } = useTranslation();
  const show = useShow();
  const broadcast = useStaffSnapshot('broadcasts').find((one) => one.broadcastId === broadcastId);
  if (!broadcast) return null;
  return (
    <div className="dialog-body">
      <blockquote className="quoted" dir="auto">
        {broadcast.text}
      </blockquote>
      <div role="status">
        <Outcome broadcast={broadcast} />
      </div>
      <p className="quiet">{t('notify.stays')}</p>
      <div className="dialog-foot">
        <Button className="button" onPress={() => show({ kind: 'recipients', broadcast })}>
          {t('outcome.recipients')}
        </Button>
        <Button className="button button-primary" autoFocus onPress={onClose}>
          {t('done')}
        </Button>
      </div>
    </div>
  );
};

const useSending = (filter: Filter, draft: ListDraft, onDraftChange: (draft: ListDraft) => void) => {
  const { t } = useTranslation();
  const staff = useStaff();
  const show = useShow();
  const toast = useToast();
  const isShown = useIsShown();
  const [step, setStep] = useState<Step>('write');
  const [failure, setFailure] = useState<unknown>();
  const [broadcast, setBroadcast] = useState<string>();
  const confirm = () => {
    setFailure(undefined);
    setStep('confirm');
  };
  const send = async () => {
    const text = cleanText(draft.text);
    // One id for one text to one audience: tried again after a failure, from wherever, it reaches nobody twice.
    const what = JSON.stringify([text, filter]);
    const broadcastId = draft.tried?.what === what ? draft.tried.broadcastId : globalPlatform.newId();
    onDraftChange({ text: draft.text, tried: { broadcastId, what } });
    setStep('sending');
    setFailure(undefined);
    try {
      await staff.broadcast({ broadcastId, ...(isFiltered(filter) && { filter }), text });
      setBroadcast(broadcastId);
      setStep('sent');
      onDraftChange({ text: '' });
    } catch (cause) {
      setFailure(cause);
      setStep('confirm');
      // The dialog was closed meanwhile: it is said all the same.
      if (!isShown.current)
        toast({ words: t('notify.notSent'), isFailure: true, action: { label: t('open'), run: () => show({ kind: 'notify' }) } });
    }
  };
  return { step, failure, broadcast, confirm, back: () => setStep('write'), send };
};
