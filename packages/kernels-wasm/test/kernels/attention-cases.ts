import type { AttentionCase } from '../../../tensor/test/support/attention-problem.ts';

const one = { batch: 1, heads: 1, keyHeads: 1, headDim: 8, valueDim: 8 };

/** Cases whose head sizes are multiples of four. */
export const cases: readonly AttentionCase[] = [
  { ...one, queries: 4, keys: 1, right: null },
  { ...one, queries: 64, keys: 64, right: 0 },
  {
    ...{ batch: 2, heads: 3, keyHeads: 3, queries: 29, keys: 67, headDim: 16, valueDim: 12 },
    right: null,
    logSumExpGradient: true,
  },
  { ...one, heads: 4, keyHeads: 2, queries: 131, keys: 131, headDim: 12, valueDim: 20, right: 0 },
  { ...one, heads: 6, queries: 50, keys: 200, headDim: 32, valueDim: 32, right: 3 },
  { ...one, batch: 3, heads: 6, keyHeads: 6, queries: 10, keys: 20, right: null },
  { ...one, queries: 30, keys: 257, right: 0, position: 130 },
  { ...one, queries: 100, keys: 40, right: 0 },
  // Masks: of padding, of pairs, of everything; with causality, too.
  {
    ...one,
    batch: 3,
    queries: 30,
    keys: 61,
    right: null,
    mask: [3, 1, 1, 61],
    maskKind: 'boolean',
  },
  { ...one, heads: 2, queries: 60, keys: 60, right: 0, mask: [1, 1, 1, 60], maskKind: 'boolean' },
  { ...one, heads: 2, queries: 53, keys: 70, right: 0, mask: [1, 1, 53, 70], maskKind: 'boolean' },
  {
    ...{ ...one, batch: 2, heads: 4, keyHeads: 2, queries: 27, keys: 143 },
    right: null,
    mask: [2, 4, 27, 143],
    maskKind: 'additive',
  },
  { ...one, heads: 2, queries: 49, keys: 49, right: 0, mask: [1, 2, 49, 49], maskKind: 'additive' },
];
