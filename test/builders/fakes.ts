import type { Delivery, Poster, WorkerJob } from '../../functions/core/ports.ts';
import type { ConnectionsTable, StaffConnection } from '../../functions/data/connections-table.ts';
import type { Written } from '../../functions/data/document-client.ts';
import type { Visit } from '../../functions/data/visit.ts';

/** A store of which a test gives the functions that it expects to be called; any other call fails the test. */
export const only = <Store extends object>(given: Partial<Store>): Store =>
  // What is missing throws as soon as it is asked for, so whoever holds this may take it for the whole store.
  new Proxy(given, {
    get(target, name) {
      if (!Reflect.has(target, name)) throw new Error(`${String(name)} was not expected to be called`);
      return Reflect.get(target, name);
    },
  }) as Store;

/** A write that took place: the new image. */
export const done = (image: Visit): Written<Visit> => ({ outcome: 'done', image });
/** A write whose condition refused it: the image that did, or none where there is no such item. */
export const refused = (image?: Visit): Written<Visit> => ({ outcome: 'refused', image });

/** A frame as JSON gives it back. */
type Sent = Record<string, unknown> & { readonly type: string };

/** Records what sockets are told. */
export interface FakePoster extends Poster {
  /** All posts that a socket took, in order. */
  readonly taken: readonly { readonly connectionId: string; readonly frame: string }[];
  /** What one socket took, parsed. */
  to(connectionId: string): Sent[];
  /** Sockets that were tried, taken or not. */
  readonly tried: readonly string[];
  readonly closed: readonly string[];
  /** What happened, in order: `post <id> <type>`, `close <id>`. */
  readonly journal: readonly string[];
}

/**
 * @param deliveries what a post to a socket comes to, where it is not `posted`
 * @param open what a look-up of a socket finds; any other is open
 */
export const aPoster = (
  deliveries: Readonly<Record<string, Delivery>> = {},
  open: Readonly<Record<string, boolean | undefined>> = {},
): FakePoster => {
  const taken: { connectionId: string; frame: string }[] = [];
  const tried: string[] = [];
  const closed: string[] = [];
  const journal: string[] = [];
  // Every frame of ours is an object with a type.
  const parse = (frame: string) => JSON.parse(frame) as Sent;
  return {
    taken,
    tried,
    closed,
    journal,
    to: (connectionId) => taken.filter((post) => post.connectionId === connectionId).map(({ frame }) => parse(frame)),
    async post(connectionId, frame) {
      tried.push(connectionId);
      const delivery = deliveries[connectionId] ?? 'posted';
      if (delivery === 'posted') {
        taken.push({ connectionId, frame });
        journal.push(`post ${connectionId} ${parse(frame).type}`);
      }
      return delivery;
    },
    async close(connectionId) {
      closed.push(connectionId);
      journal.push(`close ${connectionId}`);
    },
    isOpen: async (connectionId) => (connectionId in open ? open[connectionId] : true),
  };
};

/** Records the jobs that were handed to the worker. */
export const aWorker = () => {
  const jobs: WorkerJob[] = [];
  return {
    jobs,
    startWorker: async (job: WorkerJob) => {
      jobs.push(job);
    },
  };
};

/** Dashboards in memory, with the two operations that deliveries need. */
export const someDashboards = (...open: StaffConnection[]) => {
  const connections = new Map(open.map((connection) => [connection.connectionId, connection]));
  const store = only<ConnectionsTable>({
    ofClinic: async (clinicId) => [...connections.values()].filter((connection) => connection.clinicId === clinicId),
    put: async (connection) => {
      connections.set(connection.connectionId, connection);
    },
    remove: async (clinicId, connectionId) => {
      if (connections.get(connectionId)?.clinicId === clinicId) connections.delete(connectionId);
    },
  });
  return Object.assign({ store }, { ids: () => [...connections.keys()] });
};

/** Ids `id-1`, `id-2`, … */
export const countedIds = () => {
  let count = 0;
  return () => {
    count += 1;
    return `id-${count}`;
  };
};

/** Secrets of 43 characters, counted. */
export const countedSecrets = () => {
  let count = 0;
  return () => {
    count += 1;
    return `secret-${count}-`.padEnd(43, 'x');
  };
};
