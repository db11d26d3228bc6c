import { type ChainedEvent, expiryOf, findBreaks } from '../functions/data/audit-chain.ts';

/** What stood last in one day of one clinic. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** By `<clinicId>#<day>`. Kept away from the table, heads prove later that no day was cut off or written anew. */
export type Heads = Readonly<Record<string, Head>>;

export interface Verified {
  readonly heads: Heads;
  readonly entries: number;
  /** Sentences; none where the log is as it was written. */
  readonly breaks: readonly string[];
}

/**
 * Checks every chain of the audit log.
 * @param entries of all days, those of one day in order of `seq`, as a scan of the table gives them
 * @param earlier heads that were seen before
 * @param nowMs days that are past their retention by then are passed over: DynamoDB deletes their entries in no order
 */
export const verifyAudit = async (entries: AsyncIterable<ChainedEvent>, nowMs: number, earlier: Heads = {}): Promise<Verified> => {
  // A chain whose day is no date is one that nobody of ours wrote: it is looked at.
  const isKept = (chainId: string) => !(expiryOf(chainId) * 1000 <= nowMs);
  const heads: Record<string, Head> = {};
  const breaks: string[] = [];
  let count = 0;
  for await (const entry of entries) {
    const { chainId, seq, hash } = entry;
    if (!isKept(chainId)) continue;
    count += 1;
    breaks.push(...findBreaks(entry, heads[chainId]).map((what) => `${chainId}: ${what}`));
    if (earlier[chainId]?.seq === seq && earlier[chainId].hash !== hash)
      breaks.push(`${chainId}: entry ${seq} is not the one that was seen before`);
    heads[chainId] = { seq, hash };
  }
  for (const [chainId, { seq }] of Object.entries(earlier)) {
    if (!isKept(chainId)) continue;
    const stands = heads[chainId]?.seq;
    if (stands === undefined) breaks.push(`${chainId}: the day is gone`);
    else if (stands < seq) breaks.push(`${chainId}: cut off behind entry ${stands}, it had ${seq}`);
  }
  return { heads, entries: count, breaks };
};
