import { useEffect, useState } from 'react';
import type { Caller, Clinic, Visit } from '../../client/index.ts';
import { CheckInPage } from './check-in/check-in-page.tsx';
import type { Sound } from './sound.ts';
import type { VisitStorage } from './stored-visit.ts';
import { VisitPage } from './visit/visit-page.tsx';
import { VisitSession } from './visit-session.ts';

interface ClinicPageProps {
  /** The HTTP API's URL. */
  readonly url: string;
  readonly clinic: Clinic;
  readonly storage: VisitStorage;
  readonly sound: Sound;
  /** The page shall speak this language (BCP 47), or the nearest it knows. */
  readonly onLanguage: (tag: string) => void;
}

/** Check-in, then the visit; a reload goes on with the visit that this tab has. */
export const ClinicPage = ({ url, clinic, storage, sound, onLanguage }: ClinicPageProps) => {
  const newSession = (visit: Visit, caller?: Caller) =>
    new VisitSession({ url, visit, clinic, caller, storage, onNews: () => sound.announce() });
  const [session, setSession] = useState(() => storage.visit && newSession(storage.visit.visit));

  useEffect(() => {
    session?.start();
    return () => session?.stop();
  }, [session]);

  if (!session)
    return (
      <CheckInPage
        url={url}
        clinic={clinic}
        sound={sound}
        onLanguage={onLanguage}
        onCheckedIn={({ caller, ...visit }, language) => {
          // Whatever an earlier visit has left here is not this person's to send.
          storage.forget();
          storage.visit = { visit, language };
          setSession(newSession(visit, caller));
        }}
      />
    );
  return (
    <VisitPage
      session={session}
      storage={storage}
      sound={sound}
      onCheckInAgain={() => {
        storage.forget();
        setSession(undefined);
      }}
    />
  );
};
