import type { CoarseKernel, CoarseOperand } from '@llm/tensor';
import { describe, expect, it } from 'vitest';
import { planAttention, supportsAttention } from '../../src/kernels/attention.ts';
import { hasRelaxedSimd } from '../../src/wasm/index.ts';
import { runPlan } from '../run-plan.ts';

const targets = [
  { sharedMemory: false, relaxedSimd: false },
  { sharedMemory: true, relaxedSimd: hasRelaxedSimd() },
];

interface Case {
  batch: number;
  heads: number;
  keyHeads: number;
  queries: number;
  keys: number;
  headDim: number;
  valueDim: number;
  right: number | null;
  position?: number;
}

const attributes = {
  scale: 0.3,
  left: null,
  right: null as number | null,
  softcap: null,
  mask: 'none',
  offset: false,
  dropout: 0,
  draw: 0,
};

function rowMajor(buffer: number, shape: number[], dtype: 'f32' | 'i32' = 'f32'): CoarseOperand {
  const strides = shape.map((_, index) => shape.slice(index + 1).reduce((a, b) => a * b, 1));
  return { buffer, offset: 0, shape, dtype, strides };
}

function kernelOf(x: Case): CoarseKernel {
  const offset = x.position !== undefined;
  const inputs = [
    rowMajor(0, [x.batch, x.heads, x.queries, x.headDim]),
    rowMajor(1, [x.batch, x.keyHeads, x.keys, x.headDim]),
    rowMajor(2, [x.batch, x.keyHeads, x.keys, x.valueDim]),
    ...(offset ? [rowMajor(3, [], 'i32')] : []),
  ];
  const outputs = [
    rowMajor(inputs.length, [x.batch, x.heads, x.queries, x.valueDim]),
    rowMajor(inputs.length + 1, [x.batch, x.heads, x.queries]),
  ];
  return {
    kind: 'coarse',
    name: 'attention',
    operation: 'attention',
    attributes: { ...attributes, right: x.right, offset },
    buffers: [...inputs, ...outputs].map(({ dtype, shape }, index) => ({
      dtype,
      size: shape.reduce((a, b) => a * b, 1),
      access: index < inputs.length ? 'read' : 'write',
    })),
    inputs,
    outputs,
  } as unknown as CoarseKernel;
}

/** Softmax attention in double precision, one query at a time. */
function reference(x: Case, q: Float32Array, k: Float32Array, v: Float32Array) {
  const out: number[] = [];
  const logSumExp: number[] = [];
  for (let row = 0; row < x.batch * x.heads * x.queries; row++) {
    const query = row % x.queries;
    const head = Math.floor(row / x.queries) % x.heads;
    const item = Math.floor(row / x.queries / x.heads);
    const keyHead = item * x.keyHeads + Math.floor((head * x.keyHeads) / x.heads);
    const limit = x.right === null ? x.keys : (x.position ?? 0) + query + x.right + 1;
    const seen = Math.min(x.keys, limit);
    const scores = Array.from({ length: seen }, (_, key) => {
      let score = 0;
      for (let i = 0; i < x.headDim; i++) {
        score += q[row * x.headDim + i]! * k[(keyHead * x.keys + key) * x.headDim + i]!;
      }
      return score * attributes.scale;
    });
    const largest = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - largest));
    const total = weights.reduce((a, b) => a + b, 0);
    for (let i = 0; i < x.valueDim; i++) {
      let value = 0;
      for (let key = 0; key < seen; key++) {
        value += (weights[key]! / total) * v[(keyHead * x.keys + key) * x.valueDim + i]!;
      }
      out.push(value);
    }
    logSumExp.push(largest + Math.log(total));
  }
  return { out, logSumExp };
}

const fill = (count: number, seed: number, size: number) =>
  Float32Array.from({ length: count }, (_, index) => Math.sin((index + 1) * seed) * size);

const one = { batch: 1, heads: 1, keyHeads: 1, headDim: 8, valueDim: 8 };
const cases: Case[] = [
  { ...one, queries: 4, keys: 1, right: null },
  { ...one, queries: 5, keys: 7, headDim: 5, valueDim: 4, right: null },
  { ...one, queries: 64, keys: 64, right: 0 },
  {
    batch: 2,
    heads: 3,
    keyHeads: 3,
    queries: 29,
    keys: 67,
    headDim: 16,
    valueDim: 12,
    right: null,
  },
  { batch: 2, heads: 4, keyHeads: 2, queries: 131, keys: 131, headDim: 13, valueDim: 20, right: 0 },
  { batch: 1, heads: 6, keyHeads: 1, queries: 50, keys: 200, headDim: 32, valueDim: 32, right: 3 },
  { ...one, queries: 30, keys: 257, right: 0, position: 130 },
  { ...one, queries: 100, keys: 40, right: 0 },
];

describe.each(targets)('attention, relaxed $relaxedSimd', (target) => {
  it.each(cases)('%j', (x) => {
    // Scores of up to ±30: the running maximum has to move between tiles.
    const q = fill(x.batch * x.heads * x.queries * x.headDim, 0.7, 4);
    const k = fill(x.batch * x.keyHeads * x.keys * x.headDim, 1.3, 4);
    const v = fill(x.batch * x.keyHeads * x.keys * x.valueDim, 0.37, 1);
    const kernel = kernelOf(x);
    expect(supportsAttention(kernel.attributes, kernel.inputs)).toBe(true);
    const rows = x.batch * x.heads * x.queries;
    const buffers = [
      q,
      k,
      v,
      ...(x.position === undefined ? [] : [Int32Array.of(x.position)]),
      new Float32Array(rows * x.valueDim).fill(Number.NaN),
      new Float32Array(rows).fill(Number.NaN),
    ];
    const after = runPlan(planAttention(kernel, target, 'attention'), buffers, target);
    const out = new Float32Array(after.at(-2)!);
    const logSumExp = new Float32Array(after.at(-1)!);
    const want = reference(x, q, k, v);
    // An error of the score of ε·√headDim·Σ|terms| becomes a relative error of the weight.
    const scoreError = 8 * 2 ** -24 * Math.sqrt(x.headDim) * x.headDim * 16 * attributes.scale;
    want.out.forEach((value, index) => {
      expect(Math.abs(out[index]! - value)).toBeLessThanOrEqual(2 * scoreError);
    });
    want.logSumExp.forEach((value, index) => {
      expect(Math.abs(logSumExp[index]! - value)).toBeLessThanOrEqual(
        scoreError + 1e-6 * Math.abs(value),
      );
    });
  });
});

describe('supportsAttention', () => {
  const { inputs } = kernelOf(cases[3]!);
  it.each([{ left: 4 }, { right: -1 }, { softcap: 30 }, { mask: 'boolean' }, { dropout: 0.1 }])(
    'leaves %j to the composed definition',
    (difference) => expect(supportsAttention({ ...attributes, ...difference }, inputs)).toBe(false),
  );
  it('leaves other dtypes and single queries', () => {
    const half = inputs.map((input) => ({ ...input, dtype: 'f16' as const }));
    expect(supportsAttention(attributes, half)).toBe(false);
    const single = kernelOf({ ...cases[3]!, queries: 1 }).inputs;
    expect(supportsAttention(attributes, single)).toBe(false);
  });
});
