import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Language } from '../../shared/i18n.tsx';
import { useTranslation } from '../i18n.ts';
import { NotifyIcon } from '../ui/icons.tsx';
import { LanguageChoice } from '../ui/language-choice.tsx';

interface SignInPageProps {
  readonly wasRefused: boolean;
  onSignIn(): Promise<void>;
  onLanguage(language: Language): void;
}

/** Who is not signed in is told what this is, and goes to the issuer by their own click. */
export const SignInPage = ({ wasRefused, onSignIn, onLanguage }: SignInPageProps) => {
  const { t } = useTranslation();
  const [state, setState] = useState<'ready' | 'leaving' | 'unreachable'>('ready');
  const signIn = () => {
    setState('leaving');
    onSignIn().catch(() => setState('unreachable'));
  };
  return (
    <main className="lone-page">
      <span className="product-mark" aria-hidden="true">
        <NotifyIcon />
      </span>
      <h1>{t('product')}</h1>
      <p className="quiet">{t('signIn.what')}</p>
      {wasRefused && state === 'ready' && (
        <p className="notice notice-failure" role="alert">
          {t('signIn.refused')}
        </p>
      )}
      {state === 'unreachable' && (
        <p className="notice notice-failure" role="alert">
          {t('signIn.unreachable')}
        </p>
      )}
      <Button className="button button-primary button-large" onPress={signIn} isPending={state === 'leaving'}>
        {t('signIn')}
      </Button>
      <LanguageChoice onLanguage={onLanguage} />
    </main>
  );
};

/** The page's own configuration could not be had: nothing can be done but to try again. */
export const StartFailed = () => {
  const { t } = useTranslation();
  return <Broken words={t('startFailed')} />;
};

/** A fault of the page itself. */
export const PageFailed = () => {
  const { t } = useTranslation();
  return <Broken words={t('failure.internal')} />;
};

const Broken = ({ words }: { words: string }) => {
  const { t } = useTranslation();
  return (
    <main className="lone-page">
      <h1>{t('product')}</h1>
      <p className="notice notice-failure" role="alert">
        {words}
      </p>
      <Button className="button button-primary" onPress={() => location.reload()}>
        {t('tryAgain')}
      </Button>
    </main>
  );
};
