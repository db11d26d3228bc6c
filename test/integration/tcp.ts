import { connect, type Socket } from 'node:net';

/** What came back over one TCP connection. */
export interface Exchange {
  readonly answer: Buffer;
  /** Whether the server ended it; otherwise `enough` held, or patience was over. */
  readonly isClosed: boolean;
}

export interface ExchangeOptions {
  /** How long to wait for the next byte of a server that waits for more, as it may. */
  readonly patienceMs: number;
  /** How long for the first; as for the next where absent. */
  readonly firstPatienceMs?: number;
  /** This side ends when all is sent. */
  readonly isHalfClosed: boolean;
}

/**
 * Sends bytes over a new connection, and takes what comes back.
 * @param enough is asked after each chunk whether the answer is complete
 */
export const exchange = (
  address: string,
  chunks: readonly Buffer[],
  enough: (answer: Buffer) => boolean,
  { patienceMs, firstPatienceMs = patienceMs, isHalfClosed }: ExchangeOptions,
): Promise<Exchange> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(address);
    const received: Buffer[] = [];
    const socket: Socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const finish = (isClosed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answer: Buffer.concat(received), isClosed });
    };
    const wait = (ms: number) => setTimeout(() => finish(false), ms);
    let timer = wait(firstPatienceMs);
    socket.on('data', (chunk) => {
      clearTimeout(timer);
      timer = wait(patienceMs);
      received.push(chunk);
      if (enough(Buffer.concat(received))) finish(false);
    });
    socket.on('end', () => finish(true));
    // A server may reset a connection that it gives up.
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    for (const chunk of chunks) socket.write(chunk);
    if (isHalfClosed) socket.end();
  });
