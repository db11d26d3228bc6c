import type { Results } from '../protocol/frames.ts';
import { subprotocol, ticketPrefix } from '../protocol/socket.ts';
import { noAnswer, WaitingAreaError } from './errors.ts';
import type { Ticket } from './http.ts';
import type { Platform, PlatformSocket } from './platform.ts';
import { type Action, readFrame, type ServerEvent, type ServerFrame } from './read-frame.ts';

const openWithinMs = 15_000;
/** Above the functions' own time-outs, so that a late answer is met rather than asked for again. */
const answerWithinMs = 12_000;
/** API Gateway closes a socket after 10 idle minutes (DG/apigateway-execution-service-websocket-limits-table); any frame keeps it. */
const pingAfterMs = 4.5 * 60_000;

/** How a socket ended: this side gave it up, or it was taken away from outside. */
export type LinkEnd = 'given-up' | 'lost';

interface LinkHandlers {
  /** Is it what this action is answered with? */
  isResultOf<A extends Action>(action: A, result: unknown): result is Results[A];
  onEvent(event: ServerEvent): void;
  onClose(end: LinkEnd): void;
}

interface Pending {
  /** False where it is not what was asked for. */
  resolve(result: unknown): boolean;
  reject(error: WaitingAreaError): void;
  cancelTimer(): void;
}

/** One socket of a connection: requests and their answers, events, and the ping that keeps it. It ends once and stays ended. */
export class Link {
  /** Opens a socket with a ticket. @throws WaitingAreaError `no-answer` where it does not open. */
  static open(platform: Platform, ticket: Ticket, handlers: LinkHandlers): Promise<Link> {
    return new Promise((resolve, reject) => {
      let link: Link | undefined;
      const fail = () => reject(noAnswer('the handshake'));
      const socket = platform.openSocket(ticket.url, [subprotocol, ticketPrefix + ticket.ticket], {
        onOpen() {
          cancelTimer();
          link = new Link(platform, socket, handlers);
          resolve(link);
        },
        onText(text) {
          if (link) link.#receive(text);
        },
        onClose() {
          cancelTimer();
          fail();
          if (link) link.#end();
        },
      });
      const cancelTimer = platform.after(openWithinMs, () => {
        fail();
        socket.close();
      });
    });
  }

  readonly #platform: Platform;
  readonly #socket: PlatformSocket;
  readonly #handlers: LinkHandlers;
  readonly #pending = new Map<string, Pending>();
  #ended = false;
  #givenUp = false;
  #retiring = false;
  #cancelPing: () => void;

  private constructor(platform: Platform, socket: PlatformSocket, handlers: LinkHandlers) {
    this.#platform = platform;
    this.#socket = socket;
    this.#handlers = handlers;
    this.#cancelPing = this.#pingLater();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Sends a frame and waits for its answer. @throws WaitingAreaError the server's error, or `no-answer`. */
  request<A extends Action>(action: A, fields: object): Promise<Results[A]> {
    if (this.#ended) return Promise.reject(noAnswer(action));
    const requestId = this.#platform.newId();
    return new Promise<Results[A]>((resolve, reject) => {
      const cancelTimer = this.#platform.after(answerWithinMs, () => {
        reject(noAnswer(action));
        // Nothing for so long: the socket is taken for dead, as a phone's often is without a word.
        this.close();
      });
      const take = (result: unknown): boolean => {
        if (!this.#handlers.isResultOf(action, result)) return false;
        resolve(result);
        return true;
      };
      this.#pending.set(requestId, { resolve: take, reject, cancelTimer });
      this.#send({ action, requestId, ...fields });
    });
  }

  /** Ends it now; whoever waits for an answer gets `no-answer`. */
  close(): void {
    this.#givenUp = true;
    this.#socket.close();
    this.#end();
  }

  /** Ends it as soon as nothing is waited for; events are heard until then. */
  retire(): void {
    this.#retiring = true;
    this.#closeIfDone();
  }

  #send(frame: object): void {
    this.#cancelPing();
    this.#cancelPing = this.#pingLater();
    try {
      this.#socket.send(JSON.stringify(frame));
    } catch {
      // A socket that is closing refuses to send; its end follows and rejects what is pending.
      this.close();
    }
  }

  #pingLater(): () => void {
    return this.#platform.after(pingAfterMs, () => this.#send({ action: 'ping', requestId: this.#platform.newId() }));
  }

  #receive(text: string): void {
    if (this.#ended) return;
    const frame = readFrame(text);
    if (frame?.kind === 'event') this.#handlers.onEvent(frame.event);
    else if (frame) this.#settle(frame);
  }

  #settle(frame: Exclude<ServerFrame, { kind: 'event' }>): void {
    const { requestId } = frame;
    const pending = this.#pending.get(requestId);
    if (pending === undefined) return;
    if (frame.kind === 'ok' && !pending.resolve(frame.result)) {
      // Whoever is at the other end speaks another contract: asked again at once, it would answer the same.
      this.close();
      return;
    }
    this.#pending.delete(requestId);
    pending.cancelTimer();
    if (frame.kind === 'error') pending.reject(new WaitingAreaError(frame.error.code, frame.error.message, frame.error.details));
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (this.#retiring && this.#pending.size === 0) this.close();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelPing();
    for (const { reject, cancelTimer } of this.#pending.values()) {
      cancelTimer();
      reject(noAnswer('a frame whose socket closed'));
    }
    this.#pending.clear();
    this.#handlers.onClose(this.#givenUp ? 'given-up' : 'lost');
  }
}
