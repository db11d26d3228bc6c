import { useEffect, useState } from 'react';
import { OfflineIcon } from '../../shared/icons.tsx';
import { useTranslation } from '../translation.ts';
import { useNetwork } from '../use-page-state.ts';
import type { PageConnection } from '../visit-session.ts';

/** A connection that is back so soon alarms nobody. */
const patienceMs = 1500;

const useLost = (connection: PageConnection): boolean => {
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (connection === 'open') return setLost(false);
    const timer = setTimeout(() => setLost(true), patienceMs);
    return () => clearTimeout(timer);
  }, [connection]);
  return lost && connection !== 'open';
};

/** Says in words that the page is offline, on its way back or in use elsewhere, and that nothing is lost by it. */
export const ConnectionBanner = ({ connection, onRetry }: { connection: PageConnection; onRetry: () => void }) => {
  const { t } = useTranslation();
  const network = useNetwork();
  const lost = useLost(connection);
  const offline = !network;

  const words = (): string => {
    if (offline) return t('connection.offline');
    if (connection === 'displaced') return t('connection.displaced');
    return connection === 'closed' ? t('connection.closed') : t('connection.reconnecting');
  };

  return (
    <div role="status">
      {(offline || lost) && (
        <div className="connection-banner">
          <OfflineIcon />
          <p>{words()}</p>
          {(connection === 'closed' || connection === 'displaced') && (
            <button type="button" className="button-text" onClick={onRetry}>
              {connection === 'closed' ? t('tryAgain') : t('connection.useHere')}
            </button>
          )}
        </div>
      )}
    </div>
  );
};
