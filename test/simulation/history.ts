import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { WaitingAreaClient } from '../../client/waiting-area-client.ts';
import type { ChainedEvent } from '../../functions/data/audit-chain.ts';
import type { BroadcastJob, BroadcastRecord, OutcomeShard } from '../../functions/data/broadcasts-table.ts';
import { type ClinicProfile, createClinicsTable } from '../../functions/data/clinics-table.ts';
import type { Visit } from '../../functions/data/visit.ts';
import type { Status } from '../../protocol/objects.ts';
import { check } from './checker.ts';
import { Device } from './device.ts';
import { Dice } from './dice.ts';
import type { Evidence } from './evidence.ts';
import { type Fault, Faults } from './faults.ts';
import type { Functions } from './functions.ts';
import { apiUrl, CallerPerson, clinicId, StaffPerson } from './people.ts';
import { tableNames } from './store/tables.ts';
import { World } from './world.ts';

/** What one history came to. */
export interface Verdict {
  readonly seed: number;
  /** The promises that it broke; none is good. */
  readonly breaches: readonly string[];
  readonly faults: ReadonlyMap<Fault, number>;
  /** What people did, by kind. */
  readonly deeds: ReadonlyMap<string, number>;
  /** Events that the scheduler ran. */
  readonly steps: number;
}

const minuteMs = 60_000;

/** Clients repeat resume and subscribe within 5 min, silent sockets are looked up after 12, and what was not acknowledged is posted again for 10. */
const healingMinutes = 16;

/** Runs one whole history: a clinic, its people, what they do and what goes wrong, and the time in which all is repaired; then judges it. */
export const runHistory = async (seed: number, functions: Functions, trace?: (line: string) => void): Promise<Verdict> => {
  const dice = new Dice(seed);
  const world = new World({ dice, faults: Faults.mixed(dice), functions, trace });
  const history = new History(world);
  try {
    await history.begin();
    await history.live();
    await history.heal();
  } catch (error) {
    world.breaches.push(`the history broke off: ${error instanceof Error ? error.stack : String(error)}`);
  }
  return {
    seed,
    breaches: check(evidenceOf(world, history.callers, history.staff)),
    faults: world.faults.counts,
    deeds: history.deeds,
    steps: world.scheduler.steps,
  };
};

/** Stores the clinic and its members as an operator made them, before anything goes wrong. */
export const foundClinic = async (world: World, members: readonly string[], guestMessages: boolean): Promise<void> => {
  // The table modules send commands and nothing else.
  const client = { send: async (command: unknown) => world.store.execute(command) } as unknown as DynamoDBDocumentClient;
  const clinics = createClinicsTable(client, tableNames.clinics);
  const [first = '', ...others] = members;
  const profile = {
    clinicId,
    name: 'Demo Clinic',
    languages: ['en'],
    entryFields: [],
    guestMessages,
    expectationText: '',
    waitingThresholdMinutes: 30,
    unansweredAfterMinutes: 5,
    retentionDays: 7,
  };
  await clinics.create(profile, { userId: first, name: 'Ada', role: 'administrator', answersMessages: true });
  for (const userId of others)
    await clinics.putMember(clinicId, { userId, name: 'Cleo', role: 'member', answersMessages: world.dice.chance(0.5) }, undefined);
};

/** A person checks in, again and again until they are in. */
export const arrive = async (world: World, name: string): Promise<CallerPerson> => {
  const client = new WaitingAreaClient({ url: apiUrl, platform: new Device(world, `${name} at the door`) });
  for (;;) {
    try {
      const { callerId, callerToken } = await client.checkIn(clinicId, { name });
      return new CallerPerson(world, name, { clinicId, callerId, callerToken });
    } catch {
      await world.scheduler.sleep(2000);
    }
  }
};

/** Everything that is stored and shown, as the checker wants it. */
export const evidenceOf = (world: World, callers: readonly CallerPerson[], staff: readonly StaffPerson[]): Evidence => {
  const records = new Map<string, { job?: BroadcastJob; shards: OutcomeShard[] }>();
  for (const item of world.store.all(tableNames.broadcasts)) {
    const id = String(item.item).split('/')[0] ?? '';
    const record = records.get(id) ?? { shards: [] };
    records.set(id, record);
    // Only the Broadcasts table's module writes there; only jobs have a state.
    if (item.state === undefined) record.shards.push(item as OutcomeShard);
    else record.job = item as unknown as BroadcastJob;
  }
  return {
    // The clinic's profile is there from the beginning.
    clinic: world.store.all(tableNames.clinics).find(({ item }) => item === 'profile') as unknown as ClinicProfile,
    // Only the Callers table's module writes there.
    visits: world.store.all(tableNames.callers) as unknown as Visit[],
    visitSteps: world.visitSteps,
    broadcasts: [...records.values()].flatMap(({ job, shards }): BroadcastRecord[] => (job ? [{ job, shards }] : [])),
    broadcastTimes: world.broadcastTimes,
    sends: [...callers, ...staff].flatMap(({ sends }) => sends),
    pages: callers.flatMap((caller) => caller.evidence()),
    dashboards: staff.flatMap((person) => person.evidence()),
    isAlive: (connectionId) => world.gateway.isAlive(connectionId),
    droppedChanges: world.stream.dropped,
    breaches: world.breaches,
    // Only the Audit table's module writes there.
    audit: world.store.all(tableNames.audit) as unknown as ChainedEvent[],
    droppedAudit: world.auditStream.dropped,
  };
};

