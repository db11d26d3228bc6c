import { Label } from 'react-aria-components/Label';
import { ProgressBar } from 'react-aria-components/ProgressBar';
import type { Broadcast } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';

/** How a broadcast goes, or went: a sentence with every count that is not zero, and a bar while it runs. */
export const Outcome = ({ broadcast }: { broadcast: Broadcast }) => {
  const { t } = useTranslation();
  const { state, matched, delivered, read, offline, failed } = broadcast;
  const parts = [
    t('outcome.matched', { count: matched }),
    t('outcome.delivered', { count: delivered }),
    read > 0 && t('outcome.read', { count: read }),
    offline > 0 && t('outcome.offline', { count: offline }),
    failed > 0 && t('outcome.failed', { count: failed }),
  ].filter((part) => part !== false);
  return (
    <div className="outcome">
      {state === 'running' && (
        <ProgressBar className="progress" isIndeterminate={matched === 0} value={broadcast.stored + failed} maxValue={Math.max(1, matched)}>
          {({ percentage }) => (
            <>
              <Label>{t('outcome.running')}</Label>
              <div className="progress-track">
                <div className="progress-fill" style={{ inlineSize: `${percentage ?? 30}%` }} />
              </div>
            </>
          )}
        </ProgressBar>
      )}
      {state === 'failed' && <p className="field-error">{t('outcome.broken')}</p>}
      <p className="outcome-counts">{parts.join(' · ')}</p>
    </div>
  );
};
