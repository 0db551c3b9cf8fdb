import { arange, embedding, type Tensor, tensor } from '@llm/tensor';

/** How distances fall into buckets, as in T5. */
export interface BucketSettings {
  readonly buckets: number;
  readonly maxDistance: number;
  /** Whether later keys have buckets of their own; else they share that of distance 0. */
  readonly isBidirectional: boolean;
}

/**
 * The bucket of a key at `distance` = key − query positions (Raffel et al., 2019): one each for near ones, then
 * growing logarithmically up to `maxDistance`. The logarithm is rounded to f32, as PyTorch does, since it decides
 * at the edges of buckets.
 */
export function bucketOf(distance: number, settings: BucketSettings): number {
  const { maxDistance, isBidirectional } = settings;
  const buckets = isBidirectional ? settings.buckets / 2 : settings.buckets;
  const first = isBidirectional && distance > 0 ? buckets : 0;
  const far = isBidirectional ? Math.abs(distance) : Math.max(0, -distance);
  const exact = Math.floor(buckets / 2);
  if (far < exact) return first + far;
  const { fround } = Math;
  const ratio = fround(
    fround(Math.log(fround(far / exact))) / fround(Math.log(maxDistance / exact)),
  );
  const step = Math.trunc(fround(ratio * (buckets - exact)));
  return first + Math.min(buckets - 1, exact + step);
}

/**
 * What each head adds to its scores by distance: [1, heads, queries, keys].
 *
 * @param weight [buckets, heads]
 * @param offset position of the first query among the keys, with a cache
 */
export function relativeBias(
  weight: Tensor,
  queries: number,
  keys: number,
  settings: BucketSettings,
  offset?: Tensor,
): Tensor {
  // From this distance on all share the last bucket.
  const limit = settings.maxDistance;
  const table = Int32Array.from({ length: 2 * limit + 1 }, (_, i) => bucketOf(i - limit, settings));
  const rows = arange(queries).reshape(queries, 1);
  const distances = arange(keys)
    .reshape(1, keys)
    .sub(offset ? rows.add(offset) : rows);
  const places = distances.clamp(-limit, limit).add(limit); // [queries, keys]
  const buckets = embedding(places, tensor(table).reshape(-1, 1)).reshape(queries, keys);
  return embedding(buckets, weight).permute(2, 0, 1).unsqueeze(0);
}
