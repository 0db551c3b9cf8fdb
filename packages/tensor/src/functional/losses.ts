import * as losses from '../ops/cross-entropy.ts';
import * as classifier from '../ops/linear-cross-entropy.ts';
import * as pairLosses from '../ops/loss.ts';
import { Tensor } from '../tensor.ts';

/** How losses of the elements become one number. */
export type Reduction = losses.Reduction;

/** Options with tensors where the operation takes nodes. */
type WithTensors<Options, Names extends keyof Options> = Omit<Options, Names> & {
  readonly [Name in Names]?: Tensor;
};

/** Options of `crossEntropy`. */
export type CrossEntropyOptions = WithTensors<losses.CrossEntropyOptions, 'weight'>;

/** Options of `nllLoss`. */
export type NllLossOptions = WithTensors<pairLosses.NllLossOptions, 'weight'>;

/** Options of `binaryCrossEntropyWithLogits`. */
export type BinaryCrossEntropyOptions = WithTensors<
  pairLosses.BinaryCrossEntropyOptions,
  'weight' | 'posWeight'
>;

/** Options of `linearCrossEntropy`. */
export type LinearCrossEntropyOptions = classifier.LinearCrossEntropyOptions;

/**
 * Cross-entropy between logits and classes, as PyTorch's but with the classes on the last axis.
 *
 * @param logits [..., classes]
 * @param targets integer classes [...], or wanted probabilities [..., classes] as floats
 * @returns a scalar, or [...] for reduction `'none'`; f32
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  return new Tensor(losses.crossEntropy(logits.node, targets.node, withNodes(options)));
}

/** Negative log-likelihood of classes [...] under log-probabilities [..., classes]. */
export function nllLoss(
  logProbabilities: Tensor,
  targets: Tensor,
  options: NllLossOptions = {},
): Tensor {
  return new Tensor(pairLosses.nllLoss(logProbabilities.node, targets.node, withNodes(options)));
}

/** −t log σ(x) − (1 − t) log(1 − σ(x)) for logits x and targets t in [0, 1] of one shape. */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  return new Tensor(
    pairLosses.binaryCrossEntropyWithLogits(logits.node, targets.node, withNodes(options)),
  );
}

/** (x − target)², of one shape */
export function mseLoss(
  x: Tensor,
  targets: Tensor,
  options: { reduction?: Reduction } = {},
): Tensor {
  return new Tensor(pairLosses.mseLoss(x.node, targets.node, options));
}

/** |x − target|, of one shape */
export function l1Loss(
  x: Tensor,
  targets: Tensor,
  options: { reduction?: Reduction } = {},
): Tensor {
  return new Tensor(pairLosses.l1Loss(x.node, targets.node, options));
}

/**
 * `crossEntropy(linear(hidden, weight, bias), targets)` without the whole logits: they exist for some rows at
 * a time, in the backward pass again.
 *
 * @param hidden [..., width]
 * @param weight [classes, width]
 * @param targets integer classes [...]
 * @param options.bias [classes]
 */
export function linearCrossEntropy(
  hidden: Tensor,
  weight: Tensor,
  targets: Tensor,
  options: LinearCrossEntropyOptions & { readonly bias?: Tensor } = {},
): Tensor {
  const { bias, ...rest } = options;
  return new Tensor(
    classifier.linearCrossEntropy(hidden.node, weight.node, bias?.node, targets.node, rest),
  );
}

/** The same options with nodes for tensors; the operation checks their names. */
function withNodes<Options extends object>(options: Options) {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      value instanceof Tensor ? value.node : value,
    ]),
  );
}
