import { useState } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import type { WebConfig } from '../shared/config.ts';
import type { Language, Translation } from '../shared/i18n.tsx';
import { Clinics } from './clinics.tsx';
import { loadDashboardTranslation, type MessageId, TranslationProvider } from './i18n.ts';
import { keep, keys } from './kept.ts';
import type { Beginning, SignIn } from './sign-in/sign-in.ts';
import { PageFailed, SignInPage } from './sign-in/sign-in-page.tsx';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { ToastProvider } from './ui/toasts.tsx';

interface AppProps {
  readonly config: WebConfig;
  readonly signIn: SignIn;
  readonly beginning: Beginning;
  readonly translation: Translation<MessageId>;
}

/** The dashboard in the chosen language: the sign-in page, or the clinics of who is signed in. */
export const App = ({ config, signIn, beginning, translation: first }: AppProps) => {
  const [translation, setTranslation] = useState(first);
  const choose = (language: Language) => {
    keep(keys.language, language);
    // Failed to load, the page stays in the language that it has.
    void loadDashboardTranslation(language).then(setTranslation, () => undefined);
  };
  return (
    <TranslationProvider translation={translation}>
      <I18nProvider locale={translation.language}>
        {beginning === 'signed-in' ? (
          <ErrorBoundary fallback={<PageFailed />}>
            <ToastProvider>
              <Clinics config={config} signIn={signIn} onLanguage={choose} />
            </ToastProvider>
          </ErrorBoundary>
        ) : (
          <SignInPage wasRefused={beginning === 'refused'} onSignIn={() => signIn.start()} onLanguage={choose} />
        )}
      </I18nProvider>
    </TranslationProvider>
  );
};
