import type { Node } from '../../src/graph.ts';
import * as activation from '../../src/ops/activation.ts';
import * as arithmetic from '../../src/ops/arithmetic.ts';
import { attention } from '../../src/ops/attention.ts';
import { sum } from '../../src/ops/broadcast.ts';
import { cast } from '../../src/ops/cast.ts';
import { concat } from '../../src/ops/concat.ts';
import { crossEntropy } from '../../src/ops/cross-entropy.ts';
import { cumsum } from '../../src/ops/cumsum.ts';
import { expm1, log1p } from '../../src/ops/exponential.ts';
import { takeAlong } from '../../src/ops/gather.ts';
import * as logic from '../../src/ops/logic.ts';
import * as loss from '../../src/ops/loss.ts';
import * as masks from '../../src/ops/masks.ts';
import { linear, matmul } from '../../src/ops/matmul.ts';
import { flip, pad } from '../../src/ops/movement.ts';
import { layerNorm, rmsNorm } from '../../src/ops/normalization.ts';
import * as reduce from '../../src/ops/reduce.ts';
import { rotary } from '../../src/ops/rotary.ts';
import { scatterAdd } from '../../src/ops/scatter-add.ts';
import { logSoftmax, logSumExp, softmax } from '../../src/ops/softmax.ts';
import { sort, topk } from '../../src/ops/sort.ts';
import { take } from '../../src/ops/take.ts';

/** Inputs of a fixture, as many as its case has. */
type Inputs = [Node, Node, Node, Node, Node];
type Operation = (...inputs: Inputs) => Node | Node[];

const { prod, max, min, mean, variance, argmax, argmin } = reduce;
const { add, mul, div } = arithmetic;

const smoothed = { labelSmoothing: 0.1 } as const;
const edges = (name: string, f: (x: Node) => Node): Record<string, Operation> => ({
  [name]: f,
  [`${name} of infinities and NaN`]: f,
});

