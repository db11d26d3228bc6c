import type { Page, Platform, PlatformSocketHandlers } from '../../../client/platform.ts';
import type { ErrorCode } from '../../../protocol/errors.ts';

export interface Frame {
  readonly action: string;
  readonly requestId: string;
  readonly [field: string]: unknown;
}

/** A refusal, as an answering rule gives it. */
export class Refusal {
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, details?: unknown) {
    this.code = code;
    this.details = details;
  }
}

/** Answers a frame with its result or a `Refusal`; undefined is silence. */
export type Rule = (frame: Frame, socket: FakeSocket) => object | undefined;

export class FakeSocket {
  readonly url: string;
  readonly protocols: string[];
  readonly sent: Frame[] = [];
  isOpen = false;
  closedByClient = false;
  readonly #handlers: PlatformSocketHandlers;
  readonly #rules: Map<string, Rule>;
  #gone = false;

  constructor(url: string, protocols: string[], handlers: PlatformSocketHandlers, rules: Map<string, Rule>) {
    this.url = url;
    this.protocols = protocols;
    this.#handlers = handlers;
    this.#rules = rules;
  }

  sentOf(action: string): Frame[] {
    return this.sent.filter((frame) => frame.action === action);
  }

  open(): void {
    this.isOpen = true;
    this.#handlers.onOpen();
  }

  send(text: string): void {
    const frame: Frame = JSON.parse(text);
    this.sent.push(frame);
    const answer = this.#rules.get(frame.action)?.(frame, this);
    if (answer !== undefined) queueMicrotask(() => this.answer(frame, answer));
  }

  answer(frame: Frame, answer: object): void {
    const { requestId } = frame;
    if (answer instanceof Refusal) {
      this.push({ type: 'error', requestId, error: { code: answer.code, message: 'refused', details: answer.details } });
    } else this.push({ type: 'ok', requestId, result: answer });
  }

  push(frame: object): void {
    this.pushText(JSON.stringify(frame));
  }

  pushText(text: string): void {
    if (!this.#gone) this.#handlers.onText(text);
  }

  close(): void {
    this.closedByClient = true;
    this.drop();
  }

  /** The network takes it. */
  drop(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.isOpen = false;
    this.#handlers.onClose();
  }
}

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** A page that a test hides, and whose network it takes away. */
export class FakePage implements Page {
  online = true;
  visible = true;
  readonly #listeners = new Set<() => void>();

  isOnline(): boolean {
    return this.online;
  }

  isVisible(): boolean {
    return this.visible;
  }

  onWake(run: () => void): () => void {
    this.#listeners.add(run);
    return () => this.#listeners.delete(run);
  }

  /** How many wait to be woken. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Somebody looks at it, or its network is back. */
  wake(): void {
    for (const run of this.#listeners) run();
  }
}

/** A world in which time passes only on demand, with a server made of rules. */
export class FakePlatform implements Platform {
  readonly sockets: FakeSocket[] = [];
  readonly calls: HttpCall[] = [];
  /** Answers by action; a test sets what it needs. */
  readonly rules = new Map<string, Rule>();
  /** Answers HTTP; undefined is a broken network. */
  http: (call: HttpCall) => { status: number; body?: unknown; text?: string } | undefined = () => ({
    status: 201,
    body: {
      ticket: `t${this.calls.length}`,
      expiresAt: '2026-11-22T09:00:30.000Z',
      url: 'wss://socket.example/demo',
      protocol: 'waiting-area.v1',
    },
  });
  /** Sockets open by themselves. */
  opens = true;
  randomness = 0.5;
  /** Timers run at the full multiples of this alone, as those of a hidden page do. */
  timersRunEveryMs = 1;
  page?: FakePage;
  #clock = 0;
  #ids = 0;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  get lastSocket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }

  /** When the pending timers are due, in ms from now. */
  get pendingTimers(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#clock).sort((a, b) => a - b);
  }

  fetch(url: string, init: RequestInit): Promise<Response> {
    const call: HttpCall = {
      url,
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    this.calls.push(call);
    const answer = this.http(call);
    if (answer === undefined) return Promise.reject(new TypeError('fetch failed'));
    const text = answer.text ?? (answer.body === undefined ? null : JSON.stringify(answer.body));
    return Promise.resolve(new Response(text, { status: answer.status }));
  }

  openSocket(url: string, protocols: string[], handlers: PlatformSocketHandlers): FakeSocket {
    const socket = new FakeSocket(url, protocols, handlers, this.rules);
    this.sockets.push(socket);
    if (this.opens) queueMicrotask(() => socket.open());
    return socket;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#clock + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  now(): number {
    return this.#clock;
  }

  random(): number {
    return this.randomness;
  }

  newId(): string {
    this.#ids += 1;
    return `id${this.#ids}`;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** The device sleeps: time passes, and no timer runs until it wakes. */
  sleep(ms: number): void {
    this.#clock += ms;
  }

  /** Lets time pass: every timer runs at its moment, or as soon as the device lets it. */
  async pass(ms: number): Promise<void> {
    await this.settle();
    const until = this.#clock + ms;
    const runsAt = ({ at }: { at: number }) => Math.ceil(Math.max(at, this.#clock) / this.timersRunEveryMs) * this.timersRunEveryMs;
    for (;;) {
      const [next] = [...this.#timers].filter((timer) => runsAt(timer) <= until).sort((a, b) => runsAt(a) - runsAt(b) || a.at - b.at);
      if (next === undefined) break;
      this.#clock = runsAt(next);
      this.#timers.delete(next);
      next.run();
      await this.settle();
    }
    this.#clock = until;
  }
}
