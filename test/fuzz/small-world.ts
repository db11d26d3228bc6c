import type { SocketOwner } from '../../functions/middleware/socket-event.ts';
import { anHttpEvent, aSocketEvent } from '../builders/api-gateway-events.ts';
import type { FunctionName, Functions } from '../simulation/functions.ts';
import type { ItemChange } from '../simulation/store/store.ts';
import { tableNames } from '../simulation/store/tables.ts';
import { Clinic, secrets, socketOf } from './clinic.ts';
import { callerActions, goodRoutes, staffActions } from './good.ts';
import type { Input, Person } from './inputs.ts';
import type { StaffTokens } from './issuer.ts';
import { type HttpAnswer, type Judgement, judgeFrame, judgeHttp } from './judge.ts';

/** What one input came to, for the statistics. */
export interface Outcome {
  /** What it was: an action, a route, a handshake. */
  readonly what: string;
  readonly outcome: string;
}

/** A complaint about the product, with what led to it. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** The deployed functions on a small clinic. `send` judges each answer, and that what was refused changed nothing. */
export class SmallWorld {
  readonly clinic = new Clinic();
  readonly #functions: Functions;
  readonly #tokens: StaffTokens;
  readonly #log: string[];

  /** @param log the lines that functions have written since it was last emptied */
  constructor(functions: Functions, tokens: StaffTokens, log: string[]) {
    this.#functions = functions;
    this.#tokens = tokens;
    this.#log = log;
  }

  /** @throws Broken */
  async send(input: Input): Promise<Outcome> {
    this.clinic.look();
    this.#log.length = 0;
    const outcome = await this.#answer(input);
    if (this.#log.length > 0) throw new Broken(`something was logged: ${this.#log[0]}`);
    for (const frame of this.clinic.posted) if (!isJson(frame)) throw new Broken(`posted what is no JSON: ${frame.slice(0, 200)}`);
    const { jobs } = this.clinic;
    for (const job of jobs) {
      const run = await this.#functions.invoke(this.clinic, 'broadcast', JSON.parse(job));
      if (run.kind !== 'answered' || this.#log.length > 0) throw new Broken(`the worker failed on ${job}: ${this.#log[0]}`);
    }
    return outcome;
  }

  /** Good messages, from either side, are answered as ever. @throws Broken */
  async probe(): Promise<void> {
    await this.clinic.restore();
    const notice = { action: 'notify', requestId: 'p', callerId: 'sue', messageId: 'probe-1', text: 'You are next' };
    const message = { action: 'sendMessage', requestId: 'p', messageId: 'probe-2', text: 'Thank you' };
    for (const [from, frame] of [
      ['member', notice],
      ['caller', message],
    ] as const) {
      const { outcome } = await this.send({ kind: 'frame', from, body: JSON.stringify(frame) });
      if (outcome !== 'ok') throw new Broken(`a good ${frame.action} was answered ${outcome}`);
    }
  }

  #answer(input: Input): Promise<Outcome> {
    switch (input.kind) {
      case 'frame':
        return this.#frame(input);
      case 'request':
        return this.#request(input);
      case 'connect':
        return this.#connect(input.protocols);
      case 'disconnect':
        return this.#disconnect(input.from);
    }
  }

  async #frame({ from, body, misroutedTo }: Extract<Input, { kind: 'frame' }>): Promise<Outcome> {
    const { connectionId, owner } = socketOf[from];
    const { name, routeKey } = routeOf(misroutedTo ?? actionOf(body));
    if (routeKey === 'ping') return { what: 'ping', outcome: 'nothing' };
    const value = await this.#run(name, aSocketEvent({ owner: ownerOf(owner), routeKey, body, connectionId }));
    // What the socket handlers return, as the gateway reads it.
    const { body: answer } = value as { body?: string };
    const judgement = judgeFrame(answer, body);
    this.#judge(judgement);
    return { what: routeKey, outcome: judgement.outcome };
  }

