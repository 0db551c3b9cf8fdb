import * as attention from '../ops/attention.ts';
import { checkOptions } from '../ops/options.ts';
import * as rotation from '../ops/rotary.ts';
import { defaultGenerator, type Generator } from '../random.ts';
import { format } from '../shape.ts';
import { Tensor } from '../tensor.ts';

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
  /** Whether keys and values may have fewer heads, each shared by as many of the queries'. Default false. */
  readonly enableGqa?: boolean;
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
  checkOptions('scaledDotProductAttention', options, [
    'attnMask',
    'dropoutP',
    'isCausal',
    'scale',
    'enableGqa',
    'generator',
  ]);
  const { attnMask, dropoutP = 0, isCausal, scale, enableGqa, generator } = options;
  if (!enableGqa && query.shape.at(-3) !== key.shape.at(-3)) {
    throw new RangeError(
      `scaledDotProductAttention: numbers of heads differ: got ${format(query.shape)} and ${format(key.shape)}; set enableGqa to share keys and values`,
    );
  }
  const random = dropoutP > 0 ? (generator ?? defaultGenerator()).next() : undefined;
  return new Tensor(
    attention.attention(query.node, key.node, value.node, {
      mask: attnMask?.node,
      causal: isCausal,
      scale,
      dropout: random && { p: dropoutP, ...random },
    }),
  );
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
