import { limits } from '../../protocol/limits.ts';

/** Room for the envelope (`type`, `requestId`, punctuation) of a frame whose content is measured. */
const envelopeBytes = 512;

/** What a frame may hold beside its envelope, bytes of UTF-8. */
export const frameRoom = limits.frameBytes - envelopeBytes;

/**
 * What a page over HTTP may take, bytes of JSON: a whole conversation (100 KB of text, more as JSON), or the board of a hundred callers, is one
 * answer. Lambda bounds one at 6 MB (lambda/latest/dg/gettingstarted-limits).
 */
export const httpPageBytes = 2 * 1024 * 1024;

export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1;

/** The first items that fit into `room` bytes as JSON; at least one, so that paging always advances. */
export const takeFitting = <Item>(items: readonly Item[], room: number): Item[] => {
  let used = 0;
  let count = 0;
  for (const item of items) {
    used += jsonBytes(item);
    if (used > room && count > 0) break;
    count += 1;
  }
  return items.slice(0, count);
};

/** Splits items into runs that each fit into one frame. */
export const splitFitting = <Item>(items: readonly Item[], room: number = frameRoom): Item[][] => {
  const runs: Item[][] = [];
  let rest = items;
  while (rest.length > 0) {
    const run = takeFitting(rest, room);
    runs.push(run);
    rest = rest.slice(run.length);
  }
  return runs;
};
