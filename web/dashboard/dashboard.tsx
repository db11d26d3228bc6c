import { useEffect, useMemo, useState } from 'react';
import { type ClinicMembership, StaffClient } from '../../client/index.ts';
import type { Language } from '../shared/i18n.tsx';
import { Board } from './board/board.tsx';
import { DetailsDialog } from './board/details-dialog.tsx';
import { LeftTodayDialog } from './board/left-today-dialog.tsx';
import { everyone, sorts, toFilter, type View } from './board/view.ts';
import { ConnectionNotice } from './connection-notice.tsx';
import { ConversationDialog } from './conversation/conversation-dialog.tsx';
import { type Drafts, DraftsProvider } from './conversation/drafts.ts';
import { Header } from './header.tsx';
import { useTranslation } from './i18n.ts';
import { keep, keys, readKept } from './kept.ts';
import { LostMembership } from './lost-membership.tsx';
import { type ListDraft, NotifyDialog } from './notify/notify-dialog.tsx';
import { RecipientsDialog } from './notify/recipients-dialog.tsx';
import { type Screen, ScreenProvider } from './screens.ts';
import { SettingsDialog } from './settings/settings-dialog.tsx';
import type { SignIn } from './sign-in/sign-in.ts';
import { keepBroadcasts } from './staff/kept-broadcasts.ts';
import { StaffProvider, useStaffSnapshot } from './staff/staff-context.tsx';
import { createStaffStore } from './staff/staff-store.ts';
import { useIsLate } from './ui/use-is-late.ts';

interface DashboardProps {
  /** Of the HTTP API. */
  readonly url: string;
  readonly clinicId: string;
  readonly clinics: readonly ClinicMembership[];
  readonly signIn: SignIn;
  onClinic(clinicId: string): void;
  onLanguage(language: Language): void;
  onMembershipLost(): void;
}

/** One clinic, connected for as long as it is shown. */
export const Dashboard = ({ url, clinicId, ...shell }: DashboardProps) => {
  const { signIn } = shell;
  const store = useMemo(() => createStaffStore(new StaffClient({ url, clinicId, token: () => signIn.token() })), [url, clinicId, signIn]);
  useEffect(() => {
    // Why it could not be opened comes as the connection's state.
    store.staff.open().catch(() => undefined);
    keepBroadcasts(store.staff, clinicId);
    return () => store.staff.close();
  }, [store, clinicId]);
  const [drafts] = useState<Drafts>(() => new Map());
  return (
    <StaffProvider store={store}>
      <DraftsProvider value={drafts}>
        <Shell {...shell} />
      </DraftsProvider>
    </StaffProvider>
  );
};

const Shell = ({ clinics, signIn, onClinic, onLanguage, onMembershipLost }: Omit<DashboardProps, 'url' | 'clinicId'>) => {
  const callers = useStaffSnapshot('callers');
  const clinic = useStaffSnapshot('clinic');
  const { state, error } = useStaffSnapshot('connection');
  const [screen, setScreen] = useState<Screen>();
  const [view, setView] = useState<View>(() => ({ ...everyone, sort: sorts.find((sort) => sort === readKept(keys.sort)) ?? 'arrival' }));
  const [notifyDraft, setNotifyDraft] = useState<ListDraft>({ text: '' });
  if (state === 'closed' && (error?.code === 'forbidden' || error?.code === 'not-found'))
    return <LostMembership onContinue={onMembershipLost} />;
  if (!callers || !clinic) return error ? <ConnectionNotice signIn={signIn} /> : <Loading />;
  const changeView = (changed: View) => {
    keep(keys.sort, changed.sort);
    setView(changed);
  };
  const close = () => setScreen(undefined);
  return (
    <ScreenProvider value={setScreen}>
      <div className="connection-bar">
        <ConnectionNotice signIn={signIn} />
      </div>
      <Header clinics={clinics} onClinic={onClinic} onLanguage={onLanguage} onSignOut={() => void signIn.end()} />
      <Board callers={callers} view={view} onViewChange={changeView} />
      {screen?.kind === 'conversation' && (
        <ConversationDialog key={screen.caller.callerId} caller={screen.caller} onClose={() => setScreen(screen.backTo)} />
      )}
      {screen?.kind === 'details' && <DetailsDialog caller={screen.caller} onClose={close} />}
      {screen?.kind === 'notify' && (
        <NotifyDialog filter={toFilter(view)} draft={notifyDraft} onDraftChange={setNotifyDraft} onClose={close} />
      )}
      {screen?.kind === 'recipients' && <RecipientsDialog broadcast={screen.broadcast} onClose={close} />}
      {screen?.kind === 'left-today' && <LeftTodayDialog onClose={close} />}
      {screen?.kind === 'settings' && <SettingsDialog onClose={close} />}
    </ScreenProvider>
  );
};

/** A board that has not come by now has trouble on its way. */
const slowAfterMs = 6000;

const Loading = () => {
  const { t } = useTranslation();
  const isSlow = useIsLate(true, slowAfterMs);
  return (
    <main className="lone-page">
      <h1>{t('product')}</h1>
      <p role="status">{isSlow ? t('connection.slow') : t('loadingBoard')}</p>
    </main>
  );
};
