import { isFloat, isInteger } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { format, sameShape, sizeOf } from '../shape.ts';
import { add, div, exp, log, maximum, minimum, mul, neg, sub } from './arithmetic.ts';
import { sum } from './broadcast.ts';
import { cast } from './cast.ts';
import { indices } from './leaf.ts';
import { equal, notEqual } from './logic.ts';
import { reshape } from './movement.ts';
import { checkChoice, checkOptions } from './options.ts';
import { max } from './reduce.ts';
import { logSoftmax, softmax } from './softmax.ts';
import { checkHostIndices, take } from './take.ts';
import { where } from './where.ts';

/** How losses of the elements become one number. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Options of `crossEntropy`, with PyTorch's meaning. */
export interface CrossEntropyOptions {
  /** Targets of this value count neither in the sum nor in the mean. Default −100. */
  readonly ignoreIndex?: number;
  /** ε: the target has probability 1 − ε + ε/classes, each other class ε/classes. Default 0. */
  readonly labelSmoothing?: number;
  /** `'mean'` divides by the number (with `weight`: the total weight) of targets that count. Default `'mean'`. */
  readonly reduction?: Reduction;
  /** A factor per class, [classes]. */
  readonly weight?: Node;
}

/** Attributes of the loss per row. */
export interface CrossEntropyAttributes {
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
}

/**
 * Losses per row: inputs logits [rows, classes], integer targets [rows] and perhaps weights [classes] → f32
 * [rows]. With p = softmax(logits): −(1 − ε) w_t log p_t − ε/classes Σ w_c log p_c; ignored rows give 0.
 */
export const crossEntropyOp: Op<CrossEntropyAttributes> = {
  name: 'crossEntropy',
  kind: 'composite',
  infer: ([logits]) => ({ shape: [logits!.shape[0]!], dtype: 'f32' }),
  compose: ([logits, targets, weight], attributes) => {
    const wide = cast(logits!, 'f32');
    const shifted = sub(wide, max(wide, 1, true));
    const normalizer = log(sum(exp(shifted), 1, true)); // [rows, 1]
    // Σ_c q_c (log Σ eˣ − x_c), q the wanted distribution: one pass over the row after the two of softmax
    const wanted = wantedDistribution(logits!, targets!, weight, attributes);
    const losses = sum(selectedLosses(wanted, sub(normalizer, shifted)), 1);
    return where(counts(targets!, attributes), losses, 0);
  },
  gradient: ({ inputs, attributes, gradient }) => [
    crossEntropyLogitsGradient(inputs, gradient, attributes),
  ],
};

/** The gradient at the logits, (p Σ_c q_c − q) · upstream per row and 0 for ignored rows, from inputs and upstream [rows]. */
export function crossEntropyLogitsGradient(
  [logits, targets, weight]: readonly Node[],
  upstream: Node,
  attributes: CrossEntropyAttributes,
): Node {
  const rows = logits!.shape[0]!;
  const wanted = wantedDistribution(logits!, targets!, weight, attributes);
  const probabilities = softmax(cast(logits!, 'f32'), 1);
  // Without class weights the wanted probabilities add up to 1.
  const expected = weight ? mul(probabilities, sum(wanted, 1, true)) : probabilities;
  const counted = where(counts(targets!, attributes), upstream, 0);
  return mul(sub(expected, wanted), reshape(counted, [rows, 1]));
}

/** q [rows, classes]: w_c · ((1 − ε) [c = target] + ε/classes) */
function wantedDistribution(
  { shape }: Node,
  targets: Node,
  weight: Node | undefined,
  { labelSmoothing }: CrossEntropyAttributes,
): Node {
  const [rows, classes] = shape as [number, number];
  const index = maximum(minimum(cast(targets, 'i32'), classes - 1), 0);
  const chosen = equal(reshape(index, [rows, 1]), indices(classes));
  const rest = labelSmoothing / classes;
  const distribution = where(chosen, 1 - labelSmoothing + rest, rest);
  const typed = cast(distribution, 'f32');
  return weight ? mul(typed, cast(weight, 'f32')) : typed;
}

/** q · loss, and 0 where q is 0, even if the loss there is infinite (a logit of −∞). */
function selectedLosses(wanted: Node, losses: Node): Node {
  return where(equal(wanted, 0), 0, mul(wanted, losses));
}

function counts(targets: Node, { ignoreIndex }: CrossEntropyAttributes): Node {
  return notEqual(cast(targets, 'i32'), ignoreIndex);
}

