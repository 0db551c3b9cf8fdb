import { describe, expect, it } from 'vitest';
import type { Node } from '../../src/graph.ts';
import { gelu } from '../../src/ops/activation.ts';
import { add } from '../../src/ops/arithmetic.ts';
import { attention } from '../../src/ops/attention.ts';
import { chunk, concat, split, stack } from '../../src/ops/concat.ts';
import { crossEntropy } from '../../src/ops/cross-entropy.ts';
import { cumsum } from '../../src/ops/cumsum.ts';
import { dropout } from '../../src/ops/dropout.ts';
import { takeAlong } from '../../src/ops/gather.ts';
import { fill, fromValues } from '../../src/ops/leaf.ts';
import { linearCrossEntropy } from '../../src/ops/linear-cross-entropy.ts';
import { xor } from '../../src/ops/logic.ts';
import { mseLoss } from '../../src/ops/loss.ts';
import { embedding, oneHot, tril } from '../../src/ops/masks.ts';
import { linear, matmul } from '../../src/ops/matmul.ts';
import { layerNorm } from '../../src/ops/normalization.ts';
import { rotary } from '../../src/ops/rotary.ts';
import { scatterAdd } from '../../src/ops/scatter-add.ts';
import { softmax } from '../../src/ops/softmax.ts';
import { topk } from '../../src/ops/sort.ts';
import { take } from '../../src/ops/take.ts';

const of = (...shape: number[]): Node => fill(shape, 1);
const ids = (...values: number[]): Node => fromValues(values, [values.length], 'i32');

const wrong: [string, () => unknown, RegExp][] = [
  [
    'inner sizes',
    () => matmul(of(2, 3), of(4, 5)),
    /matmul: inner sizes differ: got \[2, 3\] and \[4, 5\]/,
  ],
  ['batches', () => matmul(of(2, 3, 4), of(3, 4, 5)), /matmul: shapes do not broadcast/],
  ['scalars', () => matmul(of(), of(2)), /matmul: wants vectors or matrices.*use mul/],
  ['integers', () => matmul(ids(1, 2), ids(1, 2)), /matmul: wants floats: got i32; cast/],
  [
    'a weight of another width',
    () => linear(of(2, 3), of(4, 5)),
    /linear: .*\[2, 3\] and \[4, 5\]/,
  ],
  [
    'sums of bools',
    () => add(fill([2], 1, 'bool'), true),
    /add: wants numbers: got bool; use and\(\)/,
  ],
  ['bits of floats', () => xor(of(2), 1), /xor: wants integers or bools: got f32; cast/],
  [
    'an index past the end',
    () => take(of(3, 2), ids(0, 3)),
    /take: index 3 is out of range: wants 0 to 2/,
  ],
  ['a negative index', () => embedding(of(3, 2), ids(-1)), /take: index -1 is out of range/],
  ['float indices', () => take(of(3), of(2)), /take: wants integer indices: got f32/],
  [
    'indices of another rank',
    () => takeAlong(of(3, 2), ids(0)),
    /takeAlong: .*\[3, 2\] and indices \[1\]/,
  ],
  [
    'updates of another length',
    () => scatterAdd(ids(0, 1), of(3, 2), 4),
    /scatterAdd: wants indices \[n\]/,
  ],
  ['sizes that differ', () => concat([of(2, 3), of(2, 4)]), /concat: .*\[2, 3\], \[2, 4\]/],
  ['nothing to join', () => concat([]), /concat: wants at least one tensor/],
  [
    'shapes that differ',
    () => stack([of(2), of(3)]),
    /stack: shapes must be equal: got \[2\], \[3\]/,
  ],
  [
    'pieces that do not add up',
    () => split(of(5), [2, 2]),
    /split: sizes \[2, 2\] do not add up to axis 0 of \[5\]/,
  ],
  ['no pieces', () => chunk(of(5), 0), /chunk: wants a positive number of pieces: got 0/],
  ['an empty axis', () => softmax(of(3, 0)), /softmax: wants elements along axis -1: got \[3, 0\]/],
  ['an axis out of range', () => softmax(of(3), 2), /softmax: axis 2 is out of range for rank 1/],
  [
    'another normalized shape',
    () => layerNorm(of(2, 3), [4]),
    /layerNorm: normalizes over \[4\]: got an input that ends in \[3\]/,
  ],
  [
    'another weight',
    () => layerNorm(of(2, 3), [3], of(4)),
    /layerNorm: .* weight that ends in \[4\]/,
  ],
  [
    'a choice',
    () => gelu(of(2), 'fast' as never),
    /gelu: approximate is 'fast'; it takes 'none', 'tanh'/,
  ],
  [
    'a probability',
    () => dropout(of(2), 1.2, { seed: 0, position: 0, draw: 0 }),
    /dropout: p must be in \[0, 1\]: got 1.2/,
  ],
  [
    'targets of another shape',
    () => crossEntropy(of(2, 3), ids(1)),
    /crossEntropy: .*\[2, 3\] and \[1\]/,
  ],
  [
    'a class out of range',
    () => crossEntropy(of(2, 3), ids(1, 3)),
    /crossEntropy: index 3 is out of range/,
  ],
  [
    'an unknown option',
    () => crossEntropy(of(1, 3), ids(1), { label_smoothing: 0.1 } as never),
    /crossEntropy: unknown option 'label_smoothing'; it takes 'ignoreIndex'/,
  ],
  [
    'smoothing above 1',
    () => crossEntropy(of(1, 3), ids(1), { labelSmoothing: 2 }),
    /labelSmoothing must be in \[0, 1\]: got 2/,
  ],
  [
    'a hidden state of another width',
    () => linearCrossEntropy(of(1, 3), of(5, 4), undefined, ids(1)),
    /linearCrossEntropy: wants hidden/,
  ],
  [
    'losses of two shapes',
    () => mseLoss(of(2), of(3)),
    /mseLoss: shapes differ: got \[2\] and \[3\]/,
  ],
  [
    'heads that do not divide',
    () => attention(of(1, 3, 2, 4), of(1, 2, 2, 4), of(1, 2, 2, 4)),
    /attention: .*heads a multiple of keyHeads/,
  ],
  [
    'a mask of another shape',
    () => attention(of(1, 1, 2, 4), of(1, 1, 3, 4), of(1, 1, 3, 4), { mask: of(3, 2) }),
    /attention mask: shapes do not broadcast/,
  ],
  [
    'an integer mask',
    () => attention(of(1, 1, 2, 4), of(1, 1, 2, 4), of(1, 1, 2, 4), { mask: ids(0, 1) }),
    /attention: the mask must be bool or a float: got i32/,
  ],
  [
    'a negative window',
    () => attention(of(1, 1, 2, 4), of(1, 1, 2, 4), of(1, 1, 2, 4), { window: [-1, 0] }),
    /attention: a window's limits/,
  ],
  ['an odd table', () => rotary(of(2, 4), of(2, 3), of(2, 3)), /rotary: wants x/],
  ['too many elements', () => topk(of(3), 4), /topk: k must be in \[0, 3\]: got 4/],
  ['a scalar', () => cumsum(of()), /cumsum: wants at least one axis/],
  ['a vector', () => tril(of(3)), /tril: wants at least two axes: got \[3\]/],
  ['float classes', () => oneHot(of(2), 3), /oneHot: wants integer classes: got f32/],
];

describe('operations refuse', () => {
  it.each(wrong)('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
