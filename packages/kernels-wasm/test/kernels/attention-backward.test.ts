import { describe, expect, it } from 'vitest';
import {
  type AttentionCase,
  kernelOf,
  reference,
  scoreErrorOf,
  valuesOf,
} from '../../../tensor/test/support/attention-problem.ts';
import {
  fitsAttentionBackward,
  planAttentionBackward,
  supportsAttentionBackward,
} from '../../src/kernels/attention-backward.ts';
import { runPlan } from '../run-plan.ts';
import { cases } from './attention-cases.ts';
import { targets } from './attention-check.ts';

describe.each(targets)('attention backward, relaxed $relaxedSimd', (target) => {
  it.each(cases)('%j', (x) => {
    const kernel = kernelOf(x, 'attentionBackward');
    expect(fitsAttentionBackward(kernel.attributes, kernel.inputs)).toBe(true);
    const values = valuesOf(x);
    const { q, k, v, mask, dOut, dLogSumExp } = values;
    const want = reference(x, values);
    const gradients = [want.dQ, want.dK, want.dV];
    const buffers = [
      q,
      k,
      v,
      ...(x.mask ? [mask] : []),
      ...(x.position === undefined ? [] : [Int32Array.of(x.position)]),
      Float32Array.from(want.out),
      Float32Array.from(want.logSumExp),
      dOut,
      ...(x.logSumExpGradient ? [dLogSumExp] : []),
      ...gradients.map(({ length }) => new Float32Array(length).fill(Number.NaN)),
    ];
    const after = runPlan(planAttentionBackward(kernel, target, 'backward'), buffers, target);
    gradients.forEach((gradient, output) => {
      const got = new Float32Array(after[after.length - 3 + output]!);
      // Errors of scores of up to 30 are relative errors of weights, as in the forward test; the terms
      // dP and rowsum(dO ∘ O), which may cancel, are of size 1.
      const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      gradient.forEach((value, index) => {
        expect(Math.abs(got[index]! - value)).toBeLessThanOrEqual(
          (scoreErrorOf(x) + 1e-6 * Math.sqrt(x.queries)) * largest,
        );
      });
    });
  });
});

describe('planAttentionBackward', () => {
  const plan = (x: AttentionCase) =>
    planAttentionBackward(kernelOf(x, 'attentionBackward'), targets[0]!, 'backward');
  const long = { batch: 1, keyHeads: 1, queries: 1024, keys: 1024, headDim: 32, valueDim: 32 };

  it('shares the queries of few key heads among chunks, and adds up what they give', () => {
    const { steps } = plan({ ...long, heads: 1, right: 0 });
    expect(steps.map(({ kernel }) => kernel.chunks)).toEqual([16, 1, 1]);
    const many = plan({ ...long, heads: 16, keyHeads: 16, right: 0 });
    expect(many.steps.map(({ kernel }) => kernel.chunks)).toEqual([16]);
  });

  it('never holds queries × keys numbers', () => {
    const { scratchBytes } = plan({ ...long, heads: 16, keyHeads: 16, right: 0 });
    const total = scratchBytes.reduce((a, b) => a + b, 0);
    expect(total).toBeLessThan(16 * 1024 * 1024 * 4 * 0.1);
  });
});

describe('supportsAttentionBackward', () => {
  const whole: AttentionCase = {
    ...{ batch: 1, heads: 1, keyHeads: 1, queries: 64, keys: 64, headDim: 32, valueDim: 32 },
    right: null,
    mask: [1, 1, 1, 64],
    maskKind: 'additive',
  };
  const { attributes, inputs } = kernelOf(whole, 'attentionBackward');
  const own = attributes as Record<string, unknown>;
  it('leaves the gradient of a mask, and rows that are not whole vectors', () => {
    expect(supportsAttentionBackward(own, inputs)).toBe(true);
    expect(supportsAttentionBackward({ ...own, maskGradient: true }, inputs)).toBe(false);
    const narrow = kernelOf({ ...whole, headDim: 30 }, 'attentionBackward').inputs;
    expect(supportsAttentionBackward(own, narrow)).toBe(false);
  });
});
