import { AsyncLocalStorage } from 'node:async_hooks';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { Scheduler, Span } from './scheduler.ts';

/** What a run of a function came to, as whoever invoked it is told. */
export type Outcome =
  | { readonly kind: 'answered'; readonly value: unknown }
  /** It threw. */
  | { readonly kind: 'failed' }
  /** It died, or took longer than it may. */
  | { readonly kind: 'crashed' };

/** What functions reach in the world outside. */
export interface Outside {
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly faults: Faults;
  /** The true time, ms since 1970. */
  now(): number;
  runCommand(invocation: Invocation, command: unknown): Promise<object>;
  management(invocation: Invocation, command: unknown): Promise<object>;
  invokeLater(payload: string): void;
  newId(): string;
}

const running = new AsyncLocalStorage<Invocation>();

/** The invocation whose code runs at this moment. */
export const currentInvocation = (): Invocation => {
  const invocation = running.getStore();
  if (!invocation) throw new Error('this belongs to no invocation');
  return invocation;
};

/** Never settles: what waits for it does not go on. */
const never = new Promise<never>(() => {});

const onTheWay: Span = [1, 12];
const slowly: Span = [500, 4000];

/** One run of one function. Every call to the outside goes through it, so that it can die at each, and nothing goes on after its end. */
export class Invocation {
  readonly outside: Outside;
  /** The clinics that its event is of; undefined where it is of none and may serve all. */
  readonly clinicIds: ReadonlySet<string> | undefined;
  readonly #skewMs: number;
  #isDead = false;
  #hasReturned = false;
  #die: () => void = () => {};

  constructor(outside: Outside, clinicIds?: ReadonlySet<string>) {
    this.outside = outside;
    this.clinicIds = clinicIds;
    this.#skewMs = outside.faults.skew();
  }

  /** The time by this run's clock, ms since 1970. */
  now(): number {
    return Math.floor(this.outside.now() + this.#skewMs);
  }

  /** Runs a handler to its answer, its failure or its end. */
  run(handler: () => unknown, timeoutMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const cancel = this.outside.scheduler.after(timeoutMs, () => this.#die(), 'function timed out');
      const finish = (outcome: Outcome) => {
        cancel();
        this.#hasReturned = true;
        resolve(outcome);
      };
      this.#die = () => {
        this.#isDead = true;
        finish({ kind: 'crashed' });
      };
      running.run(this, async () => {
        try {
          const value = await handler();
          if (!this.#isDead) finish({ kind: 'answered', value });
        } catch {
          if (!this.#isDead) finish({ kind: 'failed' });
        }
      });
    });
  }

  /** One call to the outside: there, its effect, and back. The run may die before the effect or after it. */
  async call<Result>(label: string, effect: () => Result | Promise<Result>): Promise<Result> {
    const { faults, dice } = this.outside;
    await this.park(label, faults.happens('store call slow') ? slowly : onTheWay);
    if (faults.happens('function crashed')) {
      if (dice.chance(0.5)) await (async () => effect())().catch(() => undefined);
      this.#die();
      return never;
    }
    try {
      return await effect();
    } finally {
      // Answers overtake one another too.
      if (dice.chance(0.3)) await this.park(`${label} (answer)`, onTheWay);
      if (this.#isDead) await never;
    }
  }

  /** Waits as long as the run lives; what it did not await is frozen when it has returned, and may be thawed with the next event, or never. */
  async park(label: string, span: Span): Promise<void> {
    const { scheduler, dice } = this.outside;
    await scheduler.step(label, span);
    if (this.#isDead) await never;
    if (!this.#hasReturned) return;
    if (dice.chance(0.5)) await never;
    await scheduler.sleep(dice.between(10, 60_000));
  }
}
