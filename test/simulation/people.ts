import { CallerClient } from '../../client/caller.ts';
import { toError } from '../../client/errors.ts';
import type { BroadcastRequest, Visit } from '../../client/http.ts';
import { StaffClient } from '../../client/staff.ts';
import type { Broadcast, Message, Status } from '../../protocol/objects.ts';
import { Device } from './device.ts';
import type { DashboardEvidence, PageEvidence, Send } from './evidence.ts';
import type { World } from './world.ts';

export const clinicId = 'demo';
export const apiUrl = 'https://simulation.example';

/** After these nothing more is to be tried: it was done, or refused for good. Any other outcome is tried again with the same id. */
const isSettled = (outcome: Send['outcome']): boolean => {
  switch (outcome) {
    case 'ok':
    case 'guest-messages-off':
    case 'caller-ended':
    case 'conversation-full':
    case 'conflict':
    case 'not-found':
    case 'invalid-request':
      return true;
    default:
      return false;
  }
};

/** A promise whose failure is somebody else's matter. */
const quietly = (promise: Promise<unknown>): void => {
  promise.catch(() => {});
};

/** One waiting page, as loaded. */
interface Page {
  readonly device: Device;
  readonly client: CallerClient;
  readonly applied: Message[];
  readonly versions: number[];
  hasEnded: boolean;
  readSeq: number;
}

/** A person who waits: one visit, the page that shows it, and what they want to say. */
export class CallerPerson {
  readonly name: string;
  readonly visit: Visit;
  readonly sends: Send[] = [];
  readonly pages: Page[] = [];
  hasLeft = false;
  readonly #world: World;
  #page: Page;

  constructor(world: World, name: string, visit: Visit) {
    this.#world = world;
    this.name = name;
    this.visit = visit;
    this.#page = this.#load();
  }

  get device(): Device {
    return this.#page.device;
  }

  get client(): CallerClient {
    return this.#page.client;
  }

  get hasEnded(): boolean {
    return this.#page.hasEnded;
  }

  write(text: string): void {
    const send: Send = {
      kind: 'message',
      id: this.#world.newId('message'),
      callerId: this.visit.callerId,
      text,
      outcome: 'pending',
      saidAt: 0,
    };
    this.sends.push(send);
    this.#send(send);
  }

  /** What failed in passing, or was cut off by a reload, is sent again with the same id, as the page does. */
  retry(): void {
    for (const send of this.sends) if (send.outcome !== 'pending' && !isSettled(send.outcome)) this.#send(send);
  }

  read(): void {
    this.client.markRead();
    this.#page.readSeq = this.client.messages.length;
  }

  leave(): void {
    this.hasLeft = true;
    quietly(this.client.leave());
  }

  /** A new page with the token that the browser has kept. @param silently the old one ends without a word to the server */
  reload(silently: boolean): void {
    this.close(silently);
    this.#page = this.#load();
    for (const send of this.sends) if (send.outcome === 'closed') this.#send(send);
  }

  close(silently: boolean): void {
    this.client.close();
    this.device.unload(silently);
    // What the page was told goes with it.
    for (const send of this.sends) if (send.outcome === 'pending') send.outcome = 'closed';
  }

  evidence(): PageEvidence[] {
    return this.pages.map((page) => ({
      name: page.device.name,
      callerId: this.visit.callerId,
      applied: page.applied,
      isCurrent: page === this.#page,
      hasEnded: page.hasEnded,
      caller: page.client.caller,
      clinic: page.client.clinic,
      readSeq: page.readSeq,
      versions: page.versions,
    }));
  }

  #load(): Page {
    const device = new Device(this.#world, `${this.name} page ${this.pages.length + 1}`);
    const client = new CallerClient({ url: apiUrl, platform: device, ...this.visit });
    const page: Page = { device, client, applied: [], versions: [], hasEnded: false, readSeq: 0 };
    client.on('messages', (messages) => page.applied.push(...messages));
    client.on('caller', ({ version }) => page.versions.push(version));
    client.on('ended', () => {
      page.hasEnded = true;
    });
    this.pages.push(page);
    quietly(client.open());
    return page;
  }

  #send(send: Send): void {
    const page = this.#page;
    const settle = (outcome: Send['outcome'], seq?: number) => {
      if (page !== this.#page || send.outcome === 'ok') return;
      send.outcome = outcome;
      send.saidAt = this.#world.scheduler.now;
      if (seq !== undefined) send.seq = seq;
    };
    send.outcome = 'pending';
    this.client.sendMessage(send.text, send.id).then(
      (message) => settle('ok', message.seq),
      (cause) => settle(toError(cause, 'sendMessage').code),
    );
  }
}

interface Dashboard {
  readonly device: Device;
  readonly client: StaffClient;
  readonly announced: string[];
  readonly wentBack: string[];
  readonly reports: Broadcast[];
  readonly openThreads: Set<string>;
}

