import type { WebSocket } from 'ws';

/** What a gateway may be told to do wrongly, for one connection or for all. */
export interface Faults {
  /** How `@connections` answers a POST; `swallowed`: 200, and nothing is sent. */
  readonly posts?: 'throttled' | 'gone' | 'swallowed';
  /** The end of the connection is never told to `$disconnect`. */
  readonly loseDisconnect?: boolean;
}

/** An open WebSocket connection. */
export interface Connection {
  readonly connectionId: string;
  readonly socket: WebSocket;
  readonly connectedAtMs: number;
  /** Time of the client's last message: what the idle limit counts from. */
  lastActiveAtMs: number;
  /** What every event of this connection carries, the authorizer's context in it. */
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Set once the gateway has begun to close it: nothing that arrives later counts. */
  closing: { readonly code: number; readonly reason: string } | undefined;
  faults: Faults;
  /** How often somebody tried to post to it, whatever came of it. */
  postAttempts: number;
}

/** The open connections of a gateway, with the faults that concern all of them. */
export interface Connections {
  readonly open: Map<string, Connection>;
  faults: Faults;
  /** 10 minutes: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
  idleTimeoutMs: number;
  /** 2 hours, same page. */
  connectionLifeMs: number;
}

export const faultsOf = (connections: Connections, connection: Connection): Faults => ({ ...connections.faults, ...connection.faults });

/** Frames larger than this are split when the gateway sends, and refused when it receives: same page. */
export const maximumFrameBytes = 32 * 1024;
export const maximumMessageBytes = 128 * 1024;

export const closeConnection = (connection: Connection, code: number, reason: string): void => {
  if (connection.closing !== undefined) return;
  connection.closing = { code, reason };
  connection.socket.close(code, reason);
};

/** Sends a text message in frames of at most 32 KB. False when the socket no longer takes it. */
export const sendText = ({ socket }: Connection, message: Buffer): boolean => {
  if (socket.readyState !== socket.OPEN) return false;
  for (let start = 0; start === 0 || start < message.length; start += maximumFrameBytes) {
    const end = Math.min(start + maximumFrameBytes, message.length);
    socket.send(message.subarray(start, end), { binary: false, fin: end === message.length });
  }
  return true;
};
