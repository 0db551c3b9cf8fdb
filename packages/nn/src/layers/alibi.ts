import { arange, type Tensor, tensor } from '@llm/tensor';

/**
 * Slopes of attention with linear biases (Press et al., 2022), one per head: 2^(−8/n), 2^(−16/n), … for n heads; where
 * n is no power of two, those of the power below, then every other one of the power above.
 *
 * @throws RangeError for no heads
 */
export function alibiSlopes(heads: number): Float32Array<ArrayBuffer> {
  if (!Number.isInteger(heads) || heads < 1) {
    throw new RangeError(`alibiSlopes: wants a whole number of heads from 1: got ${heads}`);
  }
  const below = 2 ** Math.floor(Math.log2(heads));
  return Float32Array.from({ length: heads }, (_, head) =>
    head < below
      ? 2 ** ((-8 * (head + 1)) / below)
      : 2 ** ((-4 * (2 * (head - below) + 1)) / below),
  );
}

/**
 * What ALiBi adds to scores: −slope · |i − j| for query i and key j, [heads, queries, keys]; the last query stands at
 * the last key. For `MultiHeadAttention` as `attn_mask` of a batch of one, for `scaledDotProductAttention` as `attnMask`.
 */
export function alibiBias(heads: number, queries: number, keys: number = queries): Tensor {
  const places = arange(queries)
    .add(keys - queries)
    .reshape(queries, 1);
  const distance = places.sub(arange(keys)).abs().to('f32'); // [queries, keys]
  return distance.mul(tensor(alibiSlopes(heads), [heads, 1, 1])).neg();
}
