import WebSocket from 'ws';
import { globalPlatform, type Page, type Platform, type PlatformSocket, type PlatformSocketHandlers } from '../../../client/index.ts';

/** The client's way to the service, which a test can break as networks break. */
export class Network implements Platform {
  readonly #sockets = new Set<WebSocket>();
  #unplugged = false;
  #answersToLose = 0;
  #responsesToLose = 0;
  readonly #wakes = new Set<() => void>();

  /** Every socket is cut without a word, and none can be opened until `plugIn`. */
  unplug(): void {
    this.#unplugged = true;
    for (const socket of this.#sockets) socket.terminate();
  }

  plugIn(): void {
    this.#unplugged = false;
    for (const wake of this.#wakes) wake();
  }

  /** The device knows whether it is plugged in. */
  readonly page: Page = {
    isOnline: () => !this.#unplugged,
    isVisible: () => true,
    onWake: (run) => {
      this.#wakes.add(run);
      return () => this.#wakes.delete(run);
    },
  };

  /** The next answer on a socket is lost, and the socket with it: what was asked is done, and nobody knows. */
  loseNextAnswer(): void {
    this.#answersToLose += 1;
  }

  /** The same for the next HTTP response. */
  loseNextResponse(): void {
    this.#responsesToLose += 1;
  }

  /** Answers lost so far are as many as were to be lost. */
  get hasLostAll(): boolean {
    return this.#answersToLose === 0 && this.#responsesToLose === 0;
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    if (this.#unplugged) throw new TypeError('fetch failed');
    const response = await globalPlatform.fetch(url, init);
    if (this.#responsesToLose === 0) return response;
    this.#responsesToLose -= 1;
    await response.text();
    throw new TypeError('fetch failed');
  }

  openSocket(url: string, protocols: string[], handlers: PlatformSocketHandlers): PlatformSocket {
    const socket = new WebSocket(url, protocols);
    this.#sockets.add(socket);
    socket.on('open', () => (this.#unplugged ? socket.terminate() : handlers.onOpen()));
    // An error is always followed by a close.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      handlers.onClose();
    });
    socket.on('message', (data) => {
      const text = String(data);
      if (this.#answersToLose > 0 && text.startsWith('{"type":"ok"')) {
        this.#answersToLose -= 1;
        socket.terminate();
      } else if (socket.readyState === WebSocket.OPEN) handlers.onText(text);
    });
    return { send: (text) => socket.send(text), close: () => socket.close() };
  }

  after(ms: number, run: () => void): () => void {
    return globalPlatform.after(ms, run);
  }

  now(): number {
    return globalPlatform.now();
  }

  /** Always little, so that a lost connection is tried again soon. */
  random(): number {
    return 0.05;
  }

  newId(): string {
    return globalPlatform.newId();
  }
}
