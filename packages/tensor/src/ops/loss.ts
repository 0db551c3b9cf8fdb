import { isInteger } from '../dtype.ts';
import type { Node } from '../graph.ts';
import { format, sameShape } from '../shape.ts';
import { softplus } from './activation.ts';
import { abs, add, mul, neg, sub } from './arithmetic.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import {
  type CrossEntropyOptions,
  crossEntropy,
  type Reduction,
  reduceLosses,
  targetWeight,
} from './cross-entropy.ts';
import { takeAlong } from './gather.ts';
import { notEqual } from './logic.ts';
import { reshape } from './movement.ts';
import { checkChoice, checkOptions } from './options.ts';
import { logSoftmax, softmax } from './softmax.ts';
import { checkHostIndices, take } from './take.ts';
import { where } from './where.ts';

/** Options of `nllLoss`. */
export type NllLossOptions = Omit<CrossEntropyOptions, 'labelSmoothing'>;

/**
 * Negative log-likelihood of classes under log-probabilities, as `torch.nn.functional.nll_loss` but with the
 * classes on the last axis.
 *
 * @param logProbabilities [..., classes]
 * @param targets integer classes [...]
 */
export function nllLoss(logProbabilities: Node, targets: Node, options: NllLossOptions = {}): Node {
  checkOptions('nllLoss', options, ['ignoreIndex', 'reduction', 'weight']);
  const { ignoreIndex = -100, reduction = 'mean', weight } = options;
  const { shape } = logProbabilities;
  if (!isInteger(targets.dtype) || !sameShape(shape.slice(0, -1), targets.shape)) {
    throw new RangeError(
      `nllLoss: wants log-probabilities [..., classes] and integer targets [...]: got ${format(shape)} and ${targets.dtype} ${format(targets.shape)}`,
    );
  }
  checkHostIndices('nllLoss', targets, shape.at(-1)!, ignoreIndex);
  const counted = notEqual(cast(targets, 'i32'), ignoreIndex);
  const classes = where(counted, targets, 0);
  const chosen = reshape(
    takeAlong(logProbabilities, reshape(classes, [...targets.shape, 1])),
    targets.shape,
  );
  const weighted = weight ? mul(chosen, take(weight, classes)) : chosen;
  return reduceLosses(where(counted, neg(weighted), 0), reduction, () =>
    targetWeight(targets, ignoreIndex, weight),
  );
}

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyOptions {
  readonly reduction?: Reduction;
  /** A factor per element, broadcast. */
  readonly weight?: Node;
  /** A factor for the positive examples, broadcast: above 1 it favours recall. */
  readonly posWeight?: Node;
}

/** −t log σ(x) − (1 − t) log(1 − σ(x)), as `torch.nn.functional.binary_cross_entropy_with_logits`. */
export function binaryCrossEntropyWithLogits(
  logits: Node,
  targets: Node,
  options: BinaryCrossEntropyOptions = {},
): Node {
  checkOptions('binaryCrossEntropyWithLogits', options, ['reduction', 'weight', 'posWeight']);
  const { reduction = 'mean', weight, posWeight } = options;
  checkPair('binaryCrossEntropyWithLogits', logits, targets, reduction);
  const truth = cast(targets, logits.dtype);
  const negative = softplus(neg(logits)); // −log σ(x)
  const factor = posWeight ? add(mul(truth, sub(posWeight, 1)), 1) : undefined;
  const losses = add(mul(sub(1, truth), logits), factor ? mul(factor, negative) : negative);
  return reduceLosses(weight ? mul(losses, weight) : losses, reduction);
}

/** (x − target)² */
export function mseLoss(x: Node, targets: Node, options: { reduction?: Reduction } = {}): Node {
  checkOptions('mseLoss', options, ['reduction']);
  const { reduction = 'mean' } = options;
  checkPair('mseLoss', x, targets, reduction);
  const difference = sub(x, targets);
  return reduceLosses(mul(difference, difference), reduction);
}

/** |x − target| */
export function l1Loss(x: Node, targets: Node, options: { reduction?: Reduction } = {}): Node {
  checkOptions('l1Loss', options, ['reduction']);
  const { reduction = 'mean' } = options;
  checkPair('l1Loss', x, targets, reduction);
  return reduceLosses(abs(sub(x, targets)), reduction);
}

function checkPair(operation: string, x: Node, targets: Node, reduction: Reduction): void {
  checkChoice(operation, 'reduction', reduction, ['mean', 'sum', 'none']);
  if (!sameShape(x.shape, targets.shape)) {
    throw new RangeError(
      `${operation}: shapes differ: got ${format(x.shape)} and ${format(targets.shape)}`,
    );
  }
}

const logits = { shape: [4, 5] };
const targets = { shape: [4], dtype: 'i32', values: [1, -100, 4, 0] } as const;
const weight = { shape: [5], values: 'positive', differentiable: false } as const;

/** Test cases of the losses. */
export const cases: readonly OpCase[] = [
  {
    name: 'cross-entropy',
    inputs: [logits, targets],
    terms: 20,
    secondOrder: true,
    build: ([x, t]) => crossEntropy(x!, t!),
  },
  {
    name: 'cross-entropy with smoothing and weights',
    inputs: [logits, targets, weight],
    terms: 20,
    secondOrder: true,
    build: ([x, t, w]) => crossEntropy(x!, t!, { labelSmoothing: 0.1, weight: w! }),
  },
  {
    name: 'cross-entropy, sum over two axes, another ignored class',
    inputs: [{ shape: [2, 3, 4] }, { shape: [2, 3], dtype: 'i32', values: { below: 4 } }],
    terms: 24,
    build: ([x, t]) => crossEntropy(x!, t!, { reduction: 'sum', ignoreIndex: 0 }),
  },
  {
    name: 'cross-entropy per element',
    inputs: [logits, targets],
    terms: 5,
    build: ([x, t]) => crossEntropy(x!, t!, { reduction: 'none', labelSmoothing: 0.2 }),
  },
  {
    name: 'cross-entropy of distant logits',
    inputs: [
      { shape: [2, 3], values: [500, -500, 0, -1e30, 7, 8] },
      { shape: [2], dtype: 'i32', values: [1, 2] },
    ],
    terms: 3,
    gradient: false,
    build: ([x, t]) => crossEntropy(x!, t!, { reduction: 'none' }),
  },
  {
    name: 'cross-entropy with probabilities',
    inputs: [logits, logits, weight],
    terms: 20,
    build: ([x, t, w]) => crossEntropy(x!, softmax(t!), { labelSmoothing: 0.1, weight: w! }),
  },
  {
    name: 'negative log-likelihood',
    inputs: [logits, targets, weight],
    terms: 20,
    build: ([x, t, w]) => nllLoss(logSoftmax(x!), t!, { weight: w! }),
  },
  {
    name: 'binary cross-entropy',
    inputs: [logits, { shape: [4, 5], values: { below: 2 }, differentiable: false }, weight],
    terms: 20,
    secondOrder: true,
    build: ([x, t, w]) => binaryCrossEntropyWithLogits(x!, t!, { posWeight: w! }),
  },
  {
    name: 'squared error',
    inputs: [logits, logits],
    terms: 20,
    secondOrder: true,
    build: ([x, t]) => mseLoss(x!, t!),
  },
  {
    name: 'absolute error',
    inputs: [
      { shape: [6], values: 'distinct' },
      { shape: [6], values: [9, 9, 9, -9, -9, -9] },
    ],
    terms: 6,
    build: ([x, t]) => l1Loss(x!, t!, { reduction: 'sum' }),
  },
];
