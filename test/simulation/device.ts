import type { Platform, PlatformSocket, PlatformSocketHandlers } from '../../client/platform.ts';
import type { Endpoint, SimulatedSocket } from './gateway.ts';
import { request } from './http-api.ts';
import type { World } from './world.ts';

/** One loaded page on someone's machine: what the client takes from where it runs. It may sleep, lose its network, and be reloaded. */
export class Device implements Platform, Endpoint {
  readonly name: string;
  readonly #world: World;
  readonly #sockets = new Set<SimulatedSocket>();
  #isGone = false;
  #isAsleep = false;
  #isOffline = false;
  #onAwake: (() => void)[] = [];
  #onReachable: (() => void)[] = [];

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
  }

  whenAwake(): Promise<void> {
    if (!this.#isAsleep && !this.#isGone) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onAwake.push(resolve);
    });
  }

  whenReachable(): Promise<void> {
    if (!this.#isOffline) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onReachable.push(resolve);
    });
  }

  /** Nothing of the page runs until it wakes. */
  sleep(): void {
    this.#isAsleep = true;
  }

  wake(): void {
    if (!this.#isAsleep || this.#isGone) return;
    this.#isAsleep = false;
    const waiting = this.#onAwake;
    this.#onAwake = [];
    for (const go of waiting) go();
  }

  /** No network. What was on its way waits, as TCP has it; `kills`: sockets do not live through it. */
  enterTunnel(kills: boolean): void {
    this.#isOffline = true;
    if (kills) this.cutSockets();
  }

  leaveTunnel(): void {
    this.#isOffline = false;
    const waiting = this.#onReachable;
    this.#onReachable = [];
    for (const go of waiting) go();
  }

  /** Every socket dies without a word to either end. */
  cutSockets(): void {
    for (const socket of this.#sockets) socket.cut();
  }

  /** The network breaks every socket; both ends are told. */
  resetSockets(): void {
    for (const socket of this.#sockets) socket.reset();
  }

  /** The page is closed, and with it its sockets; nothing of it runs any more. @param silently without a word to the server */
  unload(silently: boolean): void {
    this.#isGone = true;
    for (const socket of this.#sockets) {
      if (silently) socket.cut();
      else socket.close();
    }
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    if (this.#isOffline) {
      await this.#world.scheduler.step('request', [10, 10_000]);
      throw new TypeError('network error');
    }
    const response = await request(this.#world, url, init);
    await this.whenReachable();
    await this.whenAwake();
    return response;
  }

  openSocket(_url: string, protocols: string[], handlers: PlatformSocketHandlers): PlatformSocket {
    const whileHere = (run: () => void) => {
      if (!this.#isGone) run();
    };
    const socket = this.#world.gateway.open(this, protocols, {
      onOpen: () => whileHere(() => handlers.onOpen()),
      onText: (text) => whileHere(() => handlers.onText(text)),
      onClose: () => {
        this.#sockets.delete(socket);
        whileHere(() => handlers.onClose());
      },
    });
    this.#sockets.add(socket);
    return socket;
  }

  after(ms: number, run: () => void): () => void {
    let isCancelled = false;
    const cancel = this.#world.scheduler.after(ms, () => {
      if (this.#isGone) return;
      if (!this.#isAsleep) return run();
      this.#onAwake.push(() => {
        if (!isCancelled) run();
      });
    });
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  now(): number {
    return this.#world.scheduler.now;
  }

  random(): number {
    return this.#world.dice.random();
  }

  newId(): string {
    return this.#world.newId('client');
  }
}
