import type { Dice } from './dice.ts';

/** What can go wrong, and how often at the most, as a share of the occasions. */
const mostOften = {
  // The store, as the SDK's three attempts leave it.
  'store throttled': 0.05,
  'store timed out, nothing done': 0.04,
  'store timed out, but done': 0.04,
  'store call repeated by the SDK after a lost answer': 0.05,
  'store call slow': 0.05,
  'index or read behind': 0.5,
  'query page cut short': 0.3,
  // Functions.
  'function crashed': 0.03,
  'worker invoked twice': 0.3,
  'worker invoked late': 0.3,
  'stream batch repeated': 0.2,
  'stream batch late': 0.2,
  'deadlines run late': 0.3,
  'deadlines run twice': 0.3,
  // The gateway.
  'post throttled': 0.1,
  'post failed': 0.05,
  'post doubled': 0.1,
  'post late': 0.1,
  '$disconnect lost': 0.5,
  'handshake refused': 0.1,
  // The network.
  'socket reset': 0.02,
  'socket died in silence': 0.03,
  'request lost': 0.1,
  'response lost': 0.1,
  'frame late': 0.05,
} as const;

export type Fault = keyof typeof mostOften;
export const allFaults = Object.keys(mostOften) as Fault[];

/** How far clocks of functions are off at the most, ms. */
const worstSkewMs = 10 * 60_000;

/**
 * What goes wrong in one history. Each seed has its own mix: most kinds are off, so that those that are on are not hidden by the others
 * (swarm testing, https://doi.org/10.1145/2338965.2336763).
 */
export class Faults {
  readonly counts = new Map<Fault, number>();
  readonly #dice: Dice;
  readonly #rates: Readonly<Partial<Record<Fault, number>>>;
  /** How far clocks are off at the most in this history, ms. */
  readonly mostSkewMs: number;
  #areOver = false;

  constructor(dice: Dice, rates: Readonly<Partial<Record<Fault, number>>>, skewMs = 0) {
    this.#dice = dice;
    this.#rates = rates;
    this.mostSkewMs = skewMs;
  }

  static mixed(dice: Dice): Faults {
    const share = dice.pick([0, 0.15, 0.4, 0.8]);
    const rates = allFaults.filter(() => dice.chance(share)).map((fault) => [fault, mostOften[fault] * dice.pick([0.1, 0.5, 1])] as const);
    return new Faults(dice, Object.fromEntries(rates), dice.chance(share / 2) ? worstSkewMs : 0);
  }

  static none(dice: Dice): Faults {
    return new Faults(dice, {});
  }

  /** Does it happen on this occasion? */
  happens(fault: Fault): boolean {
    const rate = this.#rates[fault];
    if (rate === undefined || this.#areOver || !this.#dice.chance(rate)) return false;
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    return true;
  }

  /** How far the clock of the next invocation is off, ms. */
  skew(): number {
    return this.mostSkewMs === 0 || this.#areOver ? 0 : this.#dice.between(-this.mostSkewMs, this.mostSkewMs);
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.#areOver = true;
  }
}
