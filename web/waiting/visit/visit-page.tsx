import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Sound } from '../sound.ts';
import type { VisitStorage } from '../stored-visit.ts';
import { useTranslation } from '../translation.ts';
import { useNow, usePageVisible } from '../use-page-state.ts';
import { useTitle } from '../use-title.ts';
import { useWake } from '../use-wake.ts';
import type { VisitSession } from '../visit-session.ts';
import { Composer } from './composer.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { EndedPage } from './ended-page.tsx';
import { MessageLog } from './message-log.tsx';
import { Place } from './place.tsx';
import { SoundHint } from './sound-hint.tsx';
import { statusWords } from './status-words.ts';
import { Toolbar } from './toolbar.tsx';
import { WritingNote } from './writing-note.tsx';
import './visit.css';

interface VisitPageProps {
  readonly session: VisitSession;
  readonly storage: VisitStorage;
  readonly sound: Sound;
  readonly onCheckInAgain: () => void;
}

/** The waiting screen: where I stand, what the clinic says, and what I answer. */
export const VisitPage = ({ session, storage, sound, onCheckInAgain }: VisitPageProps) => {
  const { t } = useTranslation();
  const view = useSyncExternalStore(session.subscribe, session.view);
  const visible = usePageVisible();
  const now = useNow(15_000);
  const place = useRef<HTMLHeadingElement>(null);
  const { caller, clinic, messages, readSeq, ending } = view;
  const unread = messages.filter(({ from, seq }) => from === 'clinic' && seq > readSeq).length;

  const words = caller && ending === undefined ? statusWords(t, caller.status).title : t('loading');
  const calmTitle = ending === undefined ? words : t('ended.pageTitle');
  useTitle(
    !visible && unread > 0
      ? t('visit.titleUnread', { count: unread, clinic: clinic.name })
      : t('visit.title', { words: calmTitle, clinic: clinic.name }),
  );

  // A new screen: where one stands is what a screen reader says first. Its end is one, and so is the return from it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the screen changes with the ending
  useEffect(() => place.current?.focus(), [ending]);

  useWake(session);

  if (ending !== undefined) return <EndedPage view={view} ending={ending} now={now} heading={place} onCheckInAgain={onCheckInAgain} />;
  return (
    <main className="visit">
      <header className="visit-head">
        <Toolbar clinicName={clinic.name} sound={sound} onLeave={() => session.leave()} />
        <Place caller={caller} now={now} heading={place} />
        <ConnectionBanner connection={view.connection} heading={place} onRetry={() => session.connect()} />
        <SoundHint sound={sound} heading={place} />
      </header>
      <MessageLog
        view={view}
        now={now}
        visible={visible}
        unread={unread}
        onRead={() => session.markRead()}
        onRetry={({ text, messageId }) => session.send(text, messageId)}
        onDiscard={(messageId) => session.discard(messageId)}
      />
      <footer className="visit-foot">
        <WritingNote
          canWrite={view.canWrite}
          known={view.connection === 'open'}
          hasDraft={storage.draft !== ''}
          onFocusLost={() => place.current?.focus()}
        />
        {view.canWrite && <Composer expectationText={clinic.expectationText} storage={storage} onSend={(text) => session.send(text)} />}
      </footer>
    </main>
  );
};
