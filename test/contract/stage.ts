import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../protocol/errors.ts';
import { errorCatalogue } from '../../protocol/errors.ts';
import type { Broadcast, Caller, Message } from '../../protocol/objects.ts';
import { Socket } from './socket.ts';
import type { Body, Frame } from './wire.ts';

/** Where a contract test runs, and as whom. */
export interface StageOptions {
  /** The HTTP API. */
  readonly url: string;
  /** The clinic whose callers are used. */
  readonly clinicId: string;
  /** Another clinic that exists, and where neither of the two users is a member. */
  readonly otherClinicId: string;
  /** An access token of an administrator of the clinic. */
  readonly administrator: () => Promise<string>;
  /** An access token of a member of the clinic who is no administrator. */
  readonly member: () => Promise<string>;
  /** Access tokens for operators and for users made up here; absent where the issuer signs only for real people. */
  readonly users?: { readonly operator: () => Promise<string>; readonly tokenOf: (userId: string) => Promise<string> } | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Body;
  readonly contentType: string;
  readonly headers: Headers;
}

export interface HttpOptions {
  readonly bearer?: string;
  readonly body?: unknown;
  /** Sent as it is. */
  readonly rawBody?: string;
}

export interface CheckedIn {
  readonly callerId: string;
  readonly callerToken: string;
  readonly caller: Caller;
}

export const newId = (): string => randomUUID();

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A stage of the service, spoken to with fetch and ws alone. */
export class Stage {
  readonly clinicId: string;
  readonly otherClinicId: string;
  readonly users: StageOptions['users'];
  readonly #options: StageOptions;
  readonly #arrived: { readonly clinicId: string; readonly callerId: string }[] = [];
  readonly #sockets: Socket[] = [];

  constructor(options: StageOptions) {
    this.#options = options;
    this.clinicId = options.clinicId;
    this.otherClinicId = options.otherClinicId;
    this.users = options.users;
  }

  administrator(): Promise<string> {
    return this.#options.administrator();
  }

  member(): Promise<string> {
    return this.#options.member();
  }

