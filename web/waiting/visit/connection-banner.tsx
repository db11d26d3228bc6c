import { type RefObject, useEffect, useState } from 'react';
import { OfflineIcon } from '../../shared/icons.tsx';
import { useTranslation } from '../translation.ts';
import { useFocusHeir } from '../use-focus-heir.ts';
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

interface ConnectionBannerProps {
  readonly connection: PageConnection;
  readonly heading: RefObject<HTMLElement | null>;
  readonly onRetry: () => void;
}

/** Says in words that the page is offline, on its way or in use elsewhere, and that nothing is lost by it. */
export const ConnectionBanner = ({ connection, heading, onRetry }: ConnectionBannerProps) => {
  const { t } = useTranslation();
  const handOver = useFocusHeir(heading);
  const network = useNetwork();
  const lost = useLost(connection);
  const offline = !network;

  const words = (): string => {
    if (offline) return t('connection.offline');
    if (connection === 'displaced') return t('connection.displaced');
    if (connection === 'connecting') return t('connection.connecting');
    return connection === 'closed' ? t('connection.closed') : t('connection.reconnecting');
  };

  return (
    <div role="status">
      {(offline || lost) && (
        <div className="connection-banner">
          <OfflineIcon />
          <p>{words()}</p>
          {(connection === 'closed' || connection === 'displaced') && (
            <button ref={handOver} type="button" className="button-text" onClick={onRetry}>
              {connection === 'closed' ? t('tryAgain') : t('connection.useHere')}
            </button>
          )}
        </div>
      )}
    </div>
  );
};
