import { readFileSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

/**
 * Writes a screenshot anew, pixel for pixel, without the filters that PNG has for photographs: what is drawn of flat areas and letters packs
 * better so. Chromium writes 8-bit RGB or RGBA, not interlaced. Format: https://www.w3.org/TR/png-3/
 */
export const shrinkPng = (file: string): void => {
  const png = readFileSync(file);
  const header = chunksOf(png).find(({ type }) => type === 'IHDR');
  if (!header) throw new Error(`${file} is no PNG`);
  const bytesPerPixel = header.data[9] === 6 ? 4 : 3;
  const stride = header.data.readUInt32BE(0) * bytesPerPixel;
  const packed = chunksOf(png)
    .filter(({ type }) => type === 'IDAT')
    .map(({ data }) => data);
  const rows = unfilter(inflateSync(Buffer.concat(packed)), stride, bytesPerPixel);
  writeFileSync(
    file,
    Buffer.concat([
      png.subarray(0, signatureBytes),
      chunk('IHDR', header.data),
      chunk('IDAT', deflateSync(rows, { level: 9 })),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
};

const signatureBytes = 8;

const chunksOf = (png: Buffer) => {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = signatureBytes; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
};

const chunk = (type: string, data: Buffer): Buffer => {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)]);
};

/** The same rows, each with filter type 0 (none) before it. */
const unfilter = (filtered: Buffer, stride: number, bytesPerPixel: number): Buffer => {
  const rows = Buffer.alloc(filtered.length);
  for (let row = 0; row < filtered.length; row += stride + 1) {
    const filter = filtered[row];
    for (let index = 1; index <= stride; index += 1) {
      const at = row + index;
      const isFirst = index <= bytesPerPixel;
      const left = isFirst ? 0 : (rows[at - bytesPerPixel] ?? 0);
      const above = rows[at - stride - 1] ?? 0;
      const aboveLeft = isFirst ? 0 : (rows[at - stride - 1 - bytesPerPixel] ?? 0);
      rows[at] = (filtered[at] ?? 0) + predict(filter, left, above, aboveLeft);
    }
  }
  return rows;
};

const predict = (filter: number | undefined, left: number, above: number, aboveLeft: number): number => {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return paeth(left, above, aboveLeft);
    default:
      return 0;
  }
};

const paeth = (left: number, above: number, aboveLeft: number): number => {
  const [toLeft, toAbove, toAboveLeft] = [above - aboveLeft, left - aboveLeft, left + above - 2 * aboveLeft].map(Math.abs);
  if (toLeft === undefined || toAbove === undefined || toAboveLeft === undefined) return 0;
  if (toLeft <= toAbove && toLeft <= toAboveLeft) return left;
  return toAbove <= toAboveLeft ? above : aboveLeft;
};