/**
 * Cross-entropy between logits and classes, as `torch.nn.functional.cross_entropy` but with the classes on
 * the last axis.
 *
 * @param logits [..., classes]
 * @param targets integer classes [...], or wanted probabilities [..., classes] as floats
 * @returns a scalar, or [...] for reduction `'none'`; f32
 * @throws RangeError if a class is out of range and on the host; on a device it is clamped.
 */
export function crossEntropy(logits: Node, targets: Node, options: CrossEntropyOptions = {}): Node {
  checkOptions('crossEntropy', options, ['ignoreIndex', 'labelSmoothing', 'reduction', 'weight']);
  const { ignoreIndex = -100, labelSmoothing = 0, reduction = 'mean', weight } = options;
  checkLoss(logits, targets, { labelSmoothing, reduction, weight });
  if (isFloat(targets.dtype)) {
    if ('ignoreIndex' in options) {
      throw new TypeError('crossEntropy: ignoreIndex has no meaning with probabilities as targets');
    }
    return softCrossEntropy(logits, targets, { labelSmoothing, reduction, weight });
  }
  const classes = logits.shape.at(-1)!;
  checkHostIndices('crossEntropy', targets, classes, ignoreIndex);
  const rows = sizeOf(targets.shape);
  const flatTargets = reshape(targets, [rows]);
  const inputs = [reshape(logits, [rows, classes]), flatTargets];
  if (weight) inputs.push(weight);
  const losses = apply(crossEntropyOp, inputs, { ignoreIndex, labelSmoothing });
  return reduceLosses(reshape(losses, targets.shape), reduction, () =>
    targetWeight(targets, ignoreIndex, weight),
  );
}

/** Sum over the targets that count of their class weights (1 without). */
export function targetWeight(targets: Node, ignoreIndex: number, weight?: Node): Node {
  const counted = notEqual(cast(targets, 'i32'), ignoreIndex);
  if (!weight) return sum(cast(counted, 'f32'));
  return sum(where(counted, cast(take(weight, where(counted, targets, 0)), 'f32'), 0));
}

/** Applies a reduction; `count` gives what `'mean'` divides by, the number of elements by default. */
export function reduceLosses(losses: Node, reduction: Reduction, count?: () => Node): Node {
  if (reduction === 'none') return losses;
  const total = sum(losses);
  if (reduction === 'sum') return total;
  return div(total, count ? count() : sizeOf(losses.shape));
}

function softCrossEntropy(
  logits: Node,
  targets: Node,
  {
    labelSmoothing,
    reduction,
    weight,
  }: { labelSmoothing: number; reduction: Reduction; weight: Node | undefined },
): Node {
  const classes = logits.shape.at(-1)!;
  const wide = cast(targets, 'f32');
  const wanted = labelSmoothing
    ? add(mul(wide, 1 - labelSmoothing), labelSmoothing / classes)
    : wide;
  const weighted = weight ? mul(wanted, cast(weight, 'f32')) : wanted;
  const losses = neg(sum(mul(logSoftmax(cast(logits, 'f32')), weighted), -1));
  return reduceLosses(losses, reduction);
}

function checkLoss(
  logits: Node,
  targets: Node,
  options: { labelSmoothing: number; reduction: Reduction; weight: Node | undefined },
): void {
  const { labelSmoothing, reduction, weight } = options;
  checkSmoothing('crossEntropy', labelSmoothing, reduction);
  if (!isFloat(logits.dtype) || !(isInteger(targets.dtype) || isFloat(targets.dtype))) {
    throw new TypeError(
      `crossEntropy: wants float logits and integer classes or probabilities: got ${logits.dtype} and ${targets.dtype}`,
    );
  }
  const wanted = isFloat(targets.dtype) ? logits.shape : logits.shape.slice(0, -1);
  if (logits.shape.length === 0 || !logits.shape.at(-1) || !sameShape(targets.shape, wanted)) {
    throw new RangeError(
      `crossEntropy: wants logits [..., classes] and targets [...]: got ${format(logits.shape)} and ${format(targets.shape)}`,
    );
  }
  if (weight && !sameShape(weight.shape, logits.shape.slice(-1))) {
    throw new RangeError(
      `crossEntropy: wants one weight per class, [${logits.shape.at(-1)}]: got ${format(weight.shape)}`,
    );
  }
}

/** Throws unless 0 ≤ labelSmoothing ≤ 1 and the reduction is known. */
export function checkSmoothing(
  operation: string,
  labelSmoothing: number,
  reduction: Reduction,
): void {
  checkChoice(operation, 'reduction', reduction, ['mean', 'sum', 'none']);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(`${operation}: labelSmoothing must be in [0, 1]: got ${labelSmoothing}`);
  }
}
