import '../shared/theme.css';
import '../shared/icons.css';
import './ui/ui.css';
import './dashboard.css';
import { createRoot } from 'react-dom/client';
import { loadConfig } from '../shared/config.ts';
import { chooseLanguage } from '../shared/i18n.tsx';
import { App } from './app.tsx';
import { loadDashboardTranslation, TranslationProvider } from './i18n.ts';
import { keys, readKept } from './kept.ts';
import { keepInvitation } from './sign-in/invitation.ts';
import { SignIn } from './sign-in/sign-in.ts';
import { StartFailed } from './sign-in/sign-in-page.tsx';

const start = async (): Promise<void> => {
  const element = document.getElementById('root');
  if (!element) throw new Error('the page has no element for the dashboard');
  const root = createRoot(element);
  const translation = await loadDashboardTranslation(chooseLanguage([readKept(keys.language), ...navigator.languages]));
  try {
    keepInvitation(location);
    const config = await loadConfig();
    const signIn = new SignIn(config, location);
    const beginning = await signIn.begin(location);
    if (beginning !== 'redirecting') root.render(<App config={config} signIn={signIn} beginning={beginning} translation={translation} />);
  } catch {
    root.render(
      <TranslationProvider translation={translation}>
        <StartFailed />
      </TranslationProvider>,
    );
  }
};

void start();