  async #request(input: Extract<Input, { kind: 'request' }>): Promise<Outcome> {
    const event = anHttpEvent(input.routeKey, {
      path: Object.fromEntries(
        Object.entries(input.path).map(([name, value]) => [name, value.replace('<invitation>', secrets.invitation)]),
      ),
      query: input.query,
      rawBody: input.body,
    });
    const authorization = input.authorization?.replace(/<([^>]+)>/, (_, name: string) => this.#tokens.get(name) ?? secrets.callerToken);
    const asked = {
      ...event,
      isBase64Encoded: input.isBase64,
      headers: { ...input.headers, ...(authorization !== undefined && { authorization }) },
      requestContext: { ...event.requestContext, authorizer: { jwt: { claims: { sub: input.subject } } } },
    };
    const name = goodRoutes[input.routeKey]?.function ?? 'public-http';
    // What the HTTP handlers return, as the gateway reads it.
    const answer = (await this.#run(name, asked)) as HttpAnswer;
    const sent = `${input.body}${JSON.stringify(input)}`;
    const judgement = judgeHttp(answer, sent);
    this.#judge(judgement);
    return { what: input.routeKey, outcome: judgement.outcome };
  }

  /** The gateway is told `Unauthorized`, or whom the ticket belongs to. */
  async #connect(protocols: string | undefined): Promise<Outcome> {
    const headers = protocols === undefined ? {} : { 'Sec-WebSocket-Protocol': protocols.replace('<ticket>', secrets.ticket) };
    const { kind, ...outcome } = await this.#functions.invoke(this.clinic, 'authorize', { headers, methodArn: 'arn:aws:execute-api:x' });
    if (kind === 'crashed') throw new Broken('authorize crashed');
    if (kind === 'failed') {
      this.#requireUnchanged('refused');
      return { what: 'handshake', outcome: 'refused' };
    }
    const { context } = (outcome as { value: { context: SocketOwner } }).value;
    if (context.clinicId !== 'demo') throw new Broken(`a ticket of demo opened ${context.clinicId}`);
    const connected = aSocketEvent({ owner: context, routeKey: '$connect', eventType: 'CONNECT', connectionId: 'new' });
    await this.#run('connection', connected);
    return { what: 'handshake', outcome: 'ok' };
  }

  async #disconnect(from: Person): Promise<Outcome> {
    const { connectionId, owner } = socketOf[from];
    await this.#run('connection', aSocketEvent({ owner: ownerOf(owner), routeKey: '$disconnect', eventType: 'DISCONNECT', connectionId }));
    return { what: 'end', outcome: 'ok' };
  }

  async #run(name: FunctionName, event: object): Promise<unknown> {
    const run = await this.#functions.invoke(this.clinic, name, event);
    if (run.kind !== 'answered') throw new Broken(`${name} ${run.kind}`);
    if (typeof run.value !== 'object' || run.value === null) throw new Broken(`${name} answered ${String(run.value)}`);
    return run.value;
  }

  #judge({ outcome, complaints }: Judgement): void {
    const [complaint] = complaints;
    // What broke is told where it was logged: the answer itself says nothing.
    if (complaint !== undefined) throw new Broken(`${complaint}${this.#log.length > 0 ? `\nlogged: ${this.#log[0]}` : ''}`);
    if (outcome !== 'ok' && outcome !== 'nothing') this.#requireUnchanged(outcome);
  }

  /** What was refused has changed nothing but the count of who tries, and the audit log, which then ends with this very refusal. */
  #requireUnchanged(outcome: string): void {
    const { changes } = this.clinic;
    const entries = changes.filter(isAuditEntry);
    const first = changes.find((change) => change.table !== tableNames.rateLimits && !isAuditEntry(change));
    if (first) throw new Broken(`answered ${outcome}, and yet ${first.table} changed`);
    const recorded = entries.at(-1)?.after?.outcome;
    if (entries.length > 0 && recorded !== outcome) throw new Broken(`answered ${outcome}, and yet recorded as ${String(recorded)}`);
  }
}

const isAuditEntry = ({ table, before }: ItemChange): boolean => table === tableNames.audit && before === undefined;

// The authorizer's context, as `tickets-table.ts` makes it.
const ownerOf = (owner: Readonly<Record<string, string>>) => owner as unknown as SocketOwner;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** As the gateway selects a route: by `$request.body.action`. */
const actionOf = (body: string): string => {
  try {
    const frame: unknown = JSON.parse(body);
    return typeof frame === 'object' && frame !== null && 'action' in frame && typeof frame.action === 'string' ? frame.action : '$default';
  } catch {
    return '$default';
  }
};

const routeOf = (action: string): { name: FunctionName; routeKey: string } => {
  if (action === 'ping') return { name: 'connection', routeKey: 'ping' };
  if (staffActions.some((known) => known === action)) return { name: 'staff-socket', routeKey: action };
  if (callerActions.some((known) => known === action)) return { name: 'caller-socket', routeKey: action };
  return { name: 'connection', routeKey: '$default' };
};
