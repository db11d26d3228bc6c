import { useCallback, useEffect, useRef } from 'react';
import type { Caller, Message } from '../../../protocol/objects.ts';
import { directionOf } from '../../shared/direction.ts';
import { clockTime } from '../../shared/times.ts';
import { type T, useTranslation } from '../i18n.ts';
import { CheckIcon, DoubleCheckIcon } from '../ui/icons.tsx';

/** The conversation in order, oldest first, with what became of each message of the clinic's. */
export const Thread = ({ caller, messages }: { caller: Caller; messages: readonly Message[] }) => {
  const { t } = useTranslation();
  const { box, noticePosition } = useEndInSight(messages);
  const label = t('conversation.with', { name: caller.name });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <div ref={box} className="thread" role="log" aria-label={label} tabIndex={0} onScroll={noticePosition}>
      {messages.length === 0 && <p className="thread-empty quiet">{t('noMessages')}</p>}
      <ol className="thread-list">
        {messages.map((message) => (
          <MessageItem key={message.seq} message={message} caller={caller} />
        ))}
      </ol>
    </div>
  );
};

/** So near to the end, in CSS pixels, the last message is before one's eyes. */
const endTolerance = 24;

/** The end of the thread stays in sight, unless one has scrolled up to read; what one writes oneself is always shown. */
const useEndInSight = (messages: readonly Message[]) => {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const showEnd = useCallback(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);
  const noticePosition = () => {
    if (box.current) isAtEnd.current = box.current.scrollHeight - box.current.scrollTop - box.current.clientHeight <= endTolerance;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message moves the end into view
  useEffect(() => {
    if (isAtEnd.current || messages.at(-1)?.from === 'clinic') showEnd();
  }, [messages.length, showEnd]);
  useEffect(() => {
    if (!box.current) return;
    // A notice above the composer takes room away: the last message stays in sight.
    const observer = new ResizeObserver(() => isAtEnd.current && showEnd());
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [showEnd]);
  return { box, noticePosition };
};

const MessageItem = ({ message, caller }: { message: Message; caller: Caller }) => {
  const { t, locale } = useTranslation();
  const isFromCaller = message.from === 'caller';
  return (
    <li className={`message message-${message.from}`}>
      <p className="message-head">
        <bdi className="message-sender">{isFromCaller ? caller.name : (message.senderName ?? t('from.clinic'))}</bdi>
        {kindWords(t, message) && <span className="message-kind">{kindWords(t, message)}</span>}
      </p>
      <p
        className="message-text"
        {...(message.language === null || isFromCaller
          ? // A caller's language is what they chose at check-in, not what they happen to write in.
            { dir: 'auto' }
          : { lang: message.language, dir: directionOf(message.language) })}
      >
        {message.text}
      </p>
      <p className="message-foot">
        <time dateTime={message.sentAt}>{clockTime(message.sentAt, locale)}</time>
        {!isFromCaller && <Receipt seq={message.seq} caller={caller} />}
      </p>
    </li>
  );
};

const kindWords = (t: T, { kind }: Message): string | undefined => {
  switch (kind) {
    case 'broadcast':
      return t('kind.broadcast');
    case 'automatic':
      return t('kind.automatic');
    case 'quick-answer':
      return t('kind.quickAnswer');
    default:
      return undefined;
  }
};

/** Stored, acknowledged by the caller's device, or seen by the caller. */
const Receipt = ({ seq, caller }: { seq: number; caller: Caller }) => {
  const { t } = useTranslation();
  if (seq <= caller.readSeq)
    return (
      <span className="receipt receipt-read">
        <DoubleCheckIcon /> {t('receipt.read')}
      </span>
    );
  if (seq <= caller.deliveredSeq)
    return (
      <span className="receipt">
        <DoubleCheckIcon /> {t('receipt.delivered')}
      </span>
    );
  return (
    <span className="receipt">
      <CheckIcon /> {caller.online ? t('receipt.sent') : t('receipt.sentOffline')}
    </span>
  );
};
