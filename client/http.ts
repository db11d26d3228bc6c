import type { CallerExport } from '../protocol/caller-export.ts';
import type { ErrorBody } from '../protocol/errors.ts';
import { errorCatalogue } from '../protocol/errors.ts';
import type { Filter } from '../protocol/filter.ts';
import type { StoredMessage } from '../protocol/frames.ts';
import type { AuditEntry, Broadcast, Caller, Clinic, Member, Message, Recipient, Role, Settings, Status } from '../protocol/objects.ts';
import { codeOfStatus, noAnswer, WaitingAreaError } from './errors.ts';
import type { Platform } from './platform.ts';

const answerWithinMs = 31_000;

/** The single-use key of one socket; it lives 30 s. */
export interface Ticket {
  readonly ticket: string;
  readonly expiresAt: string;
  /** The WebSocket to open. */
  readonly url: string;
  readonly protocol: string;
}

export interface CheckIn {
  readonly name: string;
  readonly phone?: string | null;
  /** BCP 47. */
  readonly language?: string | null;
  /** Answers to the clinic's entry fields, by key. */
  readonly details?: Record<string, string>;
}

/** What a caller's page keeps for as long as it waits: it opens sockets and reads messages with it. */
export interface Visit {
  readonly clinicId: string;
  readonly callerId: string;
  /** A secret, shown once. */
  readonly callerToken: string;
}

/** A clinic that the signed-in user is a member of. */
export type ClinicMembership = Clinic & { readonly role: Role };

export interface BroadcastRequest {
  /** Made here when absent. Give it again to ask again after a failure: nobody gets the message twice. */
  readonly broadcastId?: string;
  /** Absent, with no `callerIds` either: every caller present. */
  readonly filter?: Filter;
  readonly callerIds?: readonly string[];
  readonly text: string;
}

/** A staff user's access token, asked for before each request so that it may be renewed. */
export type TokenSource = () => string | Promise<string>;

interface HttpRequest {
  readonly bearer?: string;
  readonly body?: object;
  readonly query?: Record<string, string | number | readonly string[] | undefined>;
}

/** JSON over HTTPS: a path in, a body out, a refusal as `WaitingAreaError`. */
export class Http {
  readonly #baseUrl: string;
  readonly #platform: Pick<Platform, 'fetch'>;

  /** @param url of the HTTP API's stage */
  constructor(url: string, platform: Pick<Platform, 'fetch'>) {
    this.#baseUrl = url.replace(/\/+$/, '');
    this.#platform = platform;
  }

  /** @throws WaitingAreaError the server's refusal, or `no-answer` */
  async send<Result>(method: string, path: string, request: HttpRequest = {}): Promise<Result> {
    const { bearer, body, query } = request;
    const what = `${method} ${path}`;
    let response: Response;
    let text: string;
    try {
      response = await this.#platform.fetch(this.#baseUrl + path + queryString(query), {
        method,
        headers: { ...(bearer && { authorization: `Bearer ${bearer}` }), ...(body && { 'content-type': 'application/json' }) },
        signal: AbortSignal.timeout(answerWithinMs),
        ...(body && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch {
      throw noAnswer(what);
    }
    const answer = parse(text);
    if (!response.ok) throw refusal(response.status, answer);
    if (answer === undefined && response.status !== 204) throw noAnswer(what);
    // A 2xx body has the shape the contract gives this path.
    return answer as Result;
  }
}

/** What anyone, and a caller with their token, may ask over HTTP. */
export class PublicApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  health(): Promise<{ status: 'ok'; version: string }> {
    return this.#http.send('GET', '/health');
  }

  /** What a waiting page may know of a clinic. */
  clinic(clinicId: string): Promise<Clinic> {
    return this.#http.send('GET', path`/clinics/${clinicId}`);
  }

  checkIn(clinicId: string, person: CheckIn): Promise<Omit<Visit, 'clinicId'> & { readonly caller: Caller }> {
    return this.#http.send('POST', path`/clinics/${clinicId}/callers`, { body: person });
  }

  ticket(visit: Visit): Promise<Ticket> {
    return this.#http.send('POST', path`/clinics/${visit.clinicId}/callers/${visit.callerId}/tickets`, { bearer: visit.callerToken });
  }

  /** Everything that the clinic keeps of this caller, while the visit lasts; once it has ended (`caller-ended`) an administrator hands it out. */
  exportCaller(visit: Visit): Promise<CallerExport> {
    return this.#http.send('GET', path`/clinics/${visit.clinicId}/callers/${visit.callerId}/export`, { bearer: visit.callerToken });
  }
}

/** What members, administrators and operators may ask over HTTP; the server decides by the token who may do what. */
export class StaffApi {
  readonly #http: Http;
  readonly #token: TokenSource;

  constructor(http: Http, token: TokenSource) {
    this.#http = http;
    this.#token = token;
  }

  /** The clinics I am a member of. */
  clinics(): Promise<{ clinics: ClinicMembership[] }> {
    return this.#send('GET', '/clinics');
  }

  /** For operators. */
  createClinic(clinic: {
    clinicId: string;
    name: string;
    administrator: { userId: string; name: string };
    languages?: string[];
  }): Promise<{ clinic: Clinic }> {
    return this.#send('POST', '/clinics', { body: clinic });
  }

  ticket(clinicId: string): Promise<Ticket> {
    return this.#send('POST', path`/clinics/${clinicId}/tickets`);
  }

