import { useCallback, useEffect, useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Http, StaffApi } from '../../client/http.ts';
import { type ClinicMembership, globalPlatform, WaitingAreaError } from '../../client/index.ts';
import type { WebConfig } from '../shared/config.ts';
import type { Language } from '../shared/i18n.tsx';
import { Dashboard } from './dashboard.tsx';
import { useTranslation } from './i18n.ts';
import { keep, keys, readKept } from './kept.ts';
import { takeInvitation } from './sign-in/invitation.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import { failureWords } from './ui/failure-words.ts';
import { LanguageChoice } from './ui/language-choice.tsx';
import { useToast } from './ui/toasts.tsx';

interface ClinicsProps {
  readonly config: WebConfig;
  readonly signIn: SignIn;
  onLanguage(language: Language): void;
}

/** The clinics of who is signed in, and the dashboard of the one that was chosen; an invitation that came with the address is redeemed first. */
export const Clinics = ({ config, signIn, onLanguage }: ClinicsProps) => {
  const { t } = useTranslation();
  const api = useMemo(() => new StaffApi(new Http(config.http, globalPlatform), () => signIn.token()), [config, signIn]);
  const [chosen, setChosen] = useState(() => readKept(keys.clinic));
  const choose = useCallback((clinicId: string) => {
    keep(keys.clinic, clinicId);
    setChosen(clinicId);
  }, []);
  const { clinics, failure, load } = useMemberships(api, choose);
  const clinic = clinics?.find(({ clinicId }) => clinicId === chosen) ?? clinics?.[0];
  if (clinic)
    return (
      <Dashboard
        key={clinic.clinicId}
        url={config.http}
        clinicId={clinic.clinicId}
        clinics={clinics ?? []}
        signIn={signIn}
        onClinic={choose}
        onLanguage={onLanguage}
        onMembershipLost={load}
      />
    );
  const isOver = failure instanceof WaitingAreaError && failure.code === 'unauthenticated';
  return (
    <main className="lone-page">
      <h1>{t('product')}</h1>
      {failure !== undefined && (
        <>
          <p className="notice notice-failure" role="alert">
            {failureWords(t, failure)}
          </p>
          <Button className="button button-primary" onPress={isOver ? () => void signIn.start() : load}>
            {isOver ? t('signInAgain') : t('tryAgain')}
          </Button>
        </>
      )}
      {clinics === undefined && failure === undefined && <p role="status">{t('loading')}</p>}
      {clinics?.length === 0 && <NoClinic signIn={signIn} />}
      {clinics?.length === 0 && <LanguageChoice onLanguage={onLanguage} />}
    </main>
  );
};

/** Signed in, and a member of nothing. */
const NoClinic = ({ signIn }: { signIn: SignIn }) => {
  const { t } = useTranslation();
  const [userId, setUserId] = useState('');
  useEffect(() => void signIn.userId().then(setUserId), [signIn]);
  return (
    <>
      <p>{t('noClinic')}</p>
      <p className="quiet">
        {t('signedInAs')} <bdi>{userId}</bdi>
      </p>
      <Button className="button" onPress={() => void signIn.end()}>
        {t('signOut')}
      </Button>
    </>
  );
};

const useMemberships = (api: StaffApi, onJoined: (clinicId: string) => void) => {
  const { t } = useTranslation();
  const toast = useToast();
  const [clinics, setClinics] = useState<readonly ClinicMembership[]>();
  const [failure, setFailure] = useState<unknown>();
  const load = useCallback(() => {
    setFailure(undefined);
    setClinics(undefined);
    const read = async () => {
      const code = takeInvitation();
      if (code !== undefined) {
        try {
          const { clinicId } = await api.redeemInvitation(code);
          onJoined(clinicId);
          toast({ words: t('invitation.redeemed') });
        } catch (cause) {
          toast({ words: invitationFailure(cause), isFailure: true });
        }
      }
      return (await api.clinics()).clinics;
    };
    const invitationFailure = (cause: unknown): string => {
      if (!(cause instanceof WaitingAreaError)) return failureWords(t, cause);
      if (cause.code === 'not-found') return t('invitation.used');
      return cause.code === 'conflict' ? t('invitation.alreadyMember') : failureWords(t, cause);
    };
    read().then(setClinics, setFailure);
  }, [api, onJoined, toast, t]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another language is no reason to ask again
  useEffect(load, [api]);
  return { clinics, failure, load };
};
