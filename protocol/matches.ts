import type { Filter } from './filter.ts';
import type { Caller } from './objects.ts';

/** What of a caller the filter looks at. */
export type Filtered = Pick<Caller, 'status' | 'name' | 'phone' | 'details' | 'unansweredSince' | 'online'>;

/**
 * Does the filter show this caller? The server asks it for a broadcast and the pages for the displayed list,
 * so that *Notify* reaches exactly what is shown. An ended caller is on no list.
 */
export const matches = (caller: Filtered, wanted: Filter): boolean =>
  caller.status !== 'ended' &&
  (wanted.statuses === undefined || wanted.statuses.includes(caller.status)) &&
  (wanted.needsReply === undefined || wanted.needsReply === (caller.unansweredSince !== null)) &&
  (wanted.online === undefined || wanted.online === caller.online) &&
  (wanted.search === undefined || isFound(caller, wanted.search));

/** Each word of the search stands somewhere in name, phone or details, without regard to case or diacritics. */
export const isFound = (caller: Pick<Filtered, 'name' | 'phone' | 'details'>, search: string): boolean => {
  const words = fold(search).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return true;
  const text = fold([caller.name, caller.phone ?? '', ...Object.values(caller.details)].join('\n'));
  return words.every((word) => text.includes(word));
};

// Upper case first: "ß" and "ẞ" meet in "SS", the Greek final sigma meets the other one.
const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().toLowerCase();
