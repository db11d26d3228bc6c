import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import type { ErrorBody, ErrorCode } from '../../protocol/errors.ts';
import type { Caller, Message } from '../../protocol/objects.ts';
import type { Frame, Result } from './wire.ts';

const answerWithinMs = 15_000;
const eventWithinMs = 15_000;

/** A plain WebSocket that keeps every frame it was sent, in order. */
export class Socket {
  /** Resolves when the handshake is done; rejects with its HTTP status. */
  readonly opened: Promise<void>;
  /** The code the socket closed with. */
  readonly closed: Promise<number>;
  readonly frames: Frame[] = [];
  largestFrameBytes = 0;
  readonly #socket: WebSocket;
  readonly #heard = new Set<() => void>();
  #looked = 0;

  /** @param origin what a browser would say of the page; @default none is said, as by other clients */
  constructor(url: string, protocols: string[], origin?: string) {
    this.#socket = new WebSocket(url, protocols, origin === undefined ? {} : { origin });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.on('open', () => resolve());
      this.#socket.on('unexpected-response', (_request, response) => reject(new HandshakeRefused(response.statusCode ?? 0)));
      this.#socket.on('error', reject);
    });
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => this.#socket.on('close', (code) => resolve(code)));
    this.#socket.on('message', (data) => {
      const text = String(data);
      this.largestFrameBytes = Math.max(this.largestFrameBytes, Buffer.byteLength(text));
      this.frames.push(JSON.parse(text));
      for (const hear of [...this.#heard]) hear();
    });
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Everything but answers. */
  get events(): Frame[] {
    return this.frames.filter(({ type }) => type !== 'ok' && type !== 'error');
  }

  /** Every message that was told, as it came. */
  get messages(): Message[] {
    return this.events.filter(({ type }) => type === 'messagesAdded').flatMap(({ messages }) => messages ?? []);
  }

  /** From here on `event` finds only what comes later. */
  lookAhead(): void {
    this.#looked = this.frames.length;
  }

  /** Sends a frame and answers with its answer, `ok` or `error`. */
  async ask(action: string, fields: object = {}): Promise<Frame> {
    const requestId = randomUUID();
    this.send(JSON.stringify({ action, requestId, ...fields }));
    return this.#frame(
      `an answer to ${action}`,
      (frame) => frame.requestId === requestId && (frame.type === 'ok' || frame.type === 'error'),
      0,
      answerWithinMs,
    );
  }

  /** The result of what must succeed. */
  async ok(action: string, fields: object = {}): Promise<Result> {
    const { type, result, error } = await this.ask(action, fields);
    assert.equal(type, 'ok', `${action}: ${JSON.stringify(error)}`);
    assert.ok(result);
    return result;
  }

  /** The error of what must be refused, with this code. */
  async refused(action: string, fields: object, code: ErrorCode): Promise<ErrorBody> {
    const { type, result, error } = await this.ask(action, fields);
    assert.equal(type, 'error', `${action} was not refused: ${JSON.stringify(result)}`);
    assert.equal(error?.code, code, JSON.stringify(error));
    assert.equal(typeof error?.message, 'string');
    assert.doesNotMatch(JSON.stringify(error), /node_modules|\bat .+\.(js|ts|mjs):\d+/);
    return error;
  }

  /** All pages of a paged action. */
  async pages(action: 'subscribe' | 'resume' | 'thread', fields: object): Promise<Result[]> {
    const [next, from] = action === 'subscribe' ? (['nextCursor', 'cursor'] as const) : (['nextAfterSeq', 'afterSeq'] as const);
    const results: Result[] = [];
    let position: string | number | null = null;
    do {
      const result: Result = await this.ok(action, { ...fields, ...(position !== null && { [from]: position }) });
      results.push(result);
      assert.ok(next in result, `${action} says where its next page starts, or null`);
      position = result[next];
    } while (position !== null);
    return results;
  }

  /** The first event like this, come already (since `lookAhead`) or still to come. */
  event(what: string, isIt: (frame: Frame) => boolean): Promise<Frame> {
    return this.#frame(what, (frame) => frame.type !== 'ok' && frame.type !== 'error' && isIt(frame), this.#looked, eventWithinMs);
  }

  /** The first frame like this that comes after now. */
  next(what: string, isIt: (frame: Frame) => boolean): Promise<Frame> {
    return this.#frame(what, isIt, this.frames.length, eventWithinMs);
  }

  /** A caller's row on the board, as soon as it is told like this. */
  async row(what: string, callerId: string, isIt: (caller: Caller) => boolean = () => true): Promise<Caller> {
    const find = (frame: Frame) => frame.callers?.find((caller) => caller.callerId === callerId && isIt(caller));
    const row = find(await this.event(what, (frame) => frame.type === 'callersChanged' && find(frame) !== undefined));
    assert.ok(row);
    return row;
  }

  /** Waits until this caller is told to be off the board. */
  async removal(callerId: string): Promise<void> {
    await this.event('leaving', ({ type, removed }) => type === 'callersChanged' && removed?.includes(callerId) === true);
  }

  /** Waits for a message of this text. */
  async told(text: string): Promise<void> {
    await this.event(`the message ${text}`, ({ messages }) => messages?.some((message) => message.text === text) === true);
  }

  send(data: string | Buffer): void {
    this.#socket.send(data);
  }

  close(): Promise<number> {
    this.#socket.close();
    return this.closed;
  }

  /** Goes without a word. */
  drop(): void {
    this.#socket.on('error', () => {});
    this.#socket.terminate();
  }

  #frame(what: string, isIt: (frame: Frame) => boolean, from: number, withinMs: number): Promise<Frame> {
    return new Promise((resolve, reject) => {
      let looked = from;
      const finish = () => {
        clearTimeout(timer);
        this.#heard.delete(hear);
      };
      const hear = () => {
        for (; looked < this.frames.length; looked += 1) {
          const frame = this.frames[looked];
          if (frame === undefined || !isIt(frame)) continue;
          finish();
          resolve(frame);
          return;
        }
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`${what} never came; the last frames: ${JSON.stringify(this.frames.slice(-3)).slice(0, 1000)}`));
      }, withinMs);
      this.#heard.add(hear);
      hear();
    });
  }
}

/** The server did not open the socket. */
export class HandshakeRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The handshake was refused with ${status}`);
    this.status = status;
  }
}
