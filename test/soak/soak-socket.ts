import WebSocket from 'ws';
import type { Ticket } from '../../client/index.ts';
import type { Frame, Result } from '../contract/wire.ts';

/** A raw WebSocket that keeps nothing it was sent: there are ten thousand of them. */
export interface SoakSocket {
  /** @throws when it is refused, or not answered before the socket closes */
  ask(action: string, fields: object): Promise<Result>;
  ping(): void;
  close(): void;
}

export interface SoakSocketHandlers {
  /** Every frame that answers nothing. */
  readonly onEvent: (frame: Frame) => void;
  /** It closed, though nobody here closed it. */
  readonly onLost: (code: number) => void;
}

export const openSoakSocket = async ({ url, protocol, ticket }: Ticket, { onEvent, onLost }: SoakSocketHandlers): Promise<SoakSocket> => {
  const webSocket = new WebSocket(url, [protocol, `ticket.${ticket}`], { perMessageDeflate: false });
  const asked = new Map<string, { resolve(result: Result): void; reject(error: Error): void }>();
  let number = 0;
  let closing = false;
  webSocket.on('message', (data) => {
    // The service answers as protocol.md has it; the contract's tests hold it to that.
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.type !== 'ok' && frame.type !== 'error') return onEvent(frame);
    const question = asked.get(String(frame.requestId));
    asked.delete(String(frame.requestId));
    if (frame.result) question?.resolve(frame.result);
    else question?.reject(new Error(`refused: ${frame.error?.code}`));
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  webSocket.once('open', resolve);
  webSocket.on('error', reject);
  webSocket.on('close', (code) => {
    for (const { reject: fail } of asked.values()) fail(new Error(`the socket closed with ${code}`));
    if (!closing) onLost(code);
  });
  await promise;
  return {
    ask: (action, fields) =>
      new Promise((settle, fail) => {
        number += 1;
        asked.set(String(number), { resolve: settle, reject: fail });
        webSocket.send(JSON.stringify({ action, requestId: String(number), ...fields }));
      }),
    ping: () => webSocket.send('{"action":"ping"}'),
    close: () => {
      closing = true;
      webSocket.terminate();
    },
  };
};
