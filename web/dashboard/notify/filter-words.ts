import type { Filter } from '../../../protocol/filter.ts';
import { statusWords } from '../board/status-words.ts';
import type { T } from '../i18n.ts';

/** A filter as a person says it: "waiting or on hold · needs a reply · matching “smith”". */
export const filterWords = (t: T, language: string, filter: Filter): string => {
  const parts: string[] = [];
  if (filter.statuses?.length) {
    const words = filter.statuses.map((status) => statusWords(t, status));
    parts.push(new Intl.ListFormat(language, { type: 'disjunction' }).format(words));
  }
  if (filter.needsReply !== undefined) parts.push(filter.needsReply ? t('needsReply') : t('needsNoReply'));
  if (filter.online !== undefined) parts.push(filter.online ? t('online') : t('offline'));
  if (filter.search) parts.push(t('matching', { search: filter.search }));
  return parts.length > 0 ? parts.join(' · ') : t('everyonePresent');
};