/** A deployment in mid-history: what is stored lacks the attributes that came with this version (optional in `Visit` and `ClinicProfile`). */
const takeAwayWhatIsNew = ({ store }: World): void => {
  for (const { clinicId, callerId } of store.all(tableNames.callers)) {
    const where = { TableName: tableNames.callers, Key: { clinicId, callerId } };
    store.execute(new UpdateCommand({ ...where, UpdateExpression: 'REMOVE deadlines.disconnectedAt' }));
  }
  store.execute(
    new UpdateCommand({
      TableName: tableNames.clinics,
      Key: { clinicId, item: 'profile' },
      UpdateExpression: 'REMOVE endOfflineAfterMinutes',
    }),
  );
};

/** All that people may do, each so often for one `erase`. */
const deeds = {
  'caller writes': 24,
  'caller reads': 10,
  'caller reloads': 6,
  'caller reloads often': 1,
  'caller closes the page': 2,
  'caller sleeps': 3,
  'caller is in a tunnel': 3,
  'caller loses the socket': 4,
  'caller leaves': 1,
  'staff notifies': 24,
  'staff broadcasts': 8,
  'staff broadcasts while someone moves': 4,
  'staff sets a status': 8,
  'staff ends a visit': 2,
  'staff undoes an end': 2,
  'staff opens a thread': 6,
  'staff closes a thread': 2,
  'staff reads': 6,
  'staff turns guest messages': 3,
  'staff turns one caller’s messages': 2,
  'staff sends again': 5,
  'staff reloads': 2,
  'staff sleeps': 1,
  'staff is in a tunnel': 2,
  'staff loses the socket': 3,
  erase: 1,
  'the version before has written every visit': 1,
} as const;
type Deed = keyof typeof deeds;
const urn = Object.entries(deeds).flatMap(([deed, times]) => Array.from({ length: times }, () => deed as Deed));

const pauses = [
  [0, 50],
  [0, 50],
  [0, 50],
  [50, 2000],
  [50, 2000],
  [2000, 20_000],
] as const;
const longPauses = [
  [20_000, 90_000],
  [20_000, 90_000],
  [5 * minuteMs, 12 * minuteMs],
] as const;

class History {
  readonly callers: CallerPerson[] = [];
  readonly staff: StaffPerson[] = [];
  readonly deeds = new Map<string, number>();
  readonly #world: World;
  /** In some histories conversations take several pages, and grow full. */
  readonly #hasLongTexts: boolean;
  #texts = 0;

  constructor(world: World) {
    this.#world = world;
    this.#hasLongTexts = world.dice.chance(0.04);
  }

