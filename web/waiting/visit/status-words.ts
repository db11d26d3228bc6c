import type { Status } from '../../../protocol/objects.ts';
import type { Translate } from '../../shared/i18n.tsx';
import type { MessageId } from '../translation.ts';

/** A status as the caller reads it: what it is, and what it means for them. */
export const statusWords = (t: Translate<MessageId>, status: Status): { title: string; help: string } => {
  switch (status) {
    case 'waiting':
      return { title: t('status.waiting'), help: t('status.waiting.help') };
    case 'being-seen':
      return { title: t('status.beingSeen'), help: t('status.beingSeen.help') };
    case 'on-hold':
      return { title: t('status.onHold'), help: t('status.onHold.help') };
    case 'ended':
      return { title: t('ended.title'), help: t('ended.byClinic') };
  }
};
