/**
 * The free functions of a model author: PyTorch's `torch.nn.functional`, in camelCase, with `axis` for `dim`.
 *
 * @module
 */
import { arange } from './creation.ts';
import type { DType } from './dtype.ts';
import * as activation from './ops/activation.ts';
import * as joining from './ops/concat.ts';
import * as losses from './ops/cross-entropy.ts';
import { dropout as dropoutOf } from './ops/dropout.ts';
import { expm1 as expm1Of, log1p as log1pOf } from './ops/exponential.ts';
import { takeAlong as takeAlongOf } from './ops/gather.ts';
import * as pairLosses from './ops/loss.ts';
import * as masks from './ops/masks.ts';
import * as products from './ops/matmul.ts';
import * as normalization from './ops/normalization.ts';
import { checkOptions } from './ops/options.ts';
import * as exponentials from './ops/softmax.ts';
import { take as takeOf } from './ops/take.ts';
import { where as whereOf } from './ops/where.ts';
import { defaultGenerator, type Generator } from './random.ts';
import type { Shape } from './shape.ts';
import { operand, Tensor, type TensorLike } from './tensor.ts';

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

// Products

/** The matrix product by the rules of `torch.matmul`: vectors, matrices, broadcast batches. */
export function matmul(left: Tensor, right: Tensor): Tensor {
  return new Tensor(products.matmul(left.node, right.node));
}

/** x · weightᵀ + bias: x [..., in], weight [out, in], bias [out] → [..., out]. */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  return new Tensor(products.linear(x.node, weight.node, bias?.node));
}

// Normalization and probabilities

/** Probabilities: eˣ / Σ eˣ along `axis`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return new Tensor(exponentials.softmax(x.node, axis));
}

/** Logarithms of the probabilities along `axis`, without the loss of `log(softmax(x))`. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return new Tensor(exponentials.logSoftmax(x.node, axis));
}

/** log Σ eˣ along `axis`, without overflow. */
export function logSumExp(x: Tensor, axis = -1, keepdim = false): Tensor {
  return new Tensor(exponentials.logSumExp(x.node, axis, keepdim));
}

/**
 * (x − mean) / √(variance + eps) · weight + bias over the last axes.
 *
 * @param normalizedShape sizes of the last axes to normalize over; `weight` and `bias` have this shape
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  weight?: Tensor,
  bias?: Tensor,
  eps = 1e-5,
): Tensor {
  return new Tensor(
    normalization.layerNorm(x.node, normalizedShape, weight?.node, bias?.node, eps),
  );
}

/**
 * x / √(mean of x² + eps) · weight over the last axes.
 *
 * @param eps by default the machine epsilon of f32, as `torch.nn.functional.rms_norm` has it
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: Shape,
  weight?: Tensor,
  eps = 2 ** -23,
): Tensor {
  return new Tensor(normalization.rmsNorm(x.node, normalizedShape, weight?.node, eps));
}

// Activations

/** max(x, 0) */
export function relu(x: Tensor): Tensor {
  return new Tensor(activation.relu(x.node));
}

/** max(x, 0)² */
export function reluSquared(x: Tensor): Tensor {
  return new Tensor(activation.reluSquared(x.node));
}

/** x, or `negativeSlope` · x below 0 */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return new Tensor(activation.leakyRelu(x.node, negativeSlope));
}

/** x, or `alpha` · (eˣ − 1) below 0 */
export function elu(x: Tensor, alpha = 1): Tensor {
  return new Tensor(activation.elu(x.node, alpha));
}

/** Gaussian error linear unit: exact (`'none'`, by erf), or by `'tanh'`, up to 5e-4 apart. */
export function gelu(x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor {
  return new Tensor(activation.gelu(x.node, approximate));
}

/** x · σ(x), also called Swish */
export function silu(x: Tensor): Tensor {
  return new Tensor(activation.silu(x.node));
}

/** x · σ(1.702 x), the GELU of CLIP */
export function quickGelu(x: Tensor): Tensor {
  return new Tensor(activation.quickGelu(x.node));
}

/** log(1 + eˣ), without overflow for large x */
export function softplus(x: Tensor): Tensor {
  return new Tensor(activation.softplus(x.node));
}

/** x · tanh(log(1 + eˣ)) */
export function mish(x: Tensor): Tensor {
  return new Tensor(activation.mish(x.node));
}

/** log(1 + x), exact near 0 */
export function log1p(x: Tensor): Tensor {
  return new Tensor(log1pOf(x.node));
}

/** eˣ − 1, exact near 0 */
export function expm1(x: Tensor): Tensor {
  return new Tensor(expm1Of(x.node));
}

/** Options of `dropout`. */
export interface DropoutOptions {
  /** Whether anything is dropped. Default true. */
  readonly training?: boolean;
  /** Where the random numbers come from. Default: the default generator. */
  readonly generator?: Generator;
}

/** Each element is 0 with probability `p`, else x / (1 − p), so that the expected value is x. */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkOptions('dropout', options, ['training', 'generator']);
  const { training = true, generator = defaultGenerator() } = options;
  return training && p !== 0 ? new Tensor(dropoutOf(x.node, p, generator.next())) : x;
}

