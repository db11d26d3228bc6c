import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Outgoing } from '../../../client/index.ts';
import { DownIcon } from '../../shared/icons.tsx';
import { useTranslation } from '../translation.ts';
import { useFocusHeir } from '../use-focus-heir.ts';
import type { VisitView } from '../visit-session.ts';
import { OutgoingBubble, StoredBubble } from './bubbles.tsx';
import './messages.css';

/** So near to the end, in CSS pixels, the last message is before one's eyes. */
const endTolerance = 24;

interface MessageLogProps {
  readonly view: Pick<VisitView, 'caller' | 'messages' | 'outbox' | 'clinic' | 'canWrite'>;
  readonly now: number;
  readonly visible: boolean;
  /** How many of the clinic's messages have not been before the caller's eyes. */
  readonly unread: number;
  readonly onRead: () => void;
  readonly onRetry: (message: Outgoing) => void;
  readonly onDiscard: (messageId: string) => void;
}

/** The conversation. It stays at its end unless one has scrolled up; there a button leads down to what came. */
export const MessageLog = ({ view, now, visible, unread, onRead, onRetry, onDiscard }: MessageLogProps) => {
  const { t } = useTranslation();
  const { caller, messages, outbox, clinic, canWrite } = view;
  const log = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const lastTop = useRef(0);
  const [atEnd, setAtEnd] = useState(true);
  const handOver = useFocusHeir(log);

  const toEnd = useCallback(() => log.current?.scrollTo({ top: log.current.scrollHeight }), []);

  const noticePosition = () => {
    const box = log.current;
    if (!box) return;
    const near = box.scrollHeight - box.scrollTop - box.clientHeight <= endTolerance;
    // Only who moves up leaves the end: in a burst, a message may have grown the list since the scroll that this event is about.
    const movedUp = box.scrollTop < lastTop.current;
    lastTop.current = box.scrollTop;
    setAtEnd((was) => near || (was && !movedUp));
  };

  // New messages, a larger text, a keyboard that opens: who was at the end stays there.
  useLayoutEffect(() => {
    if (!atEnd || !log.current || !list.current) return;
    toEnd();
    const observer = new ResizeObserver(toEnd);
    observer.observe(log.current);
    observer.observe(list.current);
    return () => observer.disconnect();
  }, [atEnd, toEnd]);

  // What one writes oneself is always shown.
  const lastWritten = outbox.at(-1)?.messageId;
  useLayoutEffect(() => {
    if (lastWritten !== undefined) toEnd();
  }, [lastWritten, toEnd]);

  useEffect(() => {
    if (visible && atEnd && unread > 0) onRead();
  }, [visible, atEnd, unread, onRead]);

  return (
    <div className="log-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard too */}
      <div ref={log} role="log" aria-label={t('log.label')} className="log" tabIndex={0} onScroll={noticePosition}>
        {caller && messages.length + outbox.length === 0 && <p className="log-empty">{t('log.empty')}</p>}
        <ol ref={list} className="log-list">
          {messages.map((message) => (
            <StoredBubble key={message.messageId} message={message} clinicName={clinic.name} now={now} />
          ))}
          {outbox.map((message) => (
            <OutgoingBubble
              key={message.messageId}
              message={message}
              actions={{ handOver, onRetry: canWrite ? () => onRetry(message) : undefined, onDiscard: () => onDiscard(message.messageId) }}
            />
          ))}
        </ol>
      </div>
      {!atEnd && unread > 0 && (
        <button ref={handOver} type="button" className="button log-new" onClick={toEnd}>
          <DownIcon /> {t('log.new', { count: unread })}
        </button>
      )}
    </div>
  );
};
