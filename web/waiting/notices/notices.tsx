import type { ReactNode } from 'react';
import { OfflineIcon, WarningIcon } from '../../shared/icons.tsx';
import { useTranslation } from '../translation.ts';
import { useTitle } from '../use-title.ts';
import './notices.css';

const Notice = ({ title, icon, children }: { title: string; icon: ReactNode; children: ReactNode }) => {
  useTitle(title);
  return (
    <main className="notice">
      <div className="notice-icon">{icon}</div>
      <div role="alert">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
};

export const LoadingNotice = () => {
  const { t } = useTranslation();
  useTitle(t('loading'));
  return (
    <main className="notice">
      <p className="notice-loading" role="status">
        {t('loading')}
      </p>
    </main>
  );
};

export const NotFoundNotice = () => {
  const { t } = useTranslation();
  return (
    <Notice title={t('notFound.title')} icon={<WarningIcon />}>
      <p>{t('notFound.help')}</p>
    </Notice>
  );
};

export const UnreachableNotice = ({ onRetry }: { onRetry: () => void }) => {
  const { t } = useTranslation();
  return (
    <Notice title={t('unreachable.title')} icon={<OfflineIcon />}>
      <p>{t('unreachable.help')}</p>
      <button type="button" className="button" onClick={onRetry}>
        {t('tryAgain')}
      </button>
    </Notice>
  );
};
