import type { Results, StoredMessage } from '../protocol/frames.ts';
import type { Broadcast, Caller, Clinic, Member, Message, Status } from '../protocol/objects.ts';
import { Board } from './board.ts';
import { Connection, type ConnectionState } from './connection.ts';
import type { WaitingAreaError } from './errors.ts';
import { type BroadcastRequest, Http, StaffApi, type TokenSource } from './http.ts';
import type { Link } from './link.ts';
import { Listeners } from './listeners.ts';
import { mergeBroadcast } from './merge-broadcast.ts';
import { globalPlatform, type Platform } from './platform.ts';
import { isResultOf, type ServerEvent } from './read-frame.ts';
import { Thread } from './thread.ts';

/** A second listing soon after the first: what changed between the registration and the first frame is on it. */
const subscribeAgainAfterMs = 3000;
/** So long a message may be missing from a thread that is open before it is fetched. */
const gapPatienceMs = 1000;
/** After each listing the newest broadcasts that go on counting are asked for, no more: many recipients never read. */
const mostBroadcastsAskedFor = 10;

export interface StaffClientOptions {
  /** The HTTP API's URL. */
  readonly url: string;
  readonly clinicId: string;
  /** The access token of the signed-in user; asked for whenever one is needed. */
  readonly token: TokenSource;
  readonly platform?: Platform;
}

export interface StaffEvents {
  /** Someone on the board came, changed or left. */
  board: ReadonlyMap<string, Caller>;
  /** New messages of one conversation, each announced once. */
  messages: { readonly callerId: string; readonly messages: readonly Message[] };
  clinic: Clinic;
  /** A broadcast of anyone in the clinic went on. */
  broadcast: Broadcast;
  /** A caller waits for an answer: to members on duty at once, to all after the clinic's minutes. */
  unanswered: Caller;
  state: { readonly state: ConnectionState; readonly error: WaitingAreaError | undefined };
}

/**
 * A dashboard's side: the live board, conversations and broadcasts of one clinic. Nothing needs to be polled and nothing is applied twice.
 * Every call rejects with `WaitingAreaError`.
 *
 * @example
 * const staff = new StaffClient({ url: 'https://api.example', clinicId: 'demo', token: () => accessToken });
 * staff.on('board', (callers) => console.table([...callers.values()].map(({ name, status }) => ({ name, status }))));
 * staff.on('unanswered', (caller) => console.log(`${caller.name} needs a reply`));
 * await staff.open();
 * const [first] = staff.callers.values();
 * if (first) await staff.notify(first.callerId, 'The doctor is running late');
 * await staff.broadcast({ filter: { statuses: ['waiting'] }, text: 'Thank you for your patience' });
 */
export class StaffClient {
  /** The HTTP API with the same token: settings, members, lists of those who left. */
  readonly api: StaffApi;
  readonly #clinicId: string;
  readonly #platform: Platform;
  readonly #connection: Connection;
  readonly #listeners = new Listeners<StaffEvents>();
  readonly #board = new Board();
  readonly #threads = new Map<string, Thread>();
  readonly #openThreads = new Set<string>();
  readonly #announced = new Map<string, Set<number>>();
  /** Whom the last listing did not show, of those with announced messages. */
  #missing: readonly string[] = [];
  /** Callers whose unanswered message has been told. */
  readonly #alertedTo = new Set<string>();
  readonly #broadcasts = new Map<string, Broadcast>();
  readonly #gapTimers = new Map<string, () => void>();
  #clinic: Clinic | undefined;
  #me: Member | undefined;

