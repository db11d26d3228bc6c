import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from './i18n.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import { useStaff, useStaffSnapshot } from './staff/staff-context.tsx';
import { useIsCutOff } from './staff/use-is-cut-off.ts';
import { failureWords } from './ui/failure-words.ts';
import { WarningIcon } from './ui/icons.tsx';

/** Says when what is shown may be old: the connection is lost, or the session is over. */
export const ConnectionNotice = ({ signIn }: { signIn: SignIn }) => {
  const { t } = useTranslation();
  const staff = useStaff();
  const { state, error } = useStaffSnapshot('connection');
  const isExpired = useIsExpired(signIn) || error?.code === 'unauthenticated';
  const isCutOff = useIsCutOff();
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
      {isCutOff && (
        <div className="connection-notice">
          <WarningIcon />
          <p>{t('connection.reconnecting')}</p>
        </div>
      )}
    </div>
  );
};

const useIsExpired = (signIn: SignIn): boolean => {
  const [isExpired, setExpired] = useState(false);
  useEffect(() => signIn.onExpired(() => setExpired(true)), [signIn]);
  return isExpired;
};
