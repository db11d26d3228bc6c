import { Button } from 'react-aria-components/Button';
import { useTranslation } from './i18n.ts';

/** Who was removed from the clinic sees nothing of it any more, and goes on to another clinic if there is one. */
export const LostMembership = ({ onContinue }: { onContinue(): void }) => {
  const { t } = useTranslation();
  return (
    <main className="lone-page">
      <h1>{t('product')}</h1>
      <p className="notice notice-failure" role="alert">
        {t('connection.noMember')}
      </p>
      <Button className="button button-primary" autoFocus onPress={onContinue}>
        {t('continue')}
      </Button>
    </main>
  );
};
