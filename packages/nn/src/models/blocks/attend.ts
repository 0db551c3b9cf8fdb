/**
 * The one attention that all families share; their layers hold the projections, under the checkpoint's names.
 *
 * @module
 */
import {
  attentionWeights,
  dropout as drop,
  matmul,
  rotary,
  scaledDotProductAttention,
  type Tensor,
  where,
} from '@llm/tensor';
import type { UnaryModule } from '../../module/module.ts';
import { probe } from '../../module/paths.ts';
import type { AttentionContext, Memory } from './context.ts';
import type { Rotation } from './rotary.ts';

/** What differs between families and layers. */
export interface AttentionSettings {
  readonly heads: number;
  /** Heads of keys and values, each shared by as many of the queries'. Default: as many as `heads`. */
  readonly keyValueHeads?: number;
  /** Place in the cache. */
  readonly layer?: number;
  /** Factor of the scores. Default 1 / √headDim. */
  readonly scale?: number;
  /** Probability of dropping a weight; 0 outside training. */
  readonly dropout?: number;
  /** c · tanh(score / c), as in Gemma 2. */
  readonly softcap?: number | undefined;
  /** How many positions a query sees, its own included. Default: all. */
  readonly window?: number | undefined;
  /** Norms of each head before rotation. */
  readonly queryNorm?: UnaryModule | undefined;
  readonly keyNorm?: UnaryModule | undefined;
  readonly rotation?: Rotation | undefined;
}

/**
 * Attention of a sequence to itself and to the cache.
 *
 * @param query [batch, queries, heads · headDim], projected
 * @param key [batch, queries, keyValueHeads · headDim], projected
 * @param value of the shape of `key`
 * @returns [batch, queries, heads · headDim]
 */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  settings: AttentionSettings,
  context: AttentionContext,
): Tensor {
  const { heads, keyValueHeads = heads, queryNorm, keyNorm, rotation, layer = 0 } = settings;
  let queries = splitHeads(query, heads); // [batch, heads, queries, headDim]
  let keys = splitHeads(key, keyValueHeads);
  let values = splitHeads(value, keyValueHeads);
  if (queryNorm) queries = queryNorm.forward(queries);
  if (keyNorm) keys = keyNorm.forward(keys);
  if (rotation) {
    queries = rotary(queries, rotation.cos, rotation.sin);
    keys = rotary(keys, rotation.cos, rotation.sin);
  }
  if (context.cache) [keys, values] = context.cache.update(layer, keys, values);
  return mergeHeads(mix(queries, keys, values, settings, context));
}

/**
 * Attention of a decoder's sequence to the encoder's output, whose keys and values are made once.
 *
 * @param project the projected keys and values of the encoder's output [batch, source, heads · headDim]
 */
export function attendTo(
  { states, context }: Memory,
  query: Tensor,
  project: (states: Tensor) => readonly [keys: Tensor, values: Tensor],
  settings: AttentionSettings,
): Tensor {
  const { heads, layer = 0 } = settings;
  const compute = (): readonly [Tensor, Tensor] => {
    if (!states) throw new Error('attention: the encoder has not run; it must fill the cache');
    const [keys, values] = project(states);
    return [splitHeads(keys, heads), splitHeads(values, heads)];
  };
  const [keys, values] = context.cache?.crossed(layer, compute) ?? compute();
  const { cache: _, ...rest } = context;
  return mergeHeads(mix(splitHeads(query, heads), keys, values, settings, rest));
}

/** softmax(Q Kᵀ · scale + mask) V for heads side by side: [batch, heads, queries, headDim]. */
function mix(
  queries: Tensor,
  keys: Tensor,
  values: Tensor,
  { scale, dropout = 0, softcap, window }: AttentionSettings,
  { mask, bias, isCausal, cache, weights }: AttentionContext,
): Tensor {
  const attnMask = mask && bias ? where(mask, bias, -1e30) : (mask ?? bias);
  const options = {
    ...(attnMask && { attnMask }),
    ...(isCausal && { isCausal }),
    ...(scale !== undefined && { scale }),
    ...(softcap !== undefined && { softcap }),
    ...(window !== undefined && { window: [window - 1, isCausal ? 0 : window - 1] as const }),
    ...(cache && { offset: cache.offset }),
    enableGqa: true,
  };
  const compute = () => attentionWeights(queries, keys, options);
  weights?.push(compute());
  const probed = probe('weights', compute);
  if (probed) return weigh(drop(probed, dropout, { training: dropout > 0 }), values);
  return scaledDotProductAttention(queries, keys, values, { ...options, dropoutP: dropout });
}

/** Weights [batch, heads, queries, keys] times values [batch, keyValueHeads, keys, headDim]. */
function weigh(weights: Tensor, values: Tensor): Tensor {
  const [batch, heads, queries, keys] = weights.shape as readonly [number, number, number, number];
  const [, shared, , headDim] = values.shape as readonly [number, number, number, number];
  const grouped = weights.reshape(batch, shared, (heads / shared) * queries, keys);
  return matmul(grouped, values).reshape(batch, heads, queries, headDim);
}

/** [batch, length, heads · headDim] → [batch, heads, length, headDim] */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as readonly [number, number, number];
  if (width % heads !== 0) {
    throw new RangeError(
      `attention: the heads must divide the width: got ${heads} heads for width ${width}`,
    );
  }
  return x.reshape(batch, length, heads, width / heads).permute(0, 2, 1, 3);
}

function mergeHeads(x: Tensor): Tensor {
  const [batch, heads, length, headDim] = x.shape as readonly [number, number, number, number];
  return x.permute(0, 2, 1, 3).reshape(batch, length, heads * headDim);
}