  settings(clinicId: string): Promise<Settings> {
    return this.#send('GET', path`/clinics/${clinicId}/settings`);
  }

  /** For administrators: changes what is given. */
  changeSettings(clinicId: string, change: Partial<Omit<Settings, 'clinicId' | 'version'>>): Promise<Settings> {
    return this.#send('PATCH', path`/clinics/${clinicId}/settings`, { body: change });
  }

  /** For administrators: a single-use code that makes whoever redeems it a member; it lives 7 days. */
  invite(clinicId: string, member: Omit<Member, 'userId'>): Promise<{ code: string; expiresAt: string }> {
    return this.#send('POST', path`/clinics/${clinicId}/invitations`, { body: member });
  }

  redeemInvitation(code: string): Promise<{ clinicId: string; member: Member }> {
    return this.#send('POST', path`/invitations/${code}`);
  }

  members(clinicId: string): Promise<{ members: Member[] }> {
    return this.#send('GET', path`/clinics/${clinicId}/members`);
  }

  putMember(clinicId: string, { userId, ...member }: Member): Promise<{ member: Member }> {
    return this.#send('PUT', path`/clinics/${clinicId}/members/${userId}`, { body: member });
  }

  removeMember(clinicId: string, userId: string): Promise<void> {
    return this.#send('DELETE', path`/clinics/${clinicId}/members/${userId}`);
  }

  /** One page of the board; `statuses: ['ended']` lists those who left and are still kept. */
  callers(
    clinicId: string,
    page: { statuses?: readonly Status[]; search?: string; cursor?: string; limit?: number } = {},
  ): Promise<{ callers: Caller[]; nextCursor: string | null }> {
    const { statuses, ...rest } = page;
    return this.#send('GET', path`/clinics/${clinicId}/callers`, { query: { status: statuses, ...rest } });
  }

  /** A status (from `ended` back to `waiting` too), or this caller's own switch for writing. */
  changeCaller(
    clinicId: string,
    callerId: string,
    change: { status: Status } | { guestMessages: boolean | null },
  ): Promise<{ caller: Caller }> {
    return this.#send('PATCH', path`/clinics/${clinicId}/callers/${callerId}`, { body: change });
  }

  /** For administrators: deletes the caller and the whole thread. */
  eraseCaller(clinicId: string, callerId: string): Promise<void> {
    return this.#send('DELETE', path`/clinics/${clinicId}/callers/${callerId}`);
  }

  /** For administrators: everything that is kept of a caller, to hand out to them. */
  exportCaller(clinicId: string, callerId: string): Promise<CallerExport> {
    return this.#send('GET', path`/clinics/${clinicId}/callers/${callerId}/export`);
  }

  messages(clinicId: string, callerId: string, afterSeq = 0): Promise<{ messages: Message[]; nextAfterSeq: number | null }> {
    return this.#send('GET', path`/clinics/${clinicId}/callers/${callerId}/messages`, { query: { afterSeq } });
  }

  notify(
    clinicId: string,
    callerId: string,
    message: { messageId: string; text: string },
  ): Promise<StoredMessage & { readonly caller: Caller }> {
    return this.#send('POST', path`/clinics/${clinicId}/callers/${callerId}/messages`, { body: message });
  }

  broadcast(clinicId: string, request: BroadcastRequest & { broadcastId: string }): Promise<{ broadcast: Broadcast }> {
    return this.#send('POST', path`/clinics/${clinicId}/broadcasts`, { body: request });
  }

  findBroadcast(clinicId: string, broadcastId: string): Promise<{ broadcast: Broadcast }> {
    return this.#send('GET', path`/clinics/${clinicId}/broadcasts/${broadcastId}`);
  }

  recipients(clinicId: string, broadcastId: string, cursor?: string): Promise<{ recipients: Recipient[]; nextCursor: string | null }> {
    return this.#send('GET', path`/clinics/${clinicId}/broadcasts/${broadcastId}/recipients`, { query: { cursor } });
  }

  /** For administrators: who did what, the newest first. Without `from` the last week; both may be dates or times, `to` is not included. */
  audit(
    clinicId: string,
    page: { from?: string; to?: string; cursor?: string } = {},
  ): Promise<{ entries: AuditEntry[]; nextCursor: string | null }> {
    return this.#send('GET', path`/clinics/${clinicId}/audit`, { query: page });
  }

  async #send<Result>(method: string, to: string, request: Omit<HttpRequest, 'bearer'> = {}): Promise<Result> {
    return this.#http.send(method, to, { ...request, bearer: await this.#token() });
  }
}

/** A path with every given part percent-encoded: user ids hold `|`, `:` and `@`. */
const path = (parts: TemplateStringsArray, ...given: string[]): string => String.raw({ raw: parts }, ...given.map(encodeURIComponent));

const queryString = (query: HttpRequest['query'] = {}): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of typeof value === 'object' ? value : [value]) parameters.append(name, String(one));
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const refusal = (status: number, body: unknown): WaitingAreaError => {
  // RFC 9457 where it is the service's own; API Gateway's refusals have no code of ours.
  const problem = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: unknown;
    detail?: unknown;
    details?: ErrorBody['details'];
  };
  const code = isErrorCode(problem.code) ? problem.code : codeOfStatus(status);
  const sentence = typeof problem.detail === 'string' ? problem.detail : errorCatalogue[code].message;
  return new WaitingAreaError(code, sentence, problem.details);
};

const isErrorCode = (code: unknown): code is keyof typeof errorCatalogue => typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
