import type { Message } from '../protocol/objects.ts';

/**
 * One conversation, put together from frames that may come twice or out of order: each message is applied exactly once, in the
 * order of `seq`. What came too early waits until the gap before it is filled.
 */
export class Thread {
  readonly #messages: Message[] = [];
  readonly #early = new Map<number, Message>();

  /** All that is applied: `seq` 1, 2, 3 … */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** The highest `seq` that is applied. */
  get appliedSeq(): number {
    return this.#messages.length;
  }

  /** Something came whose predecessor has not. */
  get hasGap(): boolean {
    return this.#early.size > 0;
  }

  /** Takes messages in; answers those that were applied by it, in order. */
  add(messages: readonly Message[]): Message[] {
    for (const message of messages) if (message.seq > this.appliedSeq) this.#early.set(message.seq, message);
    const applied: Message[] = [];
    for (;;) {
      const next = this.#early.get(this.appliedSeq + 1);
      if (next === undefined) return applied;
      this.#early.delete(next.seq);
      this.#messages.push(next);
      applied.push(next);
    }
  }
}
