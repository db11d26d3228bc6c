import { type ChainedEvent, expiryOfDay, findBreaks } from '../functions/data/audit-chain.ts';

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
  const isKept = (clinicDay: string) => expiryOfDay(clinicDay) * 1000 > nowMs;
  const heads: Record<string, Head> = {};
  const breaks: string[] = [];
  let count = 0;
  for await (const entry of entries) {
    const { clinicDay, seq, hash } = entry;
    if (!isKept(clinicDay)) continue;
    count += 1;
    breaks.push(...findBreaks(entry, heads[clinicDay]).map((what) => `${clinicDay}: ${what}`));
    if (earlier[clinicDay]?.seq === seq && earlier[clinicDay].hash !== hash)
      breaks.push(`${clinicDay}: entry ${seq} is not the one that was seen before`);
    heads[clinicDay] = { seq, hash };
  }
  for (const [clinicDay, { seq }] of Object.entries(earlier)) {
    if (!isKept(clinicDay)) continue;
    const stands = heads[clinicDay]?.seq;
    if (stands === undefined) breaks.push(`${clinicDay}: the day is gone`);
    else if (stands < seq) breaks.push(`${clinicDay}: cut off behind entry ${stands}, it had ${seq}`);
  }
  return { heads, entries: count, breaks };
};
