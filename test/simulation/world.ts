import { DeleteConnectionCommand, GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import type { BroadcastJob } from '../../functions/data/broadcasts-table.ts';
import type { Visit } from '../../functions/data/visit.ts';
import { beyond } from '../builders/reach.ts';
import type { Dice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { FunctionName, Functions } from './functions.ts';
import { Gateway } from './gateway.ts';
import type { Invocation, Outcome, Outside } from './invocation.ts';
import { Scheduler, type Span } from './scheduler.ts';
import { type ItemChange, mostLagMs, Store } from './store/store.ts';
import { tableNames, tableShapes } from './store/tables.ts';
import { Stream } from './stream.ts';

const beginning = Date.UTC(2026, 10, 23, 8);

/** What one change of a visit meant, for the checker. */
export interface VisitStep {
  /** Virtual ms. */
  readonly at: number;
  readonly callerId: string;
  readonly before: Visit | undefined;
  readonly after: Visit | undefined;
}

export interface WorldOptions {
  readonly dice: Dice;
  readonly faults: Faults;
  readonly functions: Functions;
  readonly trace?: ((line: string) => void) | undefined;
}

/** AWS, as the functions and clients meet it: store, gateway, invocations, stream and schedule, all on one virtual clock. */
export class World implements Outside {
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly faults: Faults;
  readonly store: Store;
  readonly gateway: Gateway;
  readonly stream: Stream;
  readonly auditStream: Stream;
  readonly trace: ((line: string) => void) | undefined;
  /** Promises seen broken while the history ran. */
  readonly breaches: string[] = [];
  readonly visitSteps: VisitStep[] = [];
  /** When each broadcast's job was stored and finished, virtual ms. */
  readonly broadcastTimes = new Map<string, { createdAt: number; finishedAt?: number }>();
  #deadJobs: string[] = [];
  readonly #functions: Functions;
  #ids = 0;

  constructor({ dice, faults, functions, trace }: WorldOptions) {
    this.dice = dice;
    this.faults = faults;
    this.#functions = functions;
    this.scheduler = new Scheduler(dice);
    this.trace = trace && ((line) => trace(`${(this.scheduler.now / 1000).toFixed(3).padStart(9)}  ${line}`));
    this.store = new Store({ tables: tableShapes, now: () => this.scheduler.now, onChange: (change) => this.#changed(change) });
    this.gateway = new Gateway(this);
    this.stream = new Stream(this, 'board-updates');
    this.auditStream = new Stream(this, 'audit');
  }

  now(): number {
    return beginning + this.scheduler.now;
  }

  newId(kind = 'id'): string {
    this.#ids += 1;
    return `${kind}-${this.#ids}`;
  }

  async invoke(name: FunctionName, event: unknown): Promise<Outcome> {
    const outcome = await this.#functions.invoke(this, name, event);
    if (outcome.kind === 'crashed') this.trace?.(`${name} crashed`);
    if (outcome.kind === 'failed') this.trace?.(`${name} failed`);
    return outcome;
  }

  /** A command of a function, with all that the SDK does about it. */
  async runCommand(invocation: Invocation, command: unknown): Promise<object> {
    const { faults, store, dice } = this;
    const label = `store: ${labelOf(command)}`;
    if (invocation.clinicIds)
      this.breaches.push(...beyond(command, invocation.clinicIds).map((what) => `an event of one clinic made ${what}`));
    const sight = {
      ...(faults.happens('index or read behind') && { lagMs: dice.between(1, mostLagMs) }),
      ...(faults.happens('query page cut short') && { mostItems: 1 }),
    };
    const execute = () => store.execute(command, sight);
    if (faults.happens('store throttled')) {
      return invocation.call(label, () => {
        throw Object.assign(new Error('throttled'), { name: 'ProvisionedThroughputExceededException', $metadata: { httpStatusCode: 400 } });
      });
    }
    if (faults.happens('store timed out, nothing done')) {
      return invocation.call(label, async () => {
        await invocation.park(`${label} (no answer)`, severalTries);
        throw timeout();
      });
    }
    if (faults.happens('store timed out, but done')) {
      return invocation.call(label, async () => {
        await (async () => execute())().catch(() => undefined);
        await invocation.park(`${label} (no answer)`, severalTries);
        throw timeout();
      });
    }
    if (faults.happens('store call repeated by the SDK after a lost answer')) {
      return invocation.call(label, async () => {
        await (async () => execute())().catch(() => undefined);
        await invocation.park(`${label} (again)`, anotherTry);
        return execute();
      });
    }
    return invocation.call(label, execute);
  }

  management(invocation: Invocation, command: unknown): Promise<object> {
    if (command instanceof PostToConnectionCommand) {
      const { ConnectionId = '', Data } = command.input;
      return invocation.call('post', () => {
        // The poster posts text.
        this.gateway.post(ConnectionId, String(Data));
        return {};
      });
    }
    if (command instanceof DeleteConnectionCommand) {
      return invocation.call('close', () => {
        this.gateway.close(command.input.ConnectionId ?? '');
        return {};
      });
    }
    if (command instanceof GetConnectionCommand) {
      return invocation.call('look up', () => {
        if (this.gateway.isOpen(command.input.ConnectionId ?? '')) return {};
        throw Object.assign(new Error('gone'), { $metadata: { httpStatusCode: 410 } });
      });
    }
    throw new Error(`the model knows no ${(command as object).constructor.name}`);
  }

  /** Lambda keeps the event, runs it at least once, retries twice after a failure, and then dead-letters it. */
  invokeLater(payload: string): void {
    const runs = this.faults.happens('worker invoked twice') ? 2 : 1;
    for (let run = 0; run < runs; run += 1) void this.#runLater(payload);
  }

  async #runLater(payload: string): Promise<void> {
    await this.scheduler.step('worker', this.faults.happens('worker invoked late') ? [1000, 20_000] : [5, 100]);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (attempt > 0) await this.scheduler.sleep(60_000 * attempt);
      const outcome = await this.invoke('broadcast', JSON.parse(payload));
      if (outcome.kind === 'answered') return;
    }
    this.#deadJobs.push(payload);
  }

  /** An operator sends the dead letters again. */
  redrive(): void {
    const payloads = this.#deadJobs;
    this.#deadJobs = [];
    for (const payload of payloads) this.invokeLater(payload);
  }

  /** Runs the deadlines worker every minute from now on. */
  startSchedule(): void {
    this.scheduler.after(60_000, () => {
      this.startSchedule();
      const runs = this.faults.happens('deadlines run twice') ? 2 : 1;
      for (let run = 0; run < runs; run += 1) {
        const lateMs = this.faults.happens('deadlines run late') ? this.dice.between(1000, 90_000) : 0;
        this.scheduler.after(lateMs, () => void this.invoke('deadlines', {}));
      }
    });
  }

  /** An answer that must never be given. */
  watchAnswer(request: string, answer: string): void {
    if (answer.includes('"code":"internal"')) this.breaches.push(`a request was answered "internal": ${request.slice(0, 200)}`);
  }

  #changed(change: ItemChange): void {
    if (change.table === tableNames.callers) {
      // Only the Callers table's module writes there.
      const [before, after] = [change.before as Visit | undefined, change.after as Visit | undefined];
      const callerId = (after ?? before)?.callerId ?? '';
      this.visitSteps.push({ at: this.scheduler.now, callerId, before, after });
      this.#watchConnections(before, after);
      this.stream.push(change);
      this.auditStream.push(change);
    }
    if (change.table === tableNames.broadcasts && change.after?.state !== undefined) {
      // Only jobs have a state.
      const { broadcastId, state } = change.after as unknown as BroadcastJob;
      const times = this.broadcastTimes.get(broadcastId) ?? { createdAt: this.scheduler.now };
      this.broadcastTimes.set(broadcastId, times);
      if (state === 'finished') times.finishedAt ??= this.scheduler.now;
    }
  }

  /** A socket leaves a visit when it is gone, or when it is the oldest of too many; the end of a visit takes all. */
  #watchConnections(before: Visit | undefined, after: Visit | undefined): void {
    if (!before || !after || after.status === 'ended') return;
    const removed = Object.keys(before.connections).filter((id) => !after.connections[id]);
    for (const id of removed) {
      if (!this.gateway.isOpen(id)) continue;
      const at = before.connections[id]?.at ?? 0;
      const isReplaced = Object.keys(after.connections).length === Object.keys(before.connections).length;
      const isOldest = Object.values(before.connections).every((other) => other.at >= at);
      if (!isReplaced || !isOldest) this.breaches.push(`${id} was taken off ${before.callerId} while it was open`);
    }
  }
}

/** Three attempts of 3 s each (`functions/data/document-client.ts`). */
const severalTries: Span = [6000, 9100];
const anotherTry: Span = [50, 3100];

const timeout = () => Object.assign(new Error('no answer'), { name: 'TimeoutError' });

const labelOf = (command: unknown): string => {
  // Every command of the document client has an input with a table, but for transactions.
  const { input } = command as { input: { TableName?: string } };
  return `${(command as object).constructor.name.replace('Command', '')} ${input.TableName?.replace('Table', '') ?? ''}`;
};
