import { randomUUID } from 'node:crypto';

export interface QueuedMessage {
  readonly messageId: string;
  readonly sentAt: string;
  readonly body: unknown;
}

/** The template's SQS queues, as far as on-failure destinations need them: kept in memory, listed at the control endpoint. */
export interface Queues {
  /** @throws when the ARN is no queue of the template. */
  send(arn: string, body: unknown): void;
  list(): Record<string, readonly QueuedMessage[]>;
  /** Takes a message away; false when the queue of that name does not hold it. */
  remove(name: string, messageId: string): boolean;
}

export const createQueues = (arns: readonly string[]): Queues => {
  const queues = new Map<string, QueuedMessage[]>(arns.map((arn) => [arn, []]));
  return {
    send: (arn, body) => {
      const queue = queues.get(arn);
      if (queue === undefined) throw new Error(`The local stack knows queues as destinations only, not ${arn}`);
      queue.push({ messageId: randomUUID(), sentAt: new Date().toISOString(), body });
    },
    list: () => Object.fromEntries([...queues].map(([arn, messages]) => [nameOf(arn), messages])),
    remove: (name, messageId) => {
      const messages = [...queues].find(([arn]) => nameOf(arn) === name)?.[1] ?? [];
      const at = messages.findIndex((message) => message.messageId === messageId);
      if (at >= 0) messages.splice(at, 1);
      return at >= 0;
    },
  };
};

const nameOf = (arn: string): string => arn.split(':').at(-1) ?? arn;
