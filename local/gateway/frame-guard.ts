/**
 * Watches the bytes that a client sends for a frame whose payload is larger than allowed: `ws` limits whole messages only.
 * Feed it every chunk; `onTooLarge` is called when the header of such a frame is complete, before the payload is.
 * The framing is that of https://www.rfc-editor.org/rfc/rfc6455#section-5.2.
 */
export const createFrameGuard = (maximumBytes: number, onTooLarge: () => void): ((chunk: Buffer) => void) => {
  const header = Buffer.alloc(14);
  let headerBytes = 0;
  let payloadLeft = 0;

  const needed = (): number => {
    if (headerBytes < 2) return 2;
    const second = header[1] ?? 0;
    const lengthBytes = { 126: 2, 127: 8 }[second & 0x7f] ?? 0;
    return 2 + lengthBytes + (second & 0x80 ? 4 : 0);
  };
  const payloadBytes = (): number => {
    const short = (header[1] ?? 0) & 0x7f;
    if (short === 126) return header.readUInt16BE(2);
    return short === 127 ? Number(header.readBigUInt64BE(2)) : short;
  };

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      header[headerBytes++] = chunk[at++] ?? 0;
      if (headerBytes < 2 || headerBytes < needed()) continue;
      payloadLeft = payloadBytes();
      headerBytes = 0;
      if (payloadLeft > maximumBytes) onTooLarge();
    }
  };
};
