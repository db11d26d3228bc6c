import { GoneException, LimitExceededException } from '@aws-sdk/client-apigatewaymanagementapi';
import type { PlatformSocket, PlatformSocketHandlers } from '../../client/platform.ts';
import type { SocketOwner } from '../../functions/middleware/socket-event.ts';
import { callerActions, staffActions } from '../../protocol/frames.ts';
import type { FunctionName } from './functions.ts';
import type { Outcome } from './invocation.ts';
import type { Span } from './scheduler.ts';
import type { World } from './world.ts';

/** API Gateway closes a socket after 10 idle minutes, and after 2 hours (DG/apigateway-execution-service-websocket-limits-table). */
const idleMs = 10 * 60_000;
const lifeMs = 2 * 3600_000;

/** A larger frame closes the socket with 1009 (the same page). */
const frameBytes = 32 * 1024;

const overTheNet: Span = [5, 80];
const lateOverTheNet: Span = [500, 6000];

/** The client's end of the network: a phone in a tunnel, a tab that sleeps. */
export interface Endpoint {
  readonly name: string;
  /** Resolves when frames pass. */
  whenReachable(): Promise<void>;
  /** Resolves when the page may run; never for one that is gone. */
  whenAwake(): Promise<void>;
}

/** A socket as the client has it, with what the network may do to it. */
export interface SimulatedSocket extends PlatformSocket {
  /** Neither end is told. */
  cut(): void;
  /** Both ends are told soon. */
  reset(): void;
}

/**
 * API Gateway's WebSocket API. What a client sends on one socket arrives in order; posts may overtake one another, come twice, or get lost
 * with their socket. It hears late, or never, of a client that is gone, and takes posts for it until then.
 */
export class Gateway {
  readonly #world: World;
  readonly #sockets = new Map<string, Socket>();

  constructor(world: World) {
    this.#world = world;
  }

  open(endpoint: Endpoint, protocols: readonly string[], handlers: PlatformSocketHandlers): SimulatedSocket {
    const socket = new Socket(this.#world, endpoint, handlers);
    this.#sockets.set(socket.id, socket);
    void socket.connect(protocols);
    return socket;
  }

  /** `POST @connections`: @throws as the SDK does after its attempts */
  post(connectionId: string, frame: string): void {
    const { faults } = this.#world;
    if (faults.happens('post throttled')) throw new LimitExceededException({ $metadata: { httpStatusCode: 429 }, message: 'slow down' });
    const socket = this.#sockets.get(connectionId);
    if (!socket?.isOpen) throw new GoneException({ $metadata: { httpStatusCode: 410 }, message: 'gone' });
    const isDone = !faults.happens('post failed') || this.#world.dice.chance(0.5);
    if (isDone) {
      socket.down(frame);
      if (faults.happens('post doubled')) socket.down(frame);
    }
    if (!isDone) throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
  }

  /** `DELETE @connections` */
  close(connectionId: string): void {
    if (this.#world.faults.happens('post throttled')) {
      throw new LimitExceededException({ $metadata: { httpStatusCode: 429 }, message: 'slow down' });
    }
    const socket = this.#sockets.get(connectionId);
    if (!socket?.isOpen) throw new GoneException({ $metadata: { httpStatusCode: 410 }, message: 'gone' });
    socket.closeByGateway();
  }

  /** `GET @connections`, and what the checker asks: does the gateway hold it open? */
  isOpen(connectionId: string): boolean {
    return this.#sockets.get(connectionId)?.isOpen ?? false;
  }

  /** Is it open at both ends, with a network between? */
  isAlive(connectionId: string): boolean {
    return this.#sockets.get(connectionId)?.isAlive ?? false;
  }
}

const routeOf = (text: string): { name: FunctionName; routeKey: string } | undefined => {
  // The client sends nothing but JSON objects with an action.
  const { action } = JSON.parse(text) as { action: string };
  if (action === 'ping') return undefined;
  if (action in callerActions) return { name: 'caller-socket', routeKey: action };
  return action in staffActions ? { name: 'staff-socket', routeKey: action } : { name: 'connection', routeKey: '$default' };
};

class Socket implements SimulatedSocket {
  readonly id: string;
  readonly #world: World;
  readonly #endpoint: Endpoint;
  readonly #handlers: PlatformSocketHandlers;
  readonly #up: string[] = [];
  #isPumping = false;
  #client: 'opening' | 'open' | 'closed' = 'opening';
  #gateway: 'opening' | 'open' | 'closed' = 'opening';
  #isCut = false;
  #owner: SocketOwner | undefined;
  #connectedAt = 0;
  #lastFrameAt = 0;

  constructor(world: World, endpoint: Endpoint, handlers: PlatformSocketHandlers) {
    this.#world = world;
    this.#endpoint = endpoint;
    this.#handlers = handlers;
    this.id = world.newId('socket');
  }

  get isOpen(): boolean {
    return this.#gateway === 'open';
  }

  get isAlive(): boolean {
    return this.#gateway === 'open' && this.#client === 'open' && !this.#isCut;
  }

