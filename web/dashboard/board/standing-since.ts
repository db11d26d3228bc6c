import type { Caller } from '../../../protocol/objects.ts';

/** Since when (RFC 3339) the caller stands where they stand. Waiting counts from the arrival: neither a hold nor an undone end takes one's wait away. */
export const standingSince = ({ status, arrivedAt, statusSince }: Pick<Caller, 'status' | 'arrivedAt' | 'statusSince'>): string =>
  status === 'waiting' ? arrivedAt : statusSince;
