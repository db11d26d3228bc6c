import { GoneException } from '@aws-sdk/client-apigatewaymanagementapi';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { hashOf } from '../../functions/core/secrets.ts';
import { createTicketsTable } from '../../functions/data/tickets-table.ts';
import { aCaller, broadcasted, notified, wrote } from '../builders/a-caller.ts';
import { aClinic, aMember, anAdministrator } from '../builders/a-clinic.ts';
import { morning } from '../builders/times.ts';
import { Dice } from '../simulation/dice.ts';
import { Faults } from '../simulation/faults.ts';
import type { Invocation, Outside } from '../simulation/invocation.ts';
import { Scheduler } from '../simulation/scheduler.ts';
import { type ItemChange, Store } from '../simulation/store/store.ts';
import { tableNames, tableShapes } from '../simulation/store/tables.ts';
import type { Person } from './inputs.ts';
import { requireStorable } from './require-storable.ts';

const secretOf = (letter: string) => letter.repeat(43);
export const secrets = { callerToken: secretOf('t'), ticket: `${secretOf('k')}demo`, invitation: `${secretOf('i')}demo` } as const;

/** Whose socket it is, as the authorizer said when it opened. */
export const socketOf: Readonly<Record<Person, { connectionId: string; owner: Readonly<Record<string, string>> }>> = {
  administrator: { connectionId: 'd-admin', owner: { kind: 'staff', clinicId: 'demo', userId: 'admin' } },
  member: { connectionId: 'd-clerk', owner: { kind: 'staff', clinicId: 'demo', userId: 'clerk' } },
  stranger: { connectionId: 'd-stranger', owner: { kind: 'staff', clinicId: 'demo', userId: 'stranger' } },
  caller: { connectionId: 'c-sue', owner: { kind: 'caller', clinicId: 'demo', callerId: 'sue' } },
  'offline caller': { connectionId: 'c-tom', owner: { kind: 'caller', clinicId: 'demo', callerId: 'tom' } },
  'ended caller': { connectionId: 'c-eve', owner: { kind: 'caller', clinicId: 'demo', callerId: 'eve' } },
  'erased caller': { connectionId: 'c-gone', owner: { kind: 'caller', clinicId: 'demo', callerId: 'gone' } },
};

const sue = aCaller('sue')
  .with({ tokenHash: hashOf(secrets.callerToken) })
  .online('c-sue')
  .withMessages(notified('The doctor is late'), wrote('How late?'), broadcasted('b1', 'Thank you for waiting'));

const items = {
  [tableNames.clinics]: [
    { ...aClinic({ guestMessages: true, administratorCount: 1 }), item: 'profile' },
    { clinicId: 'demo', item: 'member#admin', ...anAdministrator() },
    { clinicId: 'demo', item: 'member#clerk', ...aMember() },
    {
      clinicId: 'demo',
      item: `invitation#${hashOf(secretOf('i'))}`,
      name: 'Nina New',
      role: 'member',
      answersMessages: true,
      invitedBy: 'admin',
      expiresAtSeconds: morning / 1000 + 3600,
    },
    { ...aClinic({ clinicId: 'other', name: 'Other Clinic' }), item: 'profile' },
    { clinicId: 'other', item: 'member#foreign-admin', ...anAdministrator({ userId: 'foreign-admin' }) },
  ],
  [tableNames.callers]: [
    sue.build(),
    aCaller('tom').offline().build(),
    aCaller('eve').withMessages(wrote('Bye')).ended().build(),
    aCaller('foreigner', 'other').online('c-foreigner').build(),
  ],
  [tableNames.connections]: [{ clinicId: 'demo', connectionId: 'd-admin', userId: 'admin', expiresAtSeconds: morning / 1000 + 3600 }],
  [tableNames.broadcasts]: [
    {
      clinicId: 'demo',
      item: 'b1/job',
      broadcastId: 'b1',
      text: 'Thank you for waiting',
      requestedBy: 'admin',
      senderName: 'Ada Admin',
      requestedAt: morning,
      state: 'finished',
      expiresAtSeconds: morning / 1000 + 3600,
    },
  ],
};

/** Nothing takes time: a call to the outside is answered at once. */
class NoWaiting extends Scheduler {
  override after(): () => void {
    return () => {};
  }
  override step(): Promise<void> {
    return Promise.resolve();
  }
}

/** A small clinic with its store and sockets, as functions meet them, put back as it was whenever something has changed it. */
export class Clinic implements Outside {
  readonly dice = new Dice(1);
  readonly faults = Faults.none(this.dice);
  readonly scheduler = new NoWaiting(this.dice);
  /** What changed in the store since the last look. */
  changes: ItemChange[] = [];
  /** Frames posted since the last look. */
  posted: string[] = [];
  /** Events for the worker since the last look. */
  jobs: string[] = [];
  store = new Store({ tables: tableShapes, now: () => 0, onChange: (change) => this.changes.push(change) });
  #isTouched = true;
  #ids = 0;

  /** As it was in the beginning. */
  async restore(): Promise<void> {
    if (this.#isTouched || this.changes.length > 0) {
      this.store = new Store({ tables: tableShapes, now: () => 0, onChange: (change) => this.changes.push(change) });
      for (const [table, all] of Object.entries(items))
        for (const item of all) this.store.execute(new PutCommand({ TableName: table, Item: item }));
      // The table modules send commands and nothing else.
      const client = { send: async (command: unknown) => this.store.execute(command) } as unknown as DynamoDBDocumentClient;
      const tickets = createTicketsTable(client, tableNames.tickets);
      await tickets.put('demo', hashOf(secretOf('k')), { kind: 'caller', callerId: 'sue' }, morning + 30_000);
    }
    this.#isTouched = false;
    this.look();
  }

  /** Forgets what was noted until now, but not that something changed. */
  look(): void {
    this.#isTouched ||= this.changes.length > 0;
    this.changes = [];
    this.posted = [];
    this.jobs = [];
  }

  now(): number {
    return morning;
  }

  newId(): string {
    this.#ids += 1;
    return `new-${this.#ids}`;
  }

  async runCommand(_: Invocation, command: unknown): Promise<object> {
    requireStorable(command);
    return this.store.execute(command);
  }

  async management(_: Invocation, command: unknown): Promise<object> {
    // Every command of the management client names a connection.
    const { ConnectionId, Data } = (command as { input: { ConnectionId?: string; Data?: unknown } }).input;
    if (ConnectionId !== 'c-sue' && ConnectionId !== 'd-admin') {
      throw new GoneException({ $metadata: { httpStatusCode: 410 }, message: 'gone' });
    }
    if (Data !== undefined) this.posted.push(String(Data));
    return {};
  }

  invokeLater(payload: string): void {
    this.jobs.push(payload);
  }
}
