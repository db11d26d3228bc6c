import { useEffect, useState, useSyncExternalStore } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from './i18n.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import { useStaff, useStaffSnapshot } from './staff/staff-context.tsx';
import { failureWords } from './ui/failure-words.ts';
import { WarningIcon } from './ui/icons.tsx';

/** A reconnect that takes no longer than this is nobody's business. */
const patienceMs = 1500;

/** Says when what is shown may be old: the connection is lost, or the session is over. */
export const ConnectionNotice = ({ signIn }: { signIn: SignIn }) => {
  const { t } = useTranslation();
  const staff = useStaff();
  const { state, error } = useStaffSnapshot('connection');
  const isExpired = useIsExpired(signIn) || error?.code === 'unauthenticated';
  const isLate = useIsLate(state === 'reconnecting');
  const isOnline = useIsOnline();
  if (isExpired)
    return (
      <div className="connection-notice" role="alert">
        <WarningIcon />
        <p>{t('connection.expired')}</p>
        <Button className="button button-primary" onPress={() => void signIn.start()}>
          {t('signInAgain')}
        </Button>
      </div>
    );
  if (state === 'closed' && error)
    return (
      <div className="connection-notice" role="alert">
        <WarningIcon />
        <p>{failureWords(t, error)}</p>
        <Button className="button" onPress={() => void staff.open().catch(() => undefined)}>
          {t('tryAgain')}
        </Button>
      </div>
    );
  return (
    <div role="status">
      {(isLate || !isOnline) && (
        <div className="connection-notice">
          <WarningIcon />
          <p>{t('connection.reconnecting')}</p>
        </div>
      )}
    </div>
  );
};

const subscribeToNetwork = (listener: () => void) => {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
};

/** What the browser knows of its network: it tells a pulled cable long before the socket notices. */
const useIsOnline = (): boolean => useSyncExternalStore(subscribeToNetwork, () => navigator.onLine);

const useIsExpired = (signIn: SignIn): boolean => {
  const [isExpired, setExpired] = useState(false);
  useEffect(() => signIn.onExpired(() => setExpired(true)), [signIn]);
  return isExpired;
};

/** True once something has been so for longer than the patience. */
const useIsLate = (isSo: boolean): boolean => {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!isSo) return;
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isSo]);
  return isSo && isLate;
};
