import { Encoding, type Offsets } from '../encoding.ts';

/** The lists of encodings one after the other, as typed arrays, which threads hand over without a copy. */
export interface PackedEncodings {
  /** For each encoding, how many windows it has: itself, and what truncation cut off. */
  readonly windows: Uint32Array;
  /** Tokens of each window. */
  readonly lengths: Uint32Array;
  /** Ids of all tokens. */
  readonly ids: Uint32Array;
  /** Segment of each token. */
  readonly typeIds: Uint32Array;
  /** 1 for tokens that the post-processor added. */
  readonly specialTokens: Uint8Array;
  /** Start and end of each token in turn; absent if nobody asked for places. */
  readonly offsets: Uint32Array | undefined;
}

/** Packs encodings that are not padded. */
export function packEncodings(encodings: readonly Encoding[]): PackedEncodings {
  const rows = encodings.flatMap((encoding) => [encoding, ...encoding.overflowing]);
  const count = rows.reduce((sum, row) => sum + row.length, 0);
  const ids = new Uint32Array(count);
  const typeIds = new Uint32Array(count);
  const specialTokens = new Uint8Array(count);
  const offsets = rows.some((row) => row.hasPlaces) ? new Uint32Array(2 * count) : undefined;
  let place = 0;
  for (const row of rows) {
    ids.set(row.ids, place);
    typeIds.set(row.type_ids, place);
    specialTokens.set(row.special_tokens_mask, place);
    if (offsets !== undefined) {
      row.offsets.forEach(([start, end], token) => {
        offsets[2 * (place + token)] = start;
        offsets[2 * (place + token) + 1] = end;
      });
    }
    place += row.length;
  }
  return {
    windows: Uint32Array.from(encodings, ({ overflowing }) => 1 + overflowing.length),
    lengths: Uint32Array.from(rows, (row) => row.length),
    ids,
    typeIds,
    specialTokens,
    offsets,
  };
}

/** The buffers of packed encodings, to be handed over. */
export function buffersOf(packed: PackedEncodings): ArrayBuffer[] {
  return Object.values(packed).flatMap((list: Uint32Array | Uint8Array | undefined) =>
    list === undefined ? [] : [list.buffer as ArrayBuffer],
  );
}

/** Unpacks encodings: what calls return of them; tokens and words are not known. */
export function unpackEncodings(packed: PackedEncodings): Encoding[] {
  let row = 0;
  let place = 0;
  const nextWindow = (): Encoding => {
    const start = place;
    place += packed.lengths[row++]!;
    const ids = Array.from(packed.ids.subarray(start, place));
    const { offsets } = packed;
    const lists = {
      ids,
      type_ids: Array.from(packed.typeIds.subarray(start, place)),
      special_tokens_mask: Array.from(packed.specialTokens.subarray(start, place)),
      attention_mask: new Array<number>(ids.length).fill(1),
      tokens: [],
      offsets:
        offsets === undefined
          ? []
          : ids.map((_, token): Offsets => {
              const pair = 2 * (start + token);
              return [offsets[pair]!, offsets[pair + 1]!];
            }),
      word_ids: [],
    };
    return new Encoding(lists, offsets !== undefined);
  };
  return Array.from(packed.windows, (count) => {
    const [first, ...overflowing] = Array.from({ length: count }, nextWindow);
    first!.overflowing = overflowing;
    return first!;
  });
}