  async http(method: string, path: string, { bearer, body, rawBody }: HttpOptions = {}): Promise<HttpAnswer> {
    const sent = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(this.#options.url.replace(/\/+$/, '') + path, {
      method,
      headers: { ...(bearer && { authorization: `Bearer ${bearer}` }), ...(sent !== undefined && { 'content-type': 'application/json' }) },
      ...(sent !== undefined && { body: sent }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      body: contentType.includes('json') ? JSON.parse(text) : text,
      contentType,
      headers: response.headers,
    };
  }

  /** The same under this clinic: `path` begins behind its id. */
  async asMember(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    return this.http(method, `/clinics/${this.clinicId}${path}`, { bearer: await this.member(), body });
  }

  async asAdministrator(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    return this.http(method, `/clinics/${this.clinicId}${path}`, { bearer: await this.administrator(), body });
  }

  /** Checks somebody in. Where this address has arrived too often in this minute, it waits for the next. */
  async checkIn(
    given: { name?: string; details?: Record<string, string>; clinicId?: string } & Record<string, unknown> = {},
  ): Promise<CheckedIn> {
    const { clinicId = this.clinicId, ...person } = given;
    for (;;) {
      const answer = await this.http('POST', `/clinics/${clinicId}/callers`, { body: { name: 'Contract Caller', ...person } });
      if (answer.status === 429) {
        await sleep(retryAfterSeconds(answer.body.details) * 1000);
        continue;
      }
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      this.#arrived.push({ clinicId, callerId: answer.body.callerId });
      return answer.body;
    }
  }

  /** A caller of this clinic whose page is connected and registered; may write, whatever the clinic's switch says. */
  async waitingCaller(given: { name?: string } & Record<string, unknown> = {}): Promise<CheckedIn & { socket: Socket }> {
    const person = await this.checkIn(given);
    const answer = await this.asMember('PATCH', `/callers/${person.callerId}`, { guestMessages: true });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const socket = await this.callerSocket(person);
    await socket.ok('resume', { afterSeq: 0 });
    return { ...person, socket };
  }

  async callerTicket({ callerId, callerToken }: CheckedIn): Promise<{ ticket: string; url: string; protocol: string; expiresAt: string }> {
    const answer = await this.http('POST', `/clinics/${this.clinicId}/callers/${callerId}/tickets`, { bearer: callerToken });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  }

  /** An open socket of a caller, not yet registered. */
  async callerSocket(person: CheckedIn): Promise<Socket> {
    return this.open(await this.callerTicket(person));
  }

  /** An open socket of a member, not yet registered. */
  async staffSocket(bearer?: string): Promise<Socket> {
    const answer = await this.http('POST', `/clinics/${this.clinicId}/tickets`, { bearer: bearer ?? (await this.member()) });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return this.open(answer.body);
  }

  /** A member's dashboard that has seen the whole board. */
  async dashboard(bearer?: string): Promise<Socket> {
    const socket = await this.staffSocket(bearer);
    await socket.pages('subscribe', {});
    return socket;
  }

  /** Sends a broadcast and waits for its end, as it is told. */
  async broadcast(dashboard: Socket, fields: Record<string, unknown>): Promise<Broadcast> {
    const broadcastId = newId();
    await dashboard.ok('broadcast', { broadcastId, ...fields });
    const { broadcast } = await dashboard.event('the end of the broadcast', isEndOf(broadcastId));
    assert.ok(broadcast);
    return broadcast;
  }

  /** What a member reads of a conversation. */
  async messages(callerId: string): Promise<readonly Message[]> {
    const answer = await this.asMember('GET', `/callers/${callerId}/messages`);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.messages;
  }

  /** Ends the visits that tests began and closes their sockets. */
  async cleanUp(): Promise<void> {
    for (const socket of this.#sockets) socket.drop();
    for (const { clinicId, callerId } of this.#arrived) {
      if (clinicId === this.clinicId) await this.asMember('PATCH', `/callers/${callerId}`, { status: 'ended' });
    }
  }

  /** A socket opened with a ticket; closed at the latest when the tests end. */
  async open(ticket: { url: string; ticket: string }): Promise<Socket> {
    const socket = new Socket(ticket.url, ['waiting-area.v1', `ticket.${ticket.ticket}`]);
    this.#sockets.push(socket);
    await socket.opened;
    return socket;
  }
}

/** Is it the end of this broadcast that is told? */
export const isEndOf =
  (broadcastId: string) =>
  ({ type, broadcast }: Frame): boolean =>
    type === 'broadcastProgress' && broadcast?.broadcastId === broadcastId && broadcast.state === 'finished';

/** How long the details of `rate-limited` say to wait. */
export const retryAfterSeconds = (details: unknown): number => {
  assert.ok(
    typeof details === 'object' && details !== null && 'retryAfterSeconds' in details && typeof details.retryAfterSeconds === 'number',
  );
  return details.retryAfterSeconds;
};

/** A problem document of RFC 9457 with this code, and nothing of the inside. */
export const assertProblem = (answer: HttpAnswer, code: ErrorCode): void => {
  const { status } = errorCatalogue[code];
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.match(answer.contentType, /^application\/problem\+json/);
  assert.equal(answer.body.code, code);
  assert.equal(answer.body.status, status);
  for (const field of ['type', 'title', 'detail'] as const) assert.equal(typeof answer.body[field], 'string', field);
  assert.doesNotMatch(JSON.stringify(answer.body), /node_modules|\bat .+\.(js|ts|mjs):\d+/);
};

/** Whom an error speaks of: the paths in its details. */
export const pathsIn = (details: unknown): string[] => {
  assert.ok(Array.isArray(details), JSON.stringify(details));
  return details.map(({ path, reason }) => {
    assert.equal(typeof reason, 'string');
    return path;
  });
};

/** `seq` 1, 2, 3 … without gap or double. */
export const assertGapless = (messages: readonly Message[]): void =>
  assert.deepEqual(
    messages.map(({ seq }) => seq),
    messages.map((_, index) => index + 1),
  );
