import type { RefObject } from 'react';
import { CheckIcon } from '../../shared/icons.tsx';
import { useTranslation } from '../translation.ts';
import type { Ending, VisitView } from '../visit-session.ts';
import { OutgoingBubble, StoredBubble } from './bubbles.tsx';
import './messages.css';

interface EndedPageProps {
  readonly view: Pick<VisitView, 'clinic' | 'messages' | 'outbox'>;
  readonly ending: Ending;
  readonly now: number;
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly onCheckInAgain: () => void;
}

/** The end of a visit: why, what was said and what could not be, and the way back in. Where the clinic undoes the end, the waiting screen comes back by itself. */
export const EndedPage = ({ view, ending, now, heading, onCheckInAgain }: EndedPageProps) => {
  const { t } = useTranslation();
  const { clinic, messages, outbox } = view;
  const mayReturn = ending !== 'left' && ending !== 'erased';

  const words = (): { title: string; help: string } => {
    switch (ending) {
      case 'left':
        return { title: t('ended.left'), help: t('ended.left.help', { clinic: clinic.name }) };
      case 'erased':
        return { title: t('ended.erased'), help: t('ended.erased.help') };
      case 'ended-by-staff':
        return { title: t('ended.title'), help: t('ended.byClinic') };
      case 'offline':
        return { title: t('ended.title'), help: t('ended.offline') };
      case 'unknown':
        return { title: t('ended.title'), help: t('ended.unknown') };
    }
  };

  const { title, help } = words();
  return (
    <main className="ended">
      <div className="ended-card">
        <span className="ended-icon">
          <CheckIcon />
        </span>
        <p className="toolbar-clinic">
          <bdi>{clinic.name}</bdi>
        </p>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{help}</p>
        {mayReturn && <p className="ended-return">{t('ended.return')}</p>}
        <button type="button" className="button button-quiet" onClick={onCheckInAgain}>
          {t('ended.checkInAgain')}
        </button>
      </div>
      {mayReturn && messages.length + outbox.length > 0 && (
        <section className="ended-messages" aria-labelledby="ended-messages">
          <h2 id="ended-messages">{t('ended.messages')}</h2>
          <ol className="log-list">
            {messages.map((message) => (
              <StoredBubble key={message.messageId} message={message} clinicName={clinic.name} now={now} />
            ))}
            {outbox.map((message) => (
              <OutgoingBubble key={message.messageId} message={message} />
            ))}
          </ol>
        </section>
      )}
    </main>
  );
};