  async connect(protocols: readonly string[]): Promise<void> {
    const { world, id } = { world: this.#world, id: this.id };
    await this.#travel('handshake');
    if (world.faults.happens('handshake refused')) return this.#tellClosed();
    const authorized = await world.invoke('authorize', {
      headers: { 'Sec-WebSocket-Protocol': protocols.join(', ') },
      methodArn: 'arn:aws:execute-api:eu-central-1:123456789012:simulation/v1/$connect',
    });
    if (authorized.kind !== 'answered') return this.#tellClosed();
    // What the authorizer returns: the context is the socket's owner.
    this.#owner = (authorized.value as { context: SocketOwner }).context;
    this.#connectedAt = Math.floor(world.now());
    const connected = await world.invoke('connection', this.#event('CONNECT', '$connect'));
    if (connected.kind !== 'answered') return this.#tellClosed();
    this.#gateway = 'open';
    this.#lastFrameAt = world.scheduler.now;
    this.#watchIdle();
    world.scheduler.after(lifeMs, () => this.closeByGateway(), 'socket life over');
    await this.#travel('handshake answer');
    if (this.#isCut) return;
    if (this.#client === 'closed') return this.#gone();
    await this.#endpoint.whenAwake();
    if (this.#client !== 'opening') return;
    this.#client = 'open';
    world.trace?.(`${this.#endpoint.name}: ${id} is open`);
    this.#handlers.onOpen();
  }

  send(text: string): void {
    if (this.#client !== 'open') throw new Error('the socket is not open');
    this.#up.push(text);
    if (!this.#isPumping) void this.#pump();
  }

  /** The client closes it; the gateway hears of it if the network lets it. */
  close(): void {
    if (this.#client === 'closed') return;
    this.#client = 'closed';
    void this.#world.scheduler.step('close event', [0, 5]).then(() => this.#handlers.onClose());
    void this.#travel('close').then(() => {
      if (!this.#isCut && this.#gateway === 'open') this.#gone();
    });
  }

  /** The network loses it; neither end is told. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    const { dice, scheduler, trace } = this.#world;
    trace?.(`${this.#endpoint.name}: ${this.id} dies in silence`);
    if (dice.chance(0.5)) scheduler.after(dice.between(100, 60_000), () => void this.#tellClosed(), 'client notices');
    scheduler.after(dice.pick([500, 20_000, 300_000]), () => this.#gone(), 'gateway notices');
  }

  /** The network breaks it; both ends are told soon. */
  reset(): void {
    this.#isCut = true;
    this.#gone();
    void this.#tellClosed();
  }

  closeByGateway(): void {
    if (this.#gateway !== 'open') return;
    this.#gone();
    void this.#tellClosed();
  }

  /** A frame to the client. It is lost only together with the socket. */
  down(text: string): void {
    if (Buffer.byteLength(text) > frameBytes) this.#world.breaches.push(`a frame of ${Buffer.byteLength(text)} bytes closes its socket`);
    void this.#deliver(text);
  }

  async #deliver(text: string): Promise<void> {
    const { faults, scheduler, trace } = this.#world;
    await scheduler.step('frame down', faults.happens('post late') ? lateOverTheNet : overTheNet);
    await this.#endpoint.whenReachable();
    await this.#endpoint.whenAwake();
    if (this.#isCut || this.#client !== 'open') return;
    trace?.(`${this.#endpoint.name} ← ${text}`);
    this.#handlers.onText(text);
  }

  async #pump(): Promise<void> {
    const { faults, scheduler, trace } = this.#world;
    this.#isPumping = true;
    for (let text = this.#up.shift(); text !== undefined; text = this.#up.shift()) {
      await scheduler.step('frame up', faults.happens('frame late') ? lateOverTheNet : overTheNet);
      await this.#endpoint.whenReachable();
      if (faults.happens('socket reset')) this.reset();
      if (faults.happens('socket died in silence')) this.cut();
      if (this.#isCut || this.#gateway !== 'open') continue;
      this.#lastFrameAt = scheduler.now;
      trace?.(`${this.#endpoint.name} → ${text}`);
      void this.#handle(text);
    }
    this.#isPumping = false;
  }

  async #handle(text: string): Promise<void> {
    const route = routeOf(text);
    if (!route) return;
    const outcome = await this.#world.invoke(route.name, { ...this.#event('MESSAGE', route.routeKey), body: text });
    const answer = answerOf(outcome);
    if (answer !== undefined) this.#world.watchAnswer(text, answer);
    if (answer !== undefined && this.#gateway === 'open') this.down(answer);
  }

  /** The gateway knows that the client is gone. `$disconnect` is best effort. */
  #gone(): void {
    if (this.#gateway !== 'open') return;
    this.#gateway = 'closed';
    if (this.#world.faults.happens('$disconnect lost')) return;
    void this.#world.scheduler
      .step('$disconnect', overTheNet)
      .then(() => this.#world.invoke('connection', this.#event('DISCONNECT', '$disconnect')));
  }

  async #tellClosed(): Promise<void> {
    await this.#world.scheduler.step('close', overTheNet);
    await this.#endpoint.whenAwake();
    if (this.#client === 'closed') return;
    this.#client = 'closed';
    this.#world.trace?.(`${this.#endpoint.name}: ${this.id} is closed`);
    this.#handlers.onClose();
  }

  async #travel(label: string): Promise<void> {
    await this.#world.scheduler.step(label, overTheNet);
    await this.#endpoint.whenReachable();
  }

  #watchIdle(): void {
    const { scheduler } = this.#world;
    scheduler.after(
      this.#lastFrameAt + idleMs - scheduler.now,
      () => {
        if (this.#gateway !== 'open') return;
        if (scheduler.now - this.#lastFrameAt >= idleMs) this.closeByGateway();
        else this.#watchIdle();
      },
      'idle',
    );
  }

  #event(eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT', routeKey: string): object {
    return {
      isBase64Encoded: false,
      requestContext: { routeKey, eventType, connectionId: this.id, connectedAt: this.#connectedAt, authorizer: this.#owner },
    };
  }
}

/** What the route's response sends back; a function that threw or died leaves API Gateway's own frame. */
const answerOf = (outcome: Outcome): string | undefined => {
  if (outcome.kind !== 'answered') return '{"message":"Internal server error"}';
  // What the socket handlers return.
  return (outcome.value as { body?: string }).body;
};