/** A member of the clinic's team with a dashboard. */
export class StaffPerson {
  readonly userId: string;
  readonly sends: Send[] = [];
  readonly #dashboards: Dashboard[] = [];
  readonly #world: World;
  #dashboard: Dashboard;

  constructor(world: World, userId: string) {
    this.#world = world;
    this.userId = userId;
    this.#dashboard = this.#load();
  }

  get device(): Device {
    return this.#dashboard.device;
  }

  get client(): StaffClient {
    return this.#dashboard.client;
  }

  get openThreads(): ReadonlySet<string> {
    return this.#dashboard.openThreads;
  }

  notify(callerId: string, text: string): void {
    this.#begin({ kind: 'notify', id: this.#world.newId('message'), callerId, text, outcome: 'pending', saidAt: 0 });
  }

  broadcast(request: BroadcastRequest): void {
    const id = this.#world.newId('broadcast');
    this.#begin({ kind: 'broadcast', id, text: request.text, request: { ...request, broadcastId: id }, outcome: 'pending', saidAt: 0 });
  }

  /** What failed in passing is sent again with the same id. */
  retry(): void {
    for (const send of this.sends) if (send.outcome !== 'pending' && !isSettled(send.outcome)) this.#send(send);
  }

  setStatus(callerId: string, status: Status): void {
    quietly(this.client.setStatus(callerId, status));
  }

  openThread(callerId: string): void {
    this.#dashboard.openThreads.add(callerId);
    quietly(this.client.openThread(callerId));
  }

  closeThread(callerId: string): void {
    this.#dashboard.openThreads.delete(callerId);
    this.client.closeThread(callerId);
  }

  markRead(callerId: string, seq: number): void {
    quietly(this.client.markRead(callerId, seq));
  }

  changeSettings(change: { guestMessages: boolean }): void {
    quietly(this.client.api.changeSettings(clinicId, change));
  }

  switchCaller(callerId: string, guestMessages: boolean | null): void {
    quietly(this.client.api.changeCaller(clinicId, callerId, { guestMessages }));
  }

  erase(callerId: string): void {
    quietly(this.client.api.eraseCaller(clinicId, callerId));
  }

  reload(silently: boolean): void {
    this.client.close();
    this.device.unload(silently);
    for (const send of this.sends) if (send.outcome === 'pending') send.outcome = 'closed';
    this.#dashboard = this.#load();
  }

  evidence(): DashboardEvidence[] {
    return this.#dashboards.map((dashboard) => ({
      name: dashboard.device.name,
      isCurrent: dashboard === this.#dashboard,
      callers: [...dashboard.client.callers.values()],
      clinic: dashboard.client.clinic,
      threads: new Map([...dashboard.openThreads].map((callerId) => [callerId, dashboard.client.messages(callerId)])),
      announced: dashboard.announced,
      wentBack: dashboard.wentBack,
      reports: dashboard.reports,
      broadcasts: [...dashboard.client.broadcasts.values()],
    }));
  }

  #load(): Dashboard {
    const device = new Device(this.#world, `${this.userId} dashboard ${this.#dashboards.length + 1}`);
    const client = new StaffClient({ url: apiUrl, clinicId, token: () => this.userId, platform: device });
    const dashboard: Dashboard = { device, client, announced: [], wentBack: [], reports: [], openThreads: new Set() };
    client.on('messages', ({ callerId, messages }) => dashboard.announced.push(...messages.map(({ seq }) => `${callerId}/${seq}`)));
    let shown = new Map<string, number>();
    client.on('board', (callers) => {
      const before = shown;
      shown = new Map([...callers].map(([callerId, { version }]) => [callerId, version]));
      for (const [callerId, version] of shown) if (version < (before.get(callerId) ?? 0)) dashboard.wentBack.push(callerId);
    });
    client.on('broadcast', (report) => dashboard.reports.push(report));
    this.#dashboards.push(dashboard);
    quietly(client.open());
    return dashboard;
  }

  #begin(send: Send): void {
    this.sends.push(send);
    this.#send(send);
  }

  #send(send: Send): void {
    const dashboard = this.#dashboard;
    const settle = (outcome: Send['outcome'], seq?: number) => {
      if (dashboard !== this.#dashboard || send.outcome === 'ok') return;
      send.outcome = outcome;
      send.saidAt = this.#world.scheduler.now;
      if (seq !== undefined) send.seq = seq;
    };
    send.outcome = 'pending';
    const sent: Promise<number | undefined> = send.request
      ? this.client.broadcast(send.request).then(() => undefined)
      : this.client.notify(send.callerId ?? '', send.text, send.id).then(({ message }) => message.seq);
    sent.then(
      (seq) => settle('ok', seq),
      (cause) => settle(toError(cause, send.kind).code),
    );
  }
}
