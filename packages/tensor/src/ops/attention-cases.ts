import { mul } from './arithmetic.ts';
import {
  type AttentionOptions,
  attention,
  attentionWeights,
  attentionWithLogSumExp,
} from './attention.ts';
import type { CaseInput, OpCase } from './case.ts';

const q: CaseInput = { shape: [2, 2, 3, 4] };
const k: CaseInput = { shape: [2, 2, 5, 4] };
const v: CaseInput = { shape: [2, 2, 5, 3] };
/** Queries, keys and values of one sentence: 4 query heads on 2 key heads. */
const grouped: readonly CaseInput[] = [
  { shape: [1, 4, 5, 2] },
  { shape: [1, 2, 5, 2] },
  { shape: [1, 2, 5, 2] },
];

const attend = (
  name: string,
  inputs: readonly CaseInput[],
  options: AttentionOptions = {},
): OpCase => ({
  name,
  inputs,
  terms: 16,
  build: ([queries, keys, values]) => attention(queries!, keys!, values!, options),
});

/** Test cases of `attention`. */
export const cases: readonly OpCase[] = [
  {
    ...attend('plain', [{ shape: [1, 2, 3, 2] }, { shape: [1, 2, 4, 2] }, { shape: [1, 2, 4, 3] }]),
    secondOrder: true,
  },
  attend('one query, one key', [
    { shape: [1, 1, 1, 2] },
    { shape: [1, 1, 1, 2] },
    { shape: [1, 1, 1, 2] },
  ]),
  attend('causal', grouped, { causal: true }),
  attend(
    'causal from a position',
    [{ shape: [1, 2, 2, 2] }, { shape: [1, 2, 6, 2] }, { shape: [1, 2, 6, 2] }],
    { causal: true, offset: 3 },
  ),
  attend('sliding window', grouped, { causal: true, window: [2, 0] }),
  attend(
    'window on both sides, past the last key',
    [{ shape: [1, 1, 6, 2] }, { shape: [1, 1, 3, 2] }, { shape: [1, 1, 3, 2] }],
    { window: [1, 1] },
  ),
  attend('soft cap and scale', [q, k, v], { softcap: 1.5, scale: 0.7 }),
  attend('dropout', grouped, { dropout: { p: 0.3, seed: 5, position: 6, draw: 7 } }),
  {
    name: 'boolean mask with a row that sees nothing',
    inputs: [
      q,
      k,
      v,
      {
        shape: [2, 1, 3, 5],
        dtype: 'bool',
        values: [
          1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1,
        ],
      },
    ],
    terms: 16,
    build: ([queries, keys, values, mask]) => attention(queries!, keys!, values!, { mask: mask! }),
  },
  {
    name: 'boolean mask and causality: a row sees only masked keys',
    inputs: [...grouped, { shape: [1, 1, 1, 5], dtype: 'bool', values: [0, 0, 1, 1, 0] }],
    terms: 16,
    build: ([queries, keys, values, mask]) =>
      attention(queries!, keys!, values!, { mask: mask!, causal: true }),
  },
  {
    name: 'additive mask with a gradient',
    inputs: [q, k, v, { shape: [2, 3, 5] }],
    terms: 16,
    build: ([queries, keys, values, mask]) => attention(queries!, keys!, values!, { mask: mask! }),
  },
  {
    name: 'additive mask with infinities',
    inputs: [
      q,
      k,
      v,
      { shape: [5], values: [0, Number.NEGATIVE_INFINITY, -3.4e38, 1, 0], differentiable: false },
    ],
    terms: 16,
    build: ([queries, keys, values, mask]) => attention(queries!, keys!, values!, { mask: mask! }),
  },
  {
    name: 'log-sum-exp has a gradient',
    inputs: [q, k, v],
    terms: 16,
    build: ([queries, keys, values]) => {
      const { out, logSumExp } = attentionWithLogSumExp(queries!, keys!, values!, { causal: true });
      return [out, mul(logSumExp, logSumExp)];
    },
  },
  {
    name: 'weights',
    inputs: [q, k],
    terms: 5,
    build: ([queries, keys]) => attentionWeights(queries!, keys!, { causal: true }),
  },
  {
    name: 'offset on the device',
    inputs: [...grouped, { shape: [], dtype: 'i32', values: [2] }],
    terms: 16,
    gradient: false,
    build: ([queries, keys, values, offset]) =>
      attention(queries!, keys!, values!, { causal: true, offset: offset! }),
  },
  {
    name: 'larger than a tile',
    inputs: [{ shape: [1, 2, 67, 24] }, { shape: [1, 1, 131, 24] }, { shape: [1, 1, 131, 16] }],
    terms: 131,
    gradient: false,
    build: ([queries, keys, values]) =>
      attention(queries!, keys!, values!, { causal: true, offset: 64 }),
  },
];
