import type { Endpoints } from '../../../local/endpoints.ts';
import type { Faults } from '../../../local/gateway/connection.ts';
import type { QueuedMessage } from '../../../local/lambda/queues.ts';
import { endpointsOfTests } from './endpoints.ts';
import { eventually } from './eventually.ts';

/** An open socket, as the gateway knows it. */
export interface OpenConnection {
  readonly connectionId: string;
  readonly postAttempts: number;
  readonly authorizer: { readonly clinicId: string; readonly callerId?: string; readonly userId?: string };
}

type Owner = { readonly callerId: string } | { readonly userId: string };

/** The local stack's control endpoint: what tests may do to a gateway, and see of it. */
export class Control {
  readonly #url: string;

  constructor({ control }: Pick<Endpoints, 'control'> = endpointsOfTests()) {
    this.#url = control;
  }

  /** The open sockets of a caller or a member, the oldest first. */
  async connectionsOf(who: Owner): Promise<string[]> {
    return (await this.#opened(who)).map(({ connectionId }) => connectionId);
  }

  /** How often somebody tried to post to the open sockets of a caller or a member, as the gateway counted. */
  async postAttemptsTo(who: Owner): Promise<number> {
    return (await this.#opened(who)).reduce((sum, { postAttempts }) => sum + postAttempts, 0);
  }

  async #opened(who: Owner): Promise<OpenConnection[]> {
    // local/control.ts answers it so, in the order the sockets were opened.
    const { connections } = (await this.#send('GET', '/connections')) as { connections: OpenConnection[] };
    return connections.filter(({ authorizer }) =>
      'callerId' in who ? authorizer.callerId === who.callerId : authorizer.userId === who.userId,
    );
  }

  /** The one open socket of a caller or a member. */
  connectionOf(who: Owner): Promise<string> {
    return eventually(async () => {
      const [connectionId, ...others] = await this.connectionsOf(who);
      if (connectionId === undefined || others.length > 0) throw new Error(`${1 + others.length} sockets, not one`);
      return connectionId;
    });
  }

  /** From now on the gateway does this wrongly for one socket; `{}`: nothing. */
  async fault(connectionId: string, faults: Faults): Promise<void> {
    await this.#send('POST', '/faults', { connectionId, ...faults });
  }

  /** From now on the gateway does this wrongly for every socket. */
  async faultEverywhere(faults: Faults): Promise<void> {
    await this.#send('POST', '/faults', faults);
  }

  /** The functions' next requests to a table are refused as throttled. */
  async throttle(table: string, times: number | true): Promise<void> {
    await this.#send('POST', '/faults/tables', { table, throttled: times });
  }

  /** So many environments of a function die after their next write, before they learn that it succeeded. */
  async killAfterWrite(functionName: string, times: number): Promise<void> {
    await this.#send('POST', '/faults/functions', { function: functionName, killedAfterWrite: times });
  }

  /** Events that come at least once come twice from now on. */
  async double(events: { readonly asynchronous?: 'doubled'; readonly streams?: 'doubled' }): Promise<void> {
    await this.#send('POST', '/faults/events', events);
  }

  async clearFaults(): Promise<void> {
    await this.#send('DELETE', '/faults');
  }

  /** The dead letters of a queue whose name holds this, the oldest first. */
  async deadLetters(queue: string): Promise<readonly QueuedMessage[]> {
    // local/control.ts answers it so.
    const { queues } = (await this.#send('GET', '/queues')) as { queues: Record<string, readonly QueuedMessage[]> };
    return Object.entries(queues).flatMap(([name, messages]) => (name.includes(queue) ? messages : []));
  }

  /** Runs every schedule now and waits until all is done. */
  async runSchedules(): Promise<void> {
    // local/control.ts answers it so.
    const { schedules } = (await this.#send('POST', '/schedules/run')) as { schedules: { name: string; succeeded: boolean }[] };
    const failed = schedules.filter(({ succeeded }) => !succeeded);
    if (schedules.length === 0 || failed.length > 0) throw new Error(`schedules failed: ${JSON.stringify(schedules)}`);
  }

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.#url + path, { method, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
