import { readFileSync } from 'node:fs';
import { backward, type Tensor, tensor, Variable } from '@llm/nn';
import { evaluate } from '@llm/tensor/reference';
import {
  distillationLoss,
  fairseqLabelSmoothedCrossEntropy as fairseq,
  l1Penalty,
  l2Penalty,
  multipleNegativesRankingLoss as ranking,
  tripletLoss,
} from '@llm/train';
import { describe, expect, it } from 'vitest';

/** What tools/reference/train_objectives.py wrote. */
const fixture = JSON.parse(
  readFileSync(new URL('./objectives.json', import.meta.url), 'utf8'),
) as Record<'a' | 'b' | 'c', number[][]> & {
  targets: number[];
  losses: Record<string, { loss: number; gradient: number[][] }>;
};
const targets = tensor(Int32Array.from(fixture.targets));
const [b, c] = [tensor(fixture.b), tensor(fixture.c)];

const losses: Record<string, (a: Variable) => Tensor> = {
  fairseq: (a) => fairseq(a, targets, { labelSmoothing: 0.1, reduction: 'sum' }),
  fairseqHigh: (a) => fairseq(a, targets, { labelSmoothing: 0.95 }).mul(3), // three targets count
  ranking: (a) => ranking(a, b),
  rankingNegatives: (a) => ranking(a, b, c, { scale: 5 }),
  rankingSymmetric: (a) => ranking(a, b, undefined, { symmetric: true }),
  triplet: (a) => tripletLoss(a, b, c),
  tripletCosine: (a) => tripletLoss(a, b, c, { margin: 0.5, distance: 'cosine' }),
  distillation: (a) => distillationLoss(a, b, { temperature: 3 }),
  l1: (a) => l1Penalty([a]),
  l2: (a) => l2Penalty([a]),
};

describe('objectives have the losses and gradients of PyTorch', () => {
  it.each(Object.entries(fixture.losses))('%s', (name, want) => {
    const a = new Variable(tensor(fixture.a));
    const loss = losses[name]!(a);
    backward(loss);
    const [value, gradient] = evaluate([loss.node, a.grad!.node]);
    expect(value![0]! / want.loss).toBeCloseTo(1, 5); // f32 against f64
    for (const [index, wanted] of want.gradient.flat().entries()) {
      expect(gradient![index]).toBeCloseTo(wanted, 5);
    }
  });

  it('refuse what they cannot use', () => {
    expect(() => fairseq(b, targets, { labelSmoothing: 2 })).toThrow('in [0, 1]');
    expect(() => ranking(b, tensor([[1]]))).toThrow('wants anchors and positives');
    expect(() => ranking(b, b, c, { symmetric: true })).toThrow('no meaning with negatives');
    expect(() => distillationLoss(b, b, { temperature: 0 })).toThrow('above 0');
    expect(() => l1Penalty([])).toThrow('no parameters');
  });
});
