import { useState } from 'react';
import { chooseLanguage, type Translation } from '../shared/i18n.tsx';
import { ClinicPage } from './clinic-page.tsx';
import { LoadingNotice, NotFoundNotice, UnreachableNotice } from './notices/notices.tsx';
import type { Sound } from './sound.ts';
import type { VisitStorage } from './stored-visit.ts';
import { type MessageId, TranslationProvider, translate } from './translation.ts';
import { type Place, usePlace } from './use-place.ts';

interface AppProps {
  /** Both undefined where the address names no clinic. */
  readonly clinicId: string | undefined;
  readonly storage: VisitStorage | undefined;
  /** Asked for beside the page's messages: on a slow network that saves a round trip. */
  readonly firstPlace: Promise<Place>;
  readonly sound: Sound;
  readonly firstTranslation: Translation<MessageId>;
}

export const App = ({ clinicId, storage, firstPlace, sound, firstTranslation }: AppProps) => {
  const [translation, setTranslation] = useState(firstTranslation);
  const { place, retry } = usePlace(clinicId, firstPlace);

  const speak = (tag: string) => {
    const language = chooseLanguage([tag, ...navigator.languages]);
    if (language === translation.language) return;
    // A language that cannot be loaded leaves the page in the one it has.
    translate(language).then(setTranslation, () => {});
  };

  return (
    <TranslationProvider translation={translation}>
      {place.state === 'loading' && <LoadingNotice />}
      {place.state === 'not-found' && <NotFoundNotice />}
      {place.state === 'unreachable' && <UnreachableNotice onRetry={retry} />}
      {place.state === 'ready' && storage && (
        <ClinicPage url={place.url} clinic={place.clinic} storage={storage} sound={sound} onLanguage={speak} />
      )}
    </TranslationProvider>
  );
};
