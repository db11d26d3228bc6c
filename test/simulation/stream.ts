import { marshall } from '@aws-sdk/util-dynamodb';
import type { FunctionName } from './functions.ts';
import type { Outcome } from './invocation.ts';
import type { Item } from './store/expressions.ts';
import type { ItemChange } from './store/store.ts';
import type { World } from './world.ts';

/** As `lib/waiting-area-stack.ts` configures the mapping to board-updates. */
const batchSize = 100;
const mostRetries = 10;

interface Entry {
  readonly sequence: string;
  readonly change: ItemChange;
}

/** The Callers' stream and its mapping to one function: changes in order, at least once, in batches that are retried and bisected. */
export class Stream {
  /** Changes that were given up after all retries. */
  dropped = 0;
  readonly #world: World;
  readonly #consumer: FunctionName;
  readonly #waiting: Entry[] = [];
  #count = 0;
  #isPolling = false;

  constructor(world: World, consumer: FunctionName) {
    this.#world = world;
    this.#consumer = consumer;
  }

  push(change: ItemChange): void {
    this.#count += 1;
    this.#waiting.push({ sequence: String(this.#count), change });
    if (!this.#isPolling) void this.#poll();
  }

  async #poll(): Promise<void> {
    const { scheduler, faults } = this.#world;
    this.#isPolling = true;
    while (this.#waiting.length > 0) {
      await scheduler.step('stream', faults.happens('stream batch late') ? [1000, 8000] : [20, 300]);
      await this.#serve(this.#waiting.splice(0, batchSize), mostRetries);
    }
    this.#isPolling = false;
  }

  async #serve(batch: readonly Entry[], retries: number): Promise<void> {
    const outcome = await this.#world.invoke(this.#consumer, { Records: batch.map(recordOf) });
    const failed = firstFailed(outcome, batch);
    if (failed === undefined) {
      if (this.#world.faults.happens('stream batch repeated')) await this.#serve(batch, retries);
      return;
    }
    if (retries === 0) {
      this.dropped += batch.length;
      return;
    }
    await this.#world.scheduler.sleep(200 * 2 ** (mostRetries - retries));
    const rest = batch.slice(failed);
    const half = Math.ceil(rest.length / 2);
    await this.#serve(rest.slice(0, half), retries - 1);
    if (rest.length > half) await this.#serve(rest.slice(half), retries - 1);
  }
}

/** Where the batch is to be taken up again; undefined when all of it is done. */
const firstFailed = (outcome: Outcome, batch: readonly Entry[]): number | undefined => {
  if (outcome.kind !== 'answered') return 0;
  // What the handler returns (lambda/latest/dg/services-ddb-batchfailurereporting).
  const { batchItemFailures } = outcome.value as { batchItemFailures: { itemIdentifier: string }[] };
  const places = batchItemFailures.map(({ itemIdentifier }) => batch.findIndex(({ sequence }) => sequence === itemIdentifier));
  return places.length === 0 ? undefined : Math.min(...places);
};

const images = new WeakMap<Item, object>();

const imageOf = (item: Item): object => {
  const image = images.get(item) ?? marshall(item);
  images.set(item, image);
  return image;
};

const recordOf = ({ sequence, change: { before, after } }: Entry): object => {
  const { clinicId, callerId } = after ?? before ?? {};
  return {
    dynamodb: {
      SequenceNumber: sequence,
      Keys: { clinicId: { S: clinicId }, callerId: { S: callerId } },
      ...(before && { OldImage: imageOf(before) }),
      ...(after && { NewImage: imageOf(after) }),
    },
  };
};
