import type { Caller } from '../../../protocol/objects.ts';
import type { T } from '../i18n.ts';

type Counted = Pick<Caller, 'messageCount' | 'lastMessageFrom' | 'unansweredSince'>;

/** The badge in words: "3 messages, last from caller, unanswered". Undefined before the first message. */
export const badgeWords = (t: T, { messageCount, lastMessageFrom, unansweredSince }: Counted): string | undefined => {
  if (messageCount === 0) return undefined;
  const isUnanswered = unansweredSince !== null;
  return t('badge', { count: messageCount, from: lastMessageFrom ?? 'clinic', unanswered: isUnanswered ? 'yes' : 'no' });
};

/** How many messages the conversation holds: blue when the clinic wrote last, orange when the caller did. None before the first message. */
export const Badge = ({ caller }: { caller: Counted }) =>
  caller.messageCount === 0 ? null : (
    <span className={`badge badge-${caller.lastMessageFrom ?? 'clinic'}`} aria-hidden="true">
      {caller.messageCount}
    </span>
  );
