import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { Http, PublicApi } from '../../../client/http.ts';
import {
  type Broadcast,
  type BroadcastRequest,
  type Caller,
  type CallerClient,
  type CheckIn,
  type Member,
  type Message,
  type Recipient,
  type Settings,
  type StaffApi,
  type StaffClient,
  type Ticket,
  type Visit,
  WaitingAreaClient,
} from '../../../client/index.ts';
import type { Endpoints } from '../../../local/endpoints.ts';
import { Socket } from '../../contract/socket.ts';
import { endpointsOfTests, tokenOf } from './endpoints.ts';
import { eventually } from './eventually.ts';
import { Network } from './network.ts';

/** A dashboard that is open in some member's browser. */
export interface Dashboard {
  readonly client: StaffClient;
  readonly network: Network;
  readonly member: Member;
  /** Every `callerUnanswered` it was told of, by caller's id. */
  readonly alerts: readonly string[];
  /** Every new message it was told of, as text. */
  readonly heard: readonly string[];
  /** The row of a caller, which must be on the board. */
  row(who: { readonly callerId: string }): Caller;
  /** Sends a broadcast and waits for its end. */
  broadcast(request: BroadcastRequest): Promise<Broadcast>;
}

/** A waiting page that is open on some caller's phone. */
export interface WaitingPage {
  readonly client: CallerClient;
  readonly network: Network;
  readonly visit: Visit;
  readonly callerId: string;
  /** The text of each message that was applied, as often as it was. */
  readonly heard: readonly string[];
  /** The reasons it was told for the end of the visit. */
  readonly ended: readonly (string | undefined)[];
}

type SettingsChange = Partial<Omit<Settings, 'clinicId' | 'version'>>;

/** A clinic of a test's own, with all the pages that the test opens in it. */
export class ClinicScenario {
  readonly clinicId: string;
  /** The HTTP API as the clinic's administrator. */
  readonly administrator: StaffApi;
  readonly endpoints: Endpoints;
  readonly #public: PublicApi;
  readonly #pages: { close(): void }[] = [];

  private constructor(endpoints: Endpoints, clinicId: string) {
    this.endpoints = endpoints;
    this.clinicId = clinicId;
    this.#public = new PublicApi(new Http(endpoints.http, new Network()));
    this.administrator = this.apiOf('administrator');
  }

  /** Given: a clinic nobody waits in, made by the operator. Guest messages are off unless the settings say otherwise. */
  static async open(settings: SettingsChange = {}, endpoints: Endpoints = endpointsOfTests()): Promise<ClinicScenario> {
    const clinic = new ClinicScenario(endpoints, `test-${randomUUID()}`);
    const administrator = { userId: clinic.userId('administrator'), name: 'Ada Admin' };
    await clinic.apiOf('operator@example', new Network(), 'operator@example').createClinic({
      clinicId: clinic.clinicId,
      name: 'Test Clinic',
      administrator,
    });
    if (Object.keys(settings).length > 0) await clinic.administrator.changeSettings(clinic.clinicId, settings);
    return clinic;
  }

  /** The same clinic where it runs now, with no page open. */
  on(endpoints: Endpoints): ClinicScenario {
    return new ClinicScenario(endpoints, this.clinicId);
  }

  /** The OIDC subject of someone of this clinic. */
  userId(name: string): string {
    return `${name}@${this.clinicId}.example`;
  }

  /** The HTTP API as someone of this clinic, member or not. */
  apiOf(name: string, network: Network = new Network(), userId: string = this.userId(name)): StaffApi {
    return this.#staffClient(network, userId).api;
  }

  /** Makes someone a member. */
  async hire(name: string, more: Partial<Member> = {}): Promise<Member> {
    const member: Member = { userId: this.userId(name), name, role: 'member', answersMessages: false, ...more };
    return (await this.administrator.putMember(this.clinicId, member)).member;
  }

