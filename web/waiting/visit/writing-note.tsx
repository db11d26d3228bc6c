import { useEffect, useState } from 'react';
import { useTranslation } from '../translation.ts';

interface WritingNoteProps {
  readonly canWrite: boolean;
  /** False while the connection cannot tell. */
  readonly known: boolean;
  /** Something typed and not sent waits for the box to return. */
  readonly hasDraft: boolean;
  /** The box went away under the person's hands. */
  readonly onFocusLost: () => void;
}

/** Says when the clinic turns writing on or off; silent about how it was at first. */
export const WritingNote = ({ canWrite, known, hasDraft, onFocusLost }: WritingNoteProps) => {
  const { t } = useTranslation();
  const [before, setBefore] = useState<boolean>();
  const [changed, setChanged] = useState(false);

  if (known && before !== canWrite) {
    setBefore(canWrite);
    setChanged(before !== undefined);
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: focus is looked after when the box comes or goes, at no other time
  useEffect(() => {
    if (changed && !canWrite && document.activeElement === document.body) onFocusLost();
  }, [changed, canWrite]);

  const words = (): string => {
    if (canWrite) return t('writing.on');
    return hasDraft ? t('writing.offDraftKept') : t('writing.off');
  };

  return (
    <div role="status" className={canWrite ? 'visually-hidden' : 'writing-note'}>
      {changed && <p>{words()}</p>}
    </div>
  );
};