  async begin(): Promise<void> {
    const { dice, scheduler } = this.#world;
    const members = Array.from({ length: dice.between(1, 3) }, (_, index) => `staff-${index + 1}`);
    await foundClinic(this.#world, members, dice.chance(0.8));
    this.#world.startSchedule();
    for (const userId of members) this.staff.push(new StaffPerson(this.#world, userId));
    const arrivals = Array.from({ length: dice.between(1, 4) }, (_, index) => arrive(this.#world, `caller-${index + 1}`));
    this.callers.push(...(await scheduler.runUntilSettled(Promise.all(arrivals))));
  }

  async live(): Promise<void> {
    const { dice, scheduler } = this.#world;
    const actions = dice.between(4, 24) * (this.#hasLongTexts ? 3 : 1);
    // In a few histories sockets reach the end of their 2 h.
    const hasLongWait = dice.chance(0.005);
    for (let action = 0; action < actions; action += 1) {
      const [least, most] = dice.chance(0.06) ? dice.pick(longPauses) : dice.pick(pauses);
      await scheduler.runUntil(scheduler.now + dice.between(least, most));
      this.#do(dice.pick(urn));
    }
    if (hasLongWait) await scheduler.runUntil(scheduler.now + 125 * minuteMs);
  }

  /** Nothing goes wrong any more, everyone is back, and time passes. */
  async heal(): Promise<void> {
    const { scheduler, faults, trace } = this.#world;
    trace?.('--- faults end, everyone is back ---');
    faults.end();
    for (const { device, client } of [...this.callers, ...this.staff]) {
      device.leaveTunnel();
      device.wake();
      client.wake();
    }
    // A socket was seen by a clock that may have been ahead.
    const minutes = healingMinutes + Math.ceil(faults.mostSkewMs / minuteMs);
    for (let minute = 1; minute <= minutes; minute += 1) {
      for (const person of [...this.callers, ...this.staff]) person.retry();
      if (minute === 1 || minute === 3 || minute === 5) this.#lookAgain();
      if (minute === 2 || minute === 5) this.#world.redrive();
      await scheduler.runUntil(scheduler.now + minuteMs);
    }
  }

  /** A page that was closed is opened; one whose visit is over asks whether the clinic has undone the end. */
  #lookAgain(): void {
    for (const caller of this.callers) if (caller.hasEnded || caller.client.state === 'closed') caller.reload(false);
  }

  #do(deed: Deed): void {
    const { dice, trace } = this.#world;
    this.deeds.set(deed, (this.deeds.get(deed) ?? 0) + 1);
    const caller = dice.pick(this.callers);
    const staff = dice.pick(this.staff);
    const { callerId } = caller.visit;
    trace?.(`*** ${deed} (${caller.name}, ${staff.userId})`);
    const perform: Readonly<Record<Deed, () => void>> = {
      'caller writes': () => caller.write(this.#text()),
      'caller reads': () => caller.read(),
      'caller reloads': () => caller.reload(dice.chance(0.4)),
      'caller reloads often': () => {
        for (let time = 0; time < 7; time += 1) this.#later(dice.between(0, 4000), () => caller.reload(dice.chance(0.8)));
      },
      'caller closes the page': () => caller.close(dice.chance(0.4)),
      'caller sleeps': () => this.#sleep(caller),
      'caller is in a tunnel': () => this.#tunnel(caller),
      'caller loses the socket': () => caller.device.cutSockets(),
      'caller leaves': () => caller.leave(),
      'staff notifies': () => staff.notify(callerId, this.#text()),
      'staff broadcasts': () => staff.broadcast({ text: this.#text(), ...this.#audience() }),
      'staff broadcasts while someone moves': () => {
        const status = staff.client.callers.get(callerId)?.status ?? 'waiting';
        staff.broadcast({ text: this.#text(), ...dice.pick([this.#audience(), { filter: { statuses: [status] } }]) });
        this.#later(dice.between(0, 110), () =>
          staff.setStatus(callerId, dice.pick(['being-seen', 'on-hold', 'ended'] satisfies Status[])),
        );
      },
      'staff sets a status': () => staff.setStatus(callerId, dice.pick(['waiting', 'being-seen', 'on-hold'] satisfies Status[])),
      'staff ends a visit': () => staff.setStatus(callerId, 'ended'),
      'staff undoes an end': () => staff.setStatus(callerId, 'waiting'),
      'staff opens a thread': () => staff.openThread(callerId),
      'staff closes a thread': () => staff.closeThread(callerId),
      'staff reads': () => staff.markRead(callerId, dice.between(1, Math.max(1, staff.client.callers.get(callerId)?.messageCount ?? 1))),
      'staff turns guest messages': () => staff.changeSettings({ guestMessages: dice.chance(0.7) }),
      'staff turns one caller’s messages': () => staff.switchCaller(callerId, dice.pick([true, false, null])),
      'staff sends again': () => staff.retry(),
      'staff reloads': () => staff.reload(dice.chance(0.4)),
      'staff sleeps': () => this.#sleep(staff),
      'staff is in a tunnel': () => this.#tunnel(staff),
      'staff loses the socket': () => staff.device.cutSockets(),
      erase: () => this.staff[0]?.erase(callerId),
      'the version before has written every visit': () => takeAwayWhatIsNew(this.#world),
    };
    perform[deed]();
  }

  #sleep({ device, client }: CallerPerson | StaffPerson): void {
    device.sleep();
    this.#later(this.#world.dice.pick([5000, 60_000, 11 * minuteMs]), () => {
      device.wake();
      client.wake();
    });
  }

  #tunnel({ device, client }: CallerPerson | StaffPerson): void {
    const { dice } = this.#world;
    device.enterTunnel(dice.chance(0.5));
    this.#later(dice.pick([1000, 15_000, 120_000]), () => {
      device.leaveTunnel();
      if (dice.chance(0.5)) client.wake();
    });
  }

  #later(ms: number, run: () => void): void {
    this.#world.scheduler.after(ms, run);
  }

  #audience() {
    const { dice } = this.#world;
    return dice.pick([
      {},
      {},
      { filter: {} },
      { filter: { statuses: ['waiting'] satisfies Status[] } },
      { filter: { statuses: ['waiting', 'being-seen'] satisfies Status[] } },
      { filter: { needsReply: true } },
      { filter: { online: true } },
      { callerIds: [dice.pick(this.callers).visit.callerId] },
    ]);
  }

  #text(): string {
    this.#texts += 1;
    return `text ${this.#texts}${this.#hasLongTexts ? ` ${'😀'.repeat(950)}` : ''}`;
  }
}
