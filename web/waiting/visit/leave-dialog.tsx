import { type RefObject, useId, useState } from 'react';
import { useTranslation } from '../translation.ts';

interface LeaveDialogProps {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly onLeave: () => Promise<void>;
}

/** Leaving cannot be taken back by the caller, so it is asked twice. */
export const LeaveDialog = ({ dialog, onLeave }: LeaveDialogProps) => {
  const { t } = useTranslation();
  const id = useId();
  const [state, setState] = useState<'asking' | 'leaving' | 'failed'>('asking');

  const leave = async () => {
    if (state === 'leaving') return;
    setState('leaving');
    try {
      await onLeave();
    } catch {
      setState('failed');
    }
  };

  return (
    <dialog
      ref={dialog}
      className="leave-dialog"
      aria-labelledby={`${id}title`}
      aria-describedby={`${id}help`}
      onClose={() => setState('asking')}
    >
      <h2 id={`${id}title`}>{t('leave.title')}</h2>
      <p id={`${id}help`}>{t('leave.help')}</p>
      <div role="alert">{state === 'failed' && <p className="leave-failure">{t('leave.failed')}</p>}</div>
      <div className="leave-buttons">
        <button type="button" className="button button-quiet" onClick={() => dialog.current?.close()}>
          {t('leave.stay')}
        </button>
        <button type="button" className="button button-danger" aria-disabled={state === 'leaving'} onClick={() => void leave()}>
          {state === 'leaving' ? t('leave.leaving') : t('leave.confirm')}
        </button>
      </div>
    </dialog>
  );
};
