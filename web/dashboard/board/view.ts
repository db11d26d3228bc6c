import type { Filter } from '../../../protocol/filter.ts';
import type { Caller, Status } from '../../../protocol/objects.ts';
import { standingSince } from '../../shared/times.ts';

export const sorts = ['arrival', 'wait', 'status', 'needs-reply'] as const;
export type Sort = (typeof sorts)[number];

/** Which callers the list shows, and in what order. */
export interface View {
  /** None: every status. */
  readonly statuses: readonly Status[];
  readonly needsReply: boolean;
  readonly offline: boolean;
  readonly search: string;
  readonly sort: Sort;
}

export const everyone: Omit<View, 'sort'> = { statuses: [], needsReply: false, offline: false, search: '' };

/** The view as the contract's filter: the list is drawn by it and a broadcast is sent by it, so that both mean the same callers. */
export const toFilter = (view: View): Filter => {
  const search = view.search.trim();
  return {
    ...(view.statuses.length > 0 && { statuses: [...view.statuses] }),
    ...(view.needsReply && { needsReply: true }),
    ...(view.offline && { online: false }),
    ...(search && { search }),
  };
};

export const isFiltered = (filter: Filter): boolean => Object.keys(filter).length > 0;

const statusRank = { waiting: 0, 'on-hold': 1, 'being-seen': 2, ended: 3 } as const satisfies Record<Status, number>;

type Comparison = (one: Caller, other: Caller) => number;

// Times are RFC 3339 in UTC with milliseconds: their text is in the order of time.
const byText = (one: string, other: string) => (one < other ? -1 : Number(one > other));
const byArrival: Comparison = (one, other) => byText(one.arrivedAt, other.arrivedAt) || byText(one.callerId, other.callerId);
const byWait: Comparison = (one, other) =>
  Number(other.status === 'waiting') - Number(one.status === 'waiting') || byText(standingSince(one), standingSince(other));
const byStatus: Comparison = (one, other) => statusRank[one.status] - statusRank[other.status];
const byNeed: Comparison = (one, other) => {
  if (one.unansweredSince === null || other.unansweredSince === null)
    return Number(one.unansweredSince === null) - Number(other.unansweredSince === null);
  return byText(one.unansweredSince, other.unansweredSince);
};

const comparisons = {
  arrival: () => 0,
  wait: byWait,
  status: byStatus,
  'needs-reply': byNeed,
} as const satisfies Record<Sort, Comparison>;

/** Earliest arrival first among equals. */
export const sortCallers = (callers: Iterable<Caller>, sort: Sort): Caller[] =>
  [...callers].sort((one, other) => comparisons[sort](one, other) || byArrival(one, other));
