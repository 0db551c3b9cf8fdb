import type { AttentionCase } from '../../../tensor/test/support/attention-problem.ts';

const one = { batch: 1, heads: 1, keyHeads: 1, headDim: 8, valueDim: 8 };

/** Cases of the forward pass. */
export const cases: readonly AttentionCase[] = [
  {
    ...{ batch: 2, heads: 3, keyHeads: 3, queries: 29, keys: 67, headDim: 16, valueDim: 12 },
    right: null,
    logSumExpGradient: true,
  },
  // Rows that are not whole quads, and longer than a tile; grouped heads.
  { ...one, heads: 4, keyHeads: 2, queries: 71, keys: 71, headDim: 13, valueDim: 37, right: 0 },
  { ...one, heads: 2, queries: 30, keys: 257, headDim: 40, valueDim: 64, right: 3, position: 130 },
  // More queries than keys: the last ones see none.
  { ...one, queries: 100, keys: 40, right: 0, left: 20 },
  { ...one, queries: 90, keys: 90, right: 5, left: 40, softcap: 3 },
  // Masks: of padding, of pairs.
  {
    ...{ ...one, batch: 3, queries: 30, keys: 61, right: null },
    mask: [3, 1, 1, 61],
    maskKind: 'boolean',
  },
  { ...one, heads: 2, queries: 49, keys: 49, right: 0, mask: [1, 2, 49, 49], maskKind: 'additive' },
];

/** Cases of few queries and many keys. */
export const decodeCases: readonly AttentionCase[] = [
  // SmolLM2-135M after 300 tokens, in two chunks of which the cache has three.
  {
    ...{ batch: 1, heads: 9, keyHeads: 3, queries: 1, keys: 600, headDim: 64, valueDim: 64 },
    ...{ right: 0, position: 300 },
  },
  // One chunk; rows that are not whole quads; five rows of a head of keys, so two workgroups.
  { ...one, batch: 2, heads: 5, queries: 1, keys: 40, headDim: 13, valueDim: 37, right: null },
  // Several queries; the window leaves the first chunk out; the softcap.
  {
    ...{ ...one, heads: 4, keyHeads: 2, queries: 5, keys: 520, right: 0, left: 70 },
    ...{ position: 400, softcap: 3 },
  },
  // Masks of padding over two chunks: the first row sees nothing.
  {
    ...{ ...one, batch: 2, queries: 2, keys: 300, right: null },
    mask: [2, 1, 1, 300],
    maskKind: 'boolean',
  },
  {
    ...one,
    queries: 3,
    keys: 61,
    right: 0,
    position: 20,
    mask: [1, 1, 3, 61],
    maskKind: 'additive',
  },
];

/** Cases of the backward pass. */
export const backwardCases: readonly AttentionCase[] = [
  cases[4]!,
  cases[0]!,
  cases[3]!,
  cases[6]!,
].map((x) => ({ ...x, heads: 2 * x.heads }));
