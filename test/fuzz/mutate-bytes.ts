import fc from 'fast-check';

/** One change of a run of bytes; places are shares of its length, so that a change can be shrunk alone. */
export type ByteChange =
  | { readonly kind: 'flip'; readonly place: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly place: number; readonly length: number }
  | { readonly kind: 'splice'; readonly place: number; readonly bytes: Uint8Array }
  | { readonly kind: 'repeat'; readonly place: number; readonly length: number; readonly times: number }
  | { readonly kind: 'truncate'; readonly place: number };

const place = fc.integer({ min: 0, max: 1000 }).map((thousandth) => thousandth / 1000);

/** Bytes that mean something to UTF-8, HTTP, JSON or WebSocket framing. */
const tellingBytes = fc.constantFrom(
  [0x00],
  [0x0d, 0x0a],
  [0x0d, 0x0a, 0x0d, 0x0a],
  [0x80],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xfe, 0xff],
  [0xff],
  [0x22],
  [0x5c],
  [0x7b],
  [0x5d],
);

export const byteChange: fc.Arbitrary<ByteChange> = fc.oneof(
  fc.record({ kind: fc.constant('flip'), place, bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('cut'), place, length: fc.integer({ min: 1, max: 20 }) }),
  fc.record({
    kind: fc.constant('splice'),
    place,
    bytes: fc.oneof(
      tellingBytes.map((bytes) => Uint8Array.from(bytes)),
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
    ),
  }),
  fc.record({ kind: fc.constant('repeat'), place, length: fc.integer({ min: 1, max: 40 }), times: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ kind: fc.constant('truncate'), place }),
);

/** No change, mostly: most of what is found hides behind the grammar. */
export const byteChanges: fc.Arbitrary<readonly ByteChange[]> = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(byteChange, { minLength: 1, maxLength: 4 }) },
);

export const mutateBytes = (bytes: Buffer, changes: readonly ByteChange[]): Buffer => changes.reduce(mutated, bytes);

const mutated = (bytes: Buffer, change: ByteChange): Buffer => {
  const at = Math.floor(change.place * bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (change.kind) {
    case 'flip': {
      const flipped = Buffer.from(bytes);
      if (at < bytes.length) flipped[at] = (bytes[at] ?? 0) ^ (1 << change.bit);
      return flipped;
    }
    case 'cut':
      return Buffer.concat([before, after.subarray(change.length)]);
    case 'splice':
      return Buffer.concat([before, change.bytes, after]);
    case 'repeat':
      return Buffer.concat([before, ...Array.from({ length: change.times }, () => after.subarray(0, change.length)), after]);
    case 'truncate':
      return Buffer.from(before);
  }
};
