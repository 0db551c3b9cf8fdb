import { describe, expect, it } from 'vitest';
import {
  type AttentionCase,
  attributes,
  kernelOf,
  reference,
  valuesOf,
} from '../../../tensor/test/support/attention-problem.ts';
import { fitsDecoding } from '../../src/kernels/attention/fits.ts';
import { planAttentionDecode } from '../../src/kernels/attention-decode.ts';
import { runPlan } from '../run-plan.ts';
import { checkAttention, targets } from './attention-check.ts';

const one = { batch: 1, heads: 1, keyHeads: 1, queries: 1, headDim: 8, valueDim: 8 };

/** One block of keys and several; keys that end within a block, a vector, at a position. */
const cases: readonly AttentionCase[] = [
  { ...one, keys: 16, right: null },
  { ...one, keys: 128, right: null },
  { ...one, keys: 129, right: null },
  { ...one, heads: 9, keyHeads: 3, headDim: 64, valueDim: 64, keys: 300, right: 0, position: 130 },
  { ...one, heads: 4, keyHeads: 2, keys: 500, right: 0, position: 0 },
  { ...one, heads: 4, keyHeads: 2, keys: 130, right: 0, position: 129 },
  { ...one, batch: 3, heads: 2, keyHeads: 2, headDim: 12, valueDim: 20, keys: 77, right: null },
  { ...one, heads: 6, queries: 8, valueDim: 4, keys: 261, right: 0, position: 125 },
  { ...one, heads: 2, queries: 3, keys: 140, right: 2, position: 127 },
  ...([37, 131] as const).flatMap((keys): AttentionCase[] => [
    { ...one, batch: 2, keys, right: 0, position: 33, mask: [2, 1, 1, keys], maskKind: 'boolean' },
    {
      ...{ ...one, batch: 2, heads: 4, keyHeads: 2, queries: 2, keys },
      ...{ right: null, mask: [2, 4, 2, keys], maskKind: 'additive' },
    },
  ]),
];

describe.each(targets)('attention of few queries, relaxed $relaxedSimd', (target) => {
  it.each(cases)('%j', (x) => {
    const kernel = kernelOf(x, 'attention');
    expect(fitsDecoding(kernel.attributes, kernel.inputs)).toBe(true);
    checkAttention(x, planAttentionDecode, target);
  });

  it('reads no key after the position', () => {
    const x: AttentionCase = { ...one, heads: 2, keys: 400, right: 0, position: 150 };
    const { q, k, v } = valuesOf(x);
    const want = reference(x, valuesOf(x));
    k.fill(Number.NaN, 151 * x.headDim);
    v.fill(Number.NaN, 151 * x.valueDim);
    const buffers = [q, k, v, Int32Array.of(150), new Float32Array(16), new Float32Array(2)];
    const plan = planAttentionDecode(kernelOf(x, 'attention'), target, 'attention');
    const after = runPlan(plan, buffers, target);
    want.out.forEach((value, index) => {
      expect(new Float32Array(after.at(-2)!)[index]).toBeCloseTo(value, 4);
    });
  });
});

describe('fitsDecoding', () => {
  const { inputs } = kernelOf({ ...one, keys: 64, right: null }, 'attention');
  const fits = (x: AttentionCase) => fitsDecoding(attributes, kernelOf(x, 'attention').inputs);
  it('takes windows and soft caps', () =>
    expect(fitsDecoding({ ...attributes, left: 4, right: 0, softcap: 30 }, inputs)).toBe(true));
  it('leaves dropout, half floats, many queries, few keys and broken vectors', () => {
    expect(fitsDecoding({ ...attributes, dropout: 0.1 }, inputs)).toBe(false);
    const half = inputs.map((input) => ({ ...input, dtype: 'f16' as const }));
    expect(fitsDecoding(attributes, half)).toBe(false);
    expect(fits({ ...one, queries: 9, keys: 64, right: null })).toBe(false);
    expect(fits({ ...one, keys: 15, right: null })).toBe(false);
    expect(fits({ ...one, headDim: 6, keys: 64, right: null })).toBe(false);
  });
});
