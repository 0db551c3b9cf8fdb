import { operandOf } from '../autocast.ts';
import * as attention from '../ops/attention.ts';
import { checkOptions } from '../ops/options.ts';
import * as rotation from '../ops/rotary.ts';
import { defaultGenerator, type Generator } from '../random.ts';
import { format } from '../shape.ts';
import { Tensor } from '../tensor.ts';

/** What decides the scores of attention. */
export interface AttentionScoreOptions {
  /** Broadcasts to [batch, heads, queries, keys]: true where attention is allowed, or floats to add. */
  readonly attnMask?: Tensor;
  /** Forbids attention to later keys. Default false. */
  readonly isCausal?: boolean;
  /** Factor of the scores. Default 1 / √headDim. */
  readonly scale?: number;
  /** Whether keys and values may have fewer heads, each shared by as many of the queries'. Default false. */
  readonly enableGqa?: boolean;
  /** Positions before and after its own that a query sees; null for no limit, which is the default. */
  readonly window?: readonly [before: number | null, after: number | null];
  /** c, for scores c · tanh(score / c) before masking, as in Gemma 2. Default: none. */
  readonly softcap?: number;
  /** Position of the first query among the keys, as an i32 scalar where it is known on the device. Default 0. */
  readonly offset?: Tensor | number;
}

/** Options of `scaledDotProductAttention`, with PyTorch's names where PyTorch has them. */
export interface AttentionOptions extends AttentionScoreOptions {
  /** Probability of dropping a weight. Default 0. */
  readonly dropoutP?: number;
  /** Where the random numbers of dropout come from. Default: the default generator. */
  readonly generator?: Generator;
}

/**
 * softmax(Q Kᵀ · scale + mask) V. A query all of whose keys are masked gets uniform weights, never NaN.
 *
 * @param query [batch, heads, queries, headDim]
 * @param key [batch, heads, keys, headDim]
 * @param value [batch, heads, keys, valueDim]
 * @returns [batch, heads, queries, valueDim]
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  checkOptions('scaledDotProductAttention', options, [...scoreOptions, 'dropoutP', 'generator']);
  const { dropoutP = 0, generator } = options;
  const scores = scoreOptionsOf('scaledDotProductAttention', query, key, options);
  const random = dropoutP > 0 ? (generator ?? defaultGenerator()).next() : undefined;
  return new Tensor(
    attention.attention(operandOf(query.node), operandOf(key.node), operandOf(value.node), {
      ...scores,
      dropout: random && { p: dropoutP, ...random },
    }),
  );
}

/**
 * softmax(Q Kᵀ · scale + mask), the weights that `scaledDotProductAttention` mixes values by, for looking at.
 *
 * @returns [batch, heads, queries, keys], f32
 */
export function attentionWeights(
  query: Tensor,
  key: Tensor,
  options: AttentionScoreOptions = {},
): Tensor {
  checkOptions('attentionWeights', options, scoreOptions);
  const scores = scoreOptionsOf('attentionWeights', query, key, options);
  return new Tensor(attention.attentionWeights(query.node, key.node, scores));
}

const scoreOptions: readonly (keyof AttentionScoreOptions)[] = [
  'attnMask',
  'isCausal',
  'scale',
  'enableGqa',
  'window',
  'softcap',
  'offset',
];

function scoreOptionsOf(
  operation: string,
  query: Tensor,
  key: Tensor,
  { attnMask, isCausal, scale, enableGqa, window, softcap, offset }: AttentionScoreOptions,
): Omit<attention.AttentionOptions, 'dropout'> {
  if (!enableGqa && query.shape.at(-3) !== key.shape.at(-3)) {
    throw new RangeError(
      `${operation}: numbers of heads differ: got ${format(query.shape)} and ${format(key.shape)}; set enableGqa to share keys and values`,
    );
  }
  return {
    mask: attnMask?.node,
    causal: isCausal,
    scale,
    window,
    softcap,
    offset: offset instanceof Tensor ? offset.node : offset,
  };
}

/**
 * Rotary positions: pairs of features turned by an angle per position (Su et al., 2021).
 *
 * @param x [..., positions, headDim]
 * @param cos cosines of the angles [..., positions, n/2] with n ≤ headDim; features from n on stay
 * @param sin sines, of the same shape
 * @param layout `'half'` pairs feature i with i + n/2 (Hugging Face), `'interleaved'` 2i with 2i + 1
 */
export function rotary(
  x: Tensor,
  cos: Tensor,
  sin: Tensor,
  layout: rotation.RotaryLayout = 'half',
): Tensor {
  return new Tensor(rotation.rotary(x.node, cos.node, sin.node, layout));
}
