/**
 * Runs before each test file that talks to a stack: keeps the secrets of every request, answer and frame, whichever helper sends it, for the
 * search when the run is over.
 */
import WebSocket from 'ws';
import { hear, hearAnswer, hearAuthorization } from './hear.ts';
import { runFolder } from './run-folder.ts';

if (runFolder() !== undefined) {
  const plainFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const authorization = new Headers(init?.headers).get('authorization');
    if (authorization !== null) hearAuthorization(authorization);
    if (typeof init?.body === 'string') hear(init.body);
    const response = await plainFetch(input, init);
    // Read beside the test, which may never read it.
    void response
      .clone()
      .text()
      .then((body) => hearAnswer(response.status, body))
      .catch(() => {});
    return response;
  };

  const { send, emit } = WebSocket.prototype;
  WebSocket.prototype.send = function (this: WebSocket, ...args: Parameters<typeof send>) {
    if (typeof args[0] === 'string') hear(args[0]);
    return send.apply(this, args);
  } as typeof send;
  WebSocket.prototype.emit = function (this: WebSocket, event: string | symbol, ...args: unknown[]) {
    if (event === 'message') hear(String(args[0]));
    return emit.call(this, event, ...args);
  };
}
