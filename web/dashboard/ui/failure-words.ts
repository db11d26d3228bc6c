import { WaitingAreaError } from '../../../client/index.ts';
import type { T } from '../i18n.ts';

/** What went wrong, and what to do about it, for the person at the dashboard. */
export const failureWords = (t: T, failure: unknown): string => {
  if (!(failure instanceof WaitingAreaError)) return t('failure.internal');
  switch (failure.code) {
    case 'no-answer':
      return t('failure.noAnswer');
    case 'closed':
    case 'unauthenticated':
      return t('failure.unauthenticated');
    case 'forbidden':
      return t('failure.forbidden');
    case 'not-found':
      return t('failure.notFound');
    case 'conflict':
      return t('failure.conflict');
    case 'caller-ended':
      return t('failure.callerEnded');
    case 'conversation-full':
      return t('failure.conversationFull');
    case 'rate-limited':
      return t('failure.rateLimited', { seconds: failure.retryAfterSeconds ?? 60 });
    case 'unavailable':
      return t('failure.unavailable');
    case 'invalid-request':
    case 'too-large':
      return t('failure.invalidRequest');
    case 'guest-messages-off':
    case 'displaced':
    case 'internal':
      return t('failure.internal');
    default:
      return failure.code satisfies never;
  }
};
