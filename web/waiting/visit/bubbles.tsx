import type { RefCallback } from 'react';
import type { WaitingAreaError } from '../../../client/errors.ts';
import type { Message, Outgoing } from '../../../client/index.ts';
import { directionOf } from '../../shared/direction.ts';
import { CheckIcon, ClockIcon, WarningIcon } from '../../shared/icons.tsx';
import { clockTime } from '../../shared/times.ts';
import { useTranslation } from '../translation.ts';

interface StoredBubbleProps {
  readonly message: Message;
  readonly clinicName: string;
  readonly now: number;
}

/** A message that the clinic has: who wrote it, what, and when. */
export const StoredBubble = ({ message, clinicName, now }: StoredBubbleProps) => {
  const { t, locale } = useTranslation();
  const { from, text, sentAt } = message;
  const mine = from === 'caller';
  // A caller's language is what they chose at check-in, not what they happen to write in.
  const known = mine ? null : message.language;

  return (
    <li className={mine ? 'bubble bubble-mine' : 'bubble bubble-clinic'}>
      <p className="bubble-sender">{mine ? t('message.me') : <bdi>{clinicName}</bdi>}</p>
      <p className="bubble-text" dir={known ? directionOf(known) : 'auto'} {...(known && { lang: known })}>
        {text}
      </p>
      <p className="bubble-state">
        <time dateTime={sentAt}>{clockTime(sentAt, locale, now)}</time>
        {mine && (
          <span className="bubble-mark">
            <CheckIcon /> {t('message.sent')}
          </span>
        )}
      </p>
    </li>
  );
};

interface OutgoingBubbleProps {
  readonly message: Outgoing;
  /** What can be done about one that failed; absent where the visit is over. */
  readonly actions?: {
    /** The `ref` of buttons that vanish when they are pressed. */
    readonly handOver: RefCallback<HTMLElement>;
    /** Undefined while the caller may not write. */
    readonly onRetry: (() => void) | undefined;
    readonly onDiscard: () => void;
  };
}

/** A message that the clinic does not have yet, or could not be given. */
export const OutgoingBubble = ({ message, actions }: OutgoingBubbleProps) => {
  const { t } = useTranslation();
  const failed = message.state === 'failed';

  const explain = (error: WaitingAreaError | undefined): string => {
    switch (error?.code) {
      case 'guest-messages-off':
        return t('message.notSent.off');
      case 'conversation-full':
        return t('message.notSent.full');
      case 'caller-ended':
        return t('message.notSent.ended');
      default:
        return t('message.notSent');
    }
  };

  return (
    <li className={failed ? 'bubble bubble-mine bubble-failed' : 'bubble bubble-mine bubble-sending'}>
      <p className="bubble-sender">{t('message.me')}</p>
      <p className="bubble-text" dir="auto">
        {message.text}
      </p>
      <p className="bubble-state">
        <span className="bubble-mark">
          {failed ? <WarningIcon /> : <ClockIcon />} {failed ? explain(message.error) : t('message.sending')}
        </span>
      </p>
      {failed && actions && (
        <div className="bubble-actions">
          {actions.onRetry && (
            <button ref={actions.handOver} type="button" className="button-text" onClick={actions.onRetry}>
              {t('tryAgain')}
            </button>
          )}
          <button ref={actions.handOver} type="button" className="button-text" onClick={actions.onDiscard}>
            {t('message.discard')}
          </button>
        </div>
      )}
    </li>
  );
};