  constructor(options: StaffClientOptions) {
    this.#clinicId = options.clinicId;
    this.#platform = options.platform ?? globalPlatform;
    this.api = new StaffApi(new Http(options.url, this.#platform), options.token);
    this.#connection = new Connection(this.#platform, {
      ticket: () => this.api.ticket(this.#clinicId),
      register: (link) => this.#subscribe(link),
      registerAgainAfterMs: subscribeAgainAfterMs,
      isResultOf,
      onEvent: (event) => this.#take(event),
      onState: (state, error) => this.#listeners.emit('state', { state, error }),
    });
  }

  /** Everyone present, by id. */
  get callers(): ReadonlyMap<string, Caller> {
    return this.#board.callers;
  }

  /** Undefined until `open` has resolved. */
  get clinic(): Clinic | undefined {
    return this.#clinic;
  }

  /** Who I am in this clinic. Undefined until `open` has resolved. */
  get me(): Member | undefined {
    return this.#me;
  }

  /** The broadcasts seen since this client was made, by id. */
  get broadcasts(): ReadonlyMap<string, Broadcast> {
    return this.#broadcasts;
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Listens; the answer ends it. */
  on<Name extends keyof StaffEvents>(event: Name, listener: (given: StaffEvents[Name]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  /** Connects and stays connected; resolves when the whole board is here. */
  open(): Promise<void> {
    return this.#connection.open();
  }

  /**
   * The page is looked at again or the network is back: what was missed is fetched, and a lost connection is opened now. In a browser it is
   * called by itself.
   */
  wake(): void {
    this.#connection.wake();
  }

  close(): void {
    for (const cancel of this.#gapTimers.values()) cancel();
    this.#gapTimers.clear();
    this.#connection.close();
  }

  /**
   * Sends one caller a message; resolves when it is stored.
   * @param messageId made here when absent; to try a failed send again, give the same: it never doubles
   */
  async notify(callerId: string, text: string, messageId: string = this.#platform.newId()): Promise<StoredMessage & { caller: Caller }> {
    const result = await this.#connection.request('notify', { callerId, messageId, text });
    this.#applyMessages(callerId, [result.message]);
    this.#applyCallers([result.caller]);
    return result;
  }

  /** Sends to everyone whom the filter finds, or to the given ids. Resolves when it is under way; how it goes comes as `broadcast` events. */
  async broadcast(request: BroadcastRequest): Promise<Broadcast> {
    const fields = { ...request, broadcastId: request.broadcastId ?? this.#platform.newId() };
    const { broadcast } = await this.#connection.request('broadcast', fields);
    return this.#applyBroadcast(broadcast);
  }

  /** Loads a broadcast that this client has not seen, as after a reload; from then on it is kept up to date as the others. */
  async findBroadcast(broadcastId: string): Promise<Broadcast> {
    const { broadcast } = await this.api.findBroadcast(this.#clinicId, broadcastId);
    return this.#applyBroadcast(broadcast);
  }

  /** Loads a conversation and keeps it complete until `closeThread`. Answers all of it, in order. */
  async openThread(callerId: string): Promise<readonly Message[]> {
    this.#openThreads.add(callerId);
    await this.#loadThread(callerId);
    return this.messages(callerId);
  }

  closeThread(callerId: string): void {
    this.#openThreads.delete(callerId);
    this.#threads.delete(callerId);
    this.#gapTimers.get(callerId)?.();
    this.#gapTimers.delete(callerId);
  }

  /** What is here of a conversation, in order; complete while it is open. */
  messages(callerId: string): readonly Message[] {
    return this.#threads.get(callerId)?.messages ?? [];
  }

  /** All messages up to `seq` have been read by a member. */
  async markRead(callerId: string, seq: number): Promise<Caller> {
    const { caller } = await this.#connection.request('markRead', { callerId, seq });
    this.#applyCallers([caller]);
    return caller;
  }

  async setStatus(callerId: string, status: Status): Promise<Caller> {
    // Not repeated by itself: done late, it could undo what a colleague did in between.
    const { caller } = await this.#connection.request('setStatus', { callerId, status }, { repeat: false });
    this.#applyCallers([caller]);
    return caller;
  }

  async #subscribe(link: Pick<Link, 'request'>): Promise<void> {
    const listing = this.#board.beginListing();
    try {
      let cursor: string | null = null;
      do {
        const page: Results['subscribe'] = await link.request('subscribe', cursor === null ? {} : { cursor });
        listing.add(page.callers);
        this.#applyClinic(page.clinic);
        this.#me = page.me;
        cursor = page.nextCursor;
      } while (cursor !== null);
    } catch (error) {
      listing.abandon();
      throw error;
    }
    listing.finish();
    // Forgotten is who was missing twice: the index behind a listing may have been late, and news of the caller come again.
    for (const callerId of this.#missing) if (!this.callers.has(callerId)) this.#announced.delete(callerId);
    this.#missing = [...this.#announced.keys()].filter((callerId) => !this.callers.has(callerId));
    this.#boardChanged();
    this.#alertToMissed();
    void this.#catchUpWithBroadcasts();
  }

  /** Alerts that were posted while this page was cut off, or before it was here, are made up for: whoever is on duty hears of each message once. */
  #alertToMissed(): void {
    for (const caller of this.callers.values()) {
      const { callerId, unansweredSince } = caller;
      if (unansweredSince !== null && this.#me?.answersMessages && !this.#alertedTo.has(callerId)) this.#alert(caller);
    }
  }

  #alert(caller: Caller): void {
    this.#alertedTo.add(caller.callerId);
    this.#listeners.emit('unanswered', caller);
  }

  /** Reports that were missed are asked for: without them a broadcast would seem to run for ever, or what it came to would stay too low. */
  async #catchUpWithBroadcasts(): Promise<void> {
    const counting = [...this.#broadcasts.values()].filter(({ state, read, stored }) => state === 'running' || read < stored);
    for (const { broadcastId } of counting.slice(-mostBroadcastsAskedFor)) {
      try {
        await this.findBroadcast(broadcastId);
      } catch {
        // The next listing asks again.
      }
    }
  }

  #take(event: ServerEvent): void {
    switch (event.type) {
      case 'callersChanged': {
        const changed = this.#board.apply(event.callers);
        if (this.#board.remove(event.removed) || changed) this.#boardChanged();
        break;
      }
      case 'messagesAdded':
        if ('callerId' in event) this.#applyMessages(event.callerId, event.messages);
        break;
      case 'clinicChanged':
        this.#applyClinic(event.clinic);
        break;
      case 'broadcastProgress':
        this.#applyBroadcast(event.broadcast);
        break;
      case 'callerUnanswered': {
        this.#applyCallers([event.caller]);
        // Someone may have answered while the alert was on its way.
        const caller = this.callers.get(event.caller.callerId);
        if (caller?.unansweredSince) this.#alert(caller);
        break;
      }
      default:
        // Events of a later version of the contract are none of ours.
        break;
    }
  }

  #applyCallers(callers: readonly Caller[]): void {
    if (this.#board.apply(callers)) this.#boardChanged();
  }

  #boardChanged(): void {
    for (const callerId of this.#alertedTo) if (!this.callers.get(callerId)?.unansweredSince) this.#alertedTo.delete(callerId);
    for (const callerId of this.#openThreads) this.#watchForGap(callerId);
    this.#listeners.emit('board', this.callers);
  }

  #applyMessages(callerId: string, messages: readonly Message[]): void {
    const unseen = this.#addUnseen(callerId, messages);
    if (unseen.length > 0) this.#listeners.emit('messages', { callerId, messages: unseen });
  }

  /** Answers those that nobody here has heard of, in order. */
  #addUnseen(callerId: string, messages: readonly Message[]): Message[] {
    const announced = this.#announced.get(callerId) ?? new Set();
    this.#announced.set(callerId, announced);
    const unseen = messages.filter(({ seq }) => !announced.has(seq)).sort((one, other) => one.seq - other.seq);
    for (const { seq } of unseen) announced.add(seq);
    if (this.#openThreads.has(callerId)) {
      this.#threadOf(callerId).add(messages);
      this.#watchForGap(callerId);
    }
    return unseen;
  }

  #applyClinic(clinic: Clinic): void {
    if (this.#clinic !== undefined && clinic.version <= this.#clinic.version) return;
    this.#clinic = clinic;
    this.#listeners.emit('clinic', clinic);
  }

  #applyBroadcast(report: Broadcast): Broadcast {
    const known = this.#broadcasts.get(report.broadcastId);
    const merged = mergeBroadcast(known, report);
    if (merged !== known) {
      this.#broadcasts.set(report.broadcastId, merged);
      this.#listeners.emit('broadcast', merged);
    }
    return merged;
  }

  #threadOf(callerId: string): Thread {
    const thread = this.#threads.get(callerId) ?? new Thread();
    this.#threads.set(callerId, thread);
    return thread;
  }

  /** Fetches what follows the last message here; answers what nobody here had heard of. */
  async #loadThread(callerId: string): Promise<Message[]> {
    const unseen: Message[] = [];
    let afterSeq: number | null = this.#threadOf(callerId).appliedSeq;
    while (afterSeq !== null) {
      const page: Results['thread'] = await this.#connection.request('thread', { callerId, afterSeq });
      unseen.push(...this.#addUnseen(callerId, page.messages));
      this.#applyCallers([page.caller]);
      afterSeq = page.nextAfterSeq;
    }
    return unseen;
  }

  /** An open thread that stays behind its caller's count is fetched from where it ends. */
  #watchForGap(callerId: string): void {
    if (this.#gapTimers.has(callerId) || !this.#isBehind(callerId)) return;
    const cancel = this.#platform.after(gapPatienceMs, () => {
      this.#gapTimers.delete(callerId);
      if (this.#openThreads.has(callerId) && this.#isBehind(callerId)) void this.#fillGap(callerId);
    });
    this.#gapTimers.set(callerId, cancel);
  }

  async #fillGap(callerId: string): Promise<void> {
    try {
      const unseen = await this.#loadThread(callerId);
      if (unseen.length > 0) this.#listeners.emit('messages', { callerId, messages: unseen });
    } catch {
      // The next change of this caller, or the next listing, finds the thread behind again.
    }
  }

  #isBehind(callerId: string): boolean {
    const thread = this.#threads.get(callerId);
    return thread !== undefined && (thread.hasGap || thread.appliedSeq < (this.callers.get(callerId)?.messageCount ?? 0));
  }
}
