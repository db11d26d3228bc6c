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

  const leaving = state === 'leaving';

  const leave = async () => {
    if (leaving) return;
    setState('leaving');
    try {
      await onLeave();
    } catch {
      // Where it was closed all the same, the next opening begins anew.
      setState(dialog.current?.open ? 'failed' : 'asking');
    }
  };

  return (
    <dialog
      ref={dialog}
      className="leave-dialog"
      aria-labelledby={`${id}title`}
      aria-describedby={`${id}help`}
      // Nobody is to stay who leaves a moment later. Browsers heed a cancelled `cancel` only once; without the key there is none.
      onCancel={(event) => leaving && event.preventDefault()}
      onKeyDown={(event) => leaving && event.key === 'Escape' && event.preventDefault()}
      onClose={() => !leaving && setState('asking')}
    >
      <h2 id={`${id}title`}>{t('leave.title')}</h2>
      <p id={`${id}help`}>{t('leave.help')}</p>
      <div role="alert">{state === 'failed' && <p className="leave-failure">{t('leave.failed')}</p>}</div>
      <div className="leave-buttons">
        <button type="button" className="button button-quiet" aria-disabled={leaving} onClick={() => !leaving && dialog.current?.close()}>
          {t('leave.stay')}
        </button>
        <button type="button" className="button button-danger" aria-disabled={leaving} onClick={() => void leave()}>
          {leaving ? t('leave.leaving') : t('leave.confirm')}
        </button>
      </div>
    </dialog>
  );
};
