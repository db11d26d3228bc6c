/** What a server sent over a WebSocket: whole messages of text, and the code it closed with. */
export interface ServerFrames {
  readonly texts: readonly string[];
  /** 1005: closed without one. */
  readonly closeCode?: number;
}

/** Reads a server's frames, which are not masked (https://www.rfc-editor.org/rfc/rfc6455#section-5.2); what is not complete yet is left. */
export const readFrames = (bytes: Buffer): ServerFrames => {
  const texts: string[] = [];
  let parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const frame = frameAt(bytes, at);
    if (frame === undefined) return { texts };
    const { first, payload, end } = frame;
    at = end;
    const opcode = first & 0x0f;
    if (opcode === 8) return { texts, closeCode: payload.length < 2 ? 1005 : payload.readUInt16BE(0) };
    if (opcode > 2) continue;
    parts.push(payload);
    if ((first & 0x80) === 0) continue;
    texts.push(Buffer.concat(parts).toString());
    parts = [];
  }
};

const frameAt = (bytes: Buffer, at: number): { first: number; payload: Buffer; end: number } | undefined => {
  if (bytes.length < at + 2) return undefined;
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  const lengthBytes = { 126: 2, 127: 8 }[short] ?? 0;
  const start = at + 2 + lengthBytes;
  if (bytes.length < start) return undefined;
  const length = lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  if (bytes.length < start + length) return undefined;
  return { first: bytes[at] ?? 0, payload: bytes.subarray(start, start + length), end: start + length };
};