/** Our operation for each case of the fixture. */
export const operations: Record<string, Operation> = {
  'mod of integers': (a, b) => arithmetic.mod(a, b),
  'floorDivide of integers': (a, b) => arithmetic.floorDivide(a, b),
  'div of integers': (a, b) => div(a, b),
  'mod of floats': (a, b) => arithmetic.mod(a, b),
  pow: (a, b) => arithmetic.pow(a, b),
  'pow with gradients': (a, b) => arithmetic.pow(a, b),
  round: (x) => arithmetic.round(x),
  sign: (x) => arithmetic.sign(x),
  'sqrt and rsqrt': (x) => [arithmetic.sqrt(x), arithmetic.rsqrt(x)],
  'log and exp': (x) => [arithmetic.log(x), arithmetic.exp(x)],
  'tanh, erf and sigmoid': (x) => [arithmetic.tanh(x), arithmetic.erf(x), arithmetic.sigmoid(x)],
  'log1p and expm1': (x) => [log1p(x), expm1(x)],
  'maximum and minimum with ties and NaN': (a, b) => [
    arithmetic.maximum(a, b),
    arithmetic.minimum(a, b),
  ],
  "maximum's shared gradient": (a, b) => arithmetic.maximum(a, b),
  "minimum's shared gradient": (a, b) => arithmetic.minimum(a, b),
  'abs at zero': (x) => arithmetic.abs(x),
  clamp: (x) => arithmetic.clamp(x, -1, 2),
  'clamp of NaN': (x) => arithmetic.clamp(x, -1, 2),
  'integers wrap': (a, b) => [add(a, 1), add(b, b)],
  'shifts and bits': (a, b) => [
    logic.shiftLeft(a, b),
    logic.shiftRight(a, b),
    logic.and(a, b),
    logic.or(a, b),
    logic.xor(a, b),
    logic.not(a),
  ],
  promotion: (a, b, c, d) => [add(a, b), add(b, c), mul(a, c), add(c, d), mul(b, 0.5), div(b, 2)],

  'cast to halves': (x) => [cast(x, 'f16'), cast(x, 'bf16')],
  'cast to integers': (x) => cast(x, 'i32'),
  'cast to floats': (x) => [cast(x, 'f32'), cast(x, 'f16')],

  'max and min share their gradients': (x) => [max(x, 1), min(x, 0)],
  'argmax and argmin take the first': (x) => [argmax(x, 1), argmin(x, 1)],
  'NaN in reductions': (x) => [max(x, 1), min(x, 1), argmax(x, 1), sum(x, 1)],
  'prod with zeros': (x) => prod(x, 1),
  'mean and variance': (x) => [mean(x, 0), variance(x, 1), variance(x, [0, 1], false, 0)],
  'sums of integers and bools': (a, b) => [sum(a, 1), sum(b)],
  'empty reductions': (x) => [sum(x, 1), prod(x, 1)],
  cumsum: (x) => [cumsum(x, 0), cumsum(x, 1)],
  logSumExp: (x) => logSumExp(x, 1),
  'logSumExp of infinities': (x) => logSumExp(x, 1),
  'softmax and logSoftmax': (x) => [softmax(x, 1), logSoftmax(x, 1)],

  sort: (x) => {
    const [up, down] = [sort(x), sort(x, -1, true)];
    return [up.values, up.indices, down.values, down.indices];
  },
  topk: (x) => topk(x, 2).values,
  embedding: (weight, ids) => masks.embedding(weight, ids),
  take: (x, indices) => take(x, indices, 1),
  takeAlong: (x, indices) => takeAlong(x, indices, 1),
  scatterAdd: (indices, updates) => scatterAdd(indices, updates, 4),
  oneHot: (classes) => masks.oneHot(classes, 4),
  'tril and triu': (x) => [masks.tril(x, 1), masks.triu(x, -1)],
  concat: (a, b) => concat([a, b], 1),
  'flip and pad': (x) => [flip(x, 0), pad(x, [0, 1], [1, 2])],

  ...Object.fromEntries(
    [
      'vectors',
      'vector and matrix',
      'vector and batch',
      'batch and vector',
      'batch and matrix',
      'broadcast batches',
    ].map((shapes): [string, Operation] => [`matmul of ${shapes}`, (a, b) => matmul(a, b)]),
  ),
  linear: (x, weight, bias) => linear(x, weight, bias),

  layerNorm: (x, weight, bias) => layerNorm(x, [5], weight, bias),
  'layerNorm over two axes': (x) => layerNorm(x, [2, 3]),
  rmsNorm: (x, weight) => rmsNorm(x, [5], weight),
  ...edges('relu', activation.relu),
  ...edges('leakyRelu', (x) => activation.leakyRelu(x)),
  ...edges('elu', (x) => activation.elu(x)),
  ...edges('softplus', activation.softplus),
  ...edges('logSigmoid', activation.logSigmoid),
  gelu: (x) => activation.gelu(x),
  'gelu by tanh': (x) => activation.gelu(x, 'tanh'),
  silu: activation.silu,
  quickGelu: activation.quickGelu,
  mish: activation.mish,
  softsign: activation.softsign,

  ...Object.fromEntries(
    (['mean', 'sum', 'none'] as const).flatMap((reduction): [string, Operation][] => [
      [`crossEntropy, ${reduction}`, (x, t) => crossEntropy(x, t, { reduction })],
      [
        `crossEntropy, smoothed and weighted, ${reduction}`,
        (x, t, weight) => crossEntropy(x, t, { ...smoothed, reduction, weight }),
      ],
    ]),
  ),
  'crossEntropy, another ignored class': (x, t) =>
    crossEntropy(x, t, { ignoreIndex: 3, labelSmoothing: 0.2 }),
  'crossEntropy, all ignored': (x, t) => crossEntropy(x, t),
  'crossEntropy, probabilities': (x, t, weight) => crossEntropy(x, t, { ...smoothed, weight }),
  'crossEntropy of far logits': (x, t) => crossEntropy(x, t, { reduction: 'none' }),
  nllLoss: (x, t, weight) => loss.nllLoss(x, t, { weight }),
  binaryCrossEntropyWithLogits: (x, t) => loss.binaryCrossEntropyWithLogits(x, t),
  'binaryCrossEntropyWithLogits, weighted': (x, t, weight, posWeight) =>
    loss.binaryCrossEntropyWithLogits(x, t, { weight, posWeight }),
  mseLoss: (x, t) => loss.mseLoss(x, t),
  l1Loss: (x, t) => loss.l1Loss(x, t),

  attention: (q, k, v) => attention(q, k, v),
  'attention, causal': (q, k, v) => attention(q, k, v, { causal: true }),
  'attention, causal from position 2': (q, k, v) => attention(q, k, v, { causal: true, offset: 2 }),
  'attention, window': (q, k, v) => attention(q, k, v, { causal: true, window: [1, 0], offset: 2 }),
  'attention, soft cap': (q, k, v) => attention(q, k, v, { scale: 0.8, softcap: 1.5 }),
  'attention, boolean mask': (q, k, v, mask) => attention(q, k, v, { mask }),
  'attention, bias': (q, k, v, mask) => attention(q, k, v, { mask }),

  'rotary, half': (x, cos, sin) => rotary(x, cos, sin),
  'rotary, interleaved': (x, cos, sin) => rotary(x, cos, sin, 'interleaved'),
};