  /** A new member with a dashboard open. */
  async dashboard(name = `clerk-${randomUUID().slice(0, 8)}`, more: Partial<Member> = {}): Promise<Dashboard> {
    const member = await this.hire(name, more);
    const network = new Network();
    const client = this.#staffClient(network, member.userId);
    const alerts: string[] = [];
    const heard: string[] = [];
    client.on('unanswered', ({ callerId }) => alerts.push(callerId));
    client.on('messages', ({ messages }) => heard.push(...messages.map(({ text }) => text)));
    await client.open();
    this.#pages.push(client);
    return {
      client,
      network,
      member,
      alerts,
      heard,
      row: ({ callerId }) => {
        const row = client.callers.get(callerId);
        if (!row) throw new Error(`${callerId} is not on the board`);
        return row;
      },
      broadcast: async (request) => {
        const { broadcastId } = await client.broadcast(request);
        return eventually(() => {
          const broadcast = client.broadcasts.get(broadcastId);
          if (broadcast?.state !== 'finished') throw new Error(`the broadcast is ${broadcast?.state}, not finished`);
          return broadcast;
        }, 180_000);
      },
    };
  }

  /** Checks somebody in; no page is open yet. */
  async checkIn(name: string, more: Partial<CheckIn> = {}): Promise<Visit> {
    const { callerId, callerToken } = await this.#public.checkIn(this.clinicId, { name, ...more });
    return { clinicId: this.clinicId, callerId, callerToken };
  }

  /** A waiting page of someone who has checked in. */
  async page(visit: Visit): Promise<WaitingPage> {
    const network = new Network();
    const client = new WaitingAreaClient({ url: this.endpoints.http, platform: network }).caller(visit);
    const heard: string[] = [];
    const ended: (string | undefined)[] = [];
    client.on('messages', (messages) => heard.push(...messages.map(({ text }) => text)));
    client.on('ended', ({ reason }) => ended.push(reason));
    await client.open();
    this.#pages.push(client);
    return { client, network, visit, callerId: visit.callerId, heard, ended };
  }

  /** Checks somebody in whose page is open. */
  async arrives(name: string, more: Partial<CheckIn> = {}): Promise<WaitingPage> {
    return this.page(await this.checkIn(name, more));
  }

  /** A caller's bare socket, which is registered by its first `resume`. */
  async callerSocket(visit: Visit): Promise<Socket> {
    return this.#opened(await this.ticketOf(visit));
  }

  /** A member's bare socket, which is registered by its first `subscribe`. */
  async staffSocket({ userId }: Pick<Member, 'userId'>): Promise<Socket> {
    return this.#opened(await this.#staffClient(new Network(), userId).api.ticket(this.clinicId));
  }

  /** The key of one socket of a caller. */
  ticketOf({ clinicId, callerId, callerToken }: Visit): Promise<Ticket> {
    return this.#public.ticket({ clinicId, callerId, callerToken });
  }

  /** The whole conversation, as staff read it. */
  async thread({ callerId }: { readonly callerId: string }): Promise<Message[]> {
    const { messages, nextAfterSeq } = await this.administrator.messages(this.clinicId, callerId);
    expect(nextAfterSeq).toBeNull();
    return messages;
  }

  /** What became of a broadcast, by caller's id, over all pages. */
  async outcomes(broadcastId: string): Promise<Map<string, Recipient>> {
    const outcomes = new Map<string, Recipient>();
    let cursor: string | undefined;
    do {
      const page = await this.administrator.recipients(this.clinicId, broadcastId, cursor);
      for (const recipient of page.recipients) {
        expect(outcomes.has(recipient.callerId)).toBe(false);
        outcomes.set(recipient.callerId, recipient);
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return outcomes;
  }

  /** Closes every page that was opened here. */
  close(): void {
    for (const page of this.#pages.splice(0)) page.close();
  }

  async #opened({ url, protocol, ticket }: Ticket): Promise<Socket> {
    const socket = new Socket(url, [protocol, `ticket.${ticket}`]);
    await socket.opened;
    this.#pages.push({ close: () => socket.drop() });
    return socket;
  }

  #staffClient(platform: Network, userId: string): StaffClient {
    return new WaitingAreaClient({ url: this.endpoints.http, platform }).staff({
      clinicId: this.clinicId,
      token: () => tokenOf(this.endpoints, userId),
    });
  }
}

/** `seq` 1, 2, 3 … of so many messages: none missing, none doubled. */
export const oneTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
