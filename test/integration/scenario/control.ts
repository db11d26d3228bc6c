import type { Endpoints } from '../../../local/endpoints.ts';
import type { Faults } from '../../../local/gateway/connection.ts';
import { endpointsOfTests } from './endpoints.ts';
import { eventually } from './eventually.ts';

/** An open socket, as the gateway knows it. */
export interface OpenConnection {
  readonly connectionId: string;
  readonly authorizer: { readonly clinicId: string; readonly callerId?: string; readonly userId?: string };
}

/** The local stack's control endpoint: what tests may do to a gateway, and see of it. */
export class Control {
  readonly #url: string;

  constructor({ control }: Pick<Endpoints, 'control'> = endpointsOfTests()) {
    this.#url = control;
  }

  /** The open sockets of a caller or a member, the oldest first. */
  async connectionsOf(who: { readonly callerId: string } | { readonly userId: string }): Promise<string[]> {
    // local/control.ts answers it so, in the order the sockets were opened.
    const { connections } = (await this.#send('GET', '/connections')) as { connections: OpenConnection[] };
    return connections
      .filter(({ authorizer }) => ('callerId' in who ? authorizer.callerId === who.callerId : authorizer.userId === who.userId))
      .map(({ connectionId }) => connectionId);
  }

  /** The one open socket of a caller or a member. */
  connectionOf(who: { readonly callerId: string } | { readonly userId: string }): Promise<string> {
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
