import type { Status } from '../../../protocol/objects.ts';
import type { T } from '../i18n.ts';

/** Those that have a place on the board, in the order in which they matter to it. */
export const presentStatuses = ['waiting', 'being-seen', 'on-hold'] as const satisfies Status[];

export const statusWords = (t: T, status: Status): string => {
  switch (status) {
    case 'waiting':
      return t('status.waiting');
    case 'being-seen':
      return t('status.beingSeen');
    case 'on-hold':
      return t('status.onHold');
    case 'ended':
      return t('status.ended');
    default:
      return status satisfies never;
  }
};