// Losses

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

// Attention

/** Options of `scaledDotProductAttention`, with PyTorch's names. */
export interface AttentionOptions {
  /** Broadcasts to [batch, heads, queries, keys]: true where attention is allowed, or floats to add. */
  readonly attnMask?: Tensor;
  /** Probability of dropping a weight. Default 0. */
  readonly dropoutP?: number;
  /** Forbids attention to later keys. Default false. */
  readonly isCausal?: boolean;
  /** Factor of the scores. Default 1 / √headDim. */
  readonly scale?: number;
  /** Whether keys and values may have fewer heads, each shared by as many queries' heads. Default false. */
  readonly enableGqa?: boolean;
}

/**
 * softmax(Q Kᵀ · scale + mask) V for queries [batch, heads, queries, headDim], keys [batch, heads, keys,
 * headDim] and values [batch, heads, keys, valueDim] → [batch, heads, queries, valueDim].
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  checkOptions('scaledDotProductAttention', options, [
    'attnMask',
    'dropoutP',
    'isCausal',
    'scale',
    'enableGqa',
  ]);
  const { attnMask, dropoutP = 0, isCausal = false, enableGqa = false } = options;
  const scale = options.scale ?? 1 / Math.sqrt(query.shape.at(-1)!);
  const groups = enableGqa ? query.shape.at(-3)! / key.shape.at(-3)! : 1;
  const shared = (x: Tensor) =>
    groups === 1
      ? x
      : x
          .unsqueeze(-3)
          .expand([...x.shape.slice(0, -2), groups, ...x.shape.slice(-2)])
          .reshape([...x.shape.slice(0, -3), -1, ...x.shape.slice(-2)]);
  let scores = matmul(query, shared(key).transpose()).mul(scale);
  if (attnMask)
    scores = attnMask.dtype === 'bool' ? where(attnMask, scores, -1e30) : scores.add(attnMask);
  if (isCausal) {
    const [rows, columns] = scores.shape.slice(-2) as [number, number];
    scores = where(arange(columns).le(arange(rows).reshape(rows, 1)), scores, -1e30);
  }
  return matmul(dropout(softmax(scores), dropoutP), shared(value));
}

// Picking and joining

/** `yes` where the condition holds, `no` elsewhere; all three broadcast. */
export function where(condition: Tensor, yes: TensorLike, no: TensorLike): Tensor {
  return new Tensor(whereOf(condition.node, operand(yes), operand(no)));
}

/** Rows of a table `weight` [rows, width] for each id: [...] → [..., width]. */
export function embedding(ids: Tensor, weight: Tensor): Tensor {
  return new Tensor(masks.embedding(weight.node, ids.node));
}

/** Rows of zeros with a one at each class: [...] → [..., numClasses]. */
export function oneHot(classes: Tensor, numClasses: number, dtype: DType = 'f32'): Tensor {
  return new Tensor(masks.oneHot(classes.node, numClasses, dtype));
}

/** Slices of `x` at `indices` along `axis`, which the shape of `indices` replaces. */
export function take(x: Tensor, indices: Tensor, axis = 0): Tensor {
  return new Tensor(takeOf(x.node, indices.node, axis));
}

/** One element of `x` per index along `axis`, as `torch.gather`. */
export function takeAlong(x: Tensor, indices: Tensor, axis = -1): Tensor {
  return new Tensor(takeAlongOf(x.node, indices.node, axis));
}

/** Tensors joined along `axis`, promoted to one dtype. */
export function concat(inputs: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(joining.concat(nodesOf(inputs), axis));
}

/** Tensors of one shape joined along a new axis. */
export function stack(inputs: readonly Tensor[], axis = 0): Tensor {
  return new Tensor(joining.stack(nodesOf(inputs), axis));
}

/** Pieces of the given sizes along `axis`; one number cuts equal pieces, the last may be smaller. */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  return joining.split(x.node, sizes, axis).map((node) => new Tensor(node));
}

/** `count` pieces along `axis`, equal but perhaps for the last. */
export function chunk(x: Tensor, count: number, axis = 0): Tensor[] {
  return joining.chunk(x.node, count, axis).map((node) => new Tensor(node));
}

/** The lower triangle of the last two axes: elements with column ≤ row + `diagonal`, zeros above. */
export function tril(x: Tensor, diagonal = 0): Tensor {
  return new Tensor(masks.tril(x.node, diagonal));
}

/** The upper triangle of the last two axes: elements with column ≥ row + `diagonal`, zeros below. */
export function triu(x: Tensor, diagonal = 0): Tensor {
  return new Tensor(masks.triu(x.node, diagonal));
}

function nodesOf(tensors: readonly Tensor[]) {
  return tensors.map((tensor) => tensor.node);
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
