import { describe, expect, it } from 'vitest';
import {
  type AttentionCase,
  attributes,
  kernelOf,
} from '../../../tensor/test/support/attention-problem.ts';
import { fitsTemplates } from '../../src/kernels/attention/fits.ts';
import { planAttention, supportsAttention } from '../../src/kernels/attention.ts';
import { cases } from './attention-cases.ts';
import { checkAttention, targets } from './attention-check.ts';

const one = { batch: 1, heads: 1, keyHeads: 1 };
/** Query and key rows that are not whole vectors: the forward kernel alone takes them. */
const odd: AttentionCase[] = [
  { ...one, queries: 5, keys: 7, headDim: 5, valueDim: 4, right: null },
  { ...one, heads: 4, keyHeads: 2, queries: 131, keys: 131, headDim: 13, valueDim: 20, right: 0 },
];

describe.each(targets)('attention, relaxed $relaxedSimd', (target) => {
  it.each([...cases, ...odd])('%j', (x) => {
    const kernel = kernelOf(x, 'attention');
    expect(fitsTemplates(kernel.attributes as never, kernel.inputs)).toBe(true);
    checkAttention(x, planAttention, target);
  });
});

describe('supportsAttention', () => {
  const whole = { ...one, queries: 64, keys: 64, headDim: 32, valueDim: 32 };
  const { inputs } = kernelOf({ ...whole, right: null }, 'attention');
  const supportsCase = (x: AttentionCase) => {
    const kernel = kernelOf(x, 'attention');
    return supportsAttention(kernel.attributes, kernel.inputs);
  };
  it('takes what the differences below depart from', () =>
    expect(supportsAttention(attributes, inputs)).toBe(true));
  it.each([{ left: 4 }, { right: -1 }, { softcap: 30 }, { dropout: 0.1 }])(
    'leaves %j to the composed definition',
    (difference) => expect(supportsAttention({ ...attributes, ...difference }, inputs)).toBe(false),
  );
  it('takes masks with a value per key', () => {
    const masked = (mask: AttentionCase['mask'], maskKind: AttentionCase['maskKind']) =>
      supportsCase({ ...whole, right: null, mask, maskKind });
    expect(masked([1, 1, 1, 64], 'boolean')).toBe(true);
    expect(masked([1, 1, 64, 64], 'additive')).toBe(true);
    expect(masked([1, 1, 64, 1], 'boolean')).toBe(false);
  });
  it('leaves other dtypes and single queries', () => {
    const half = inputs.map((input) => ({ ...input, dtype: 'f16' as const }));
    expect(supportsAttention(attributes, half)).toBe(false);
    expect(supportsCase({ ...whole, queries: 1, right: null })).toBe(false);
  });
  it('leaves few keys, unless causality hides half of them', () => {
    expect(supportsCase({ ...whole, keys: 32, right: null })).toBe(false);
    expect(supportsCase({ ...whole, keys: 32, right: 0 })).toBe(true);
  });
});
