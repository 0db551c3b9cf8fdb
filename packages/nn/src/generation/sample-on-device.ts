import {
  arange,
  cumsum,
  type Generator,
  rand,
  sort,
  type Tensor,
  takeAlong,
  topk,
  where,
} from '@llm/tensor';

/** What narrows the choice on the device; the others of `warpers.ts` need the scores on the host. */
interface DeviceSampling {
  /** Keeps the likeliest tokens; 0 for all. Part of the compiled plan. */
  readonly top_k: number;
  /** Divides scores: a scalar. */
  readonly temperature: Tensor;
  /** Keeps the likeliest tokens that together have this probability: a scalar, 1 for all. */
  readonly top_p: Tensor;
}

/** Less than any score: no infinities on the device. */
const never = -1e30;

/**
 * Draws one token per row by the inverse of the cumulated probabilities in the order of the vocabulary, as the
 * sampling on the host does with the same uniform numbers.
 *
 * @param scores [rows, vocab_size], f32
 * @returns i32 [rows]
 */
export function sampleOnDevice(
  scores: Tensor,
  { top_k, temperature, top_p }: DeviceSampling,
  generator: Generator,
): Tensor {
  const [rows, size] = scores.shape as readonly [number, number];
  const count = top_k === 0 ? size : Math.min(top_k, size);
  const { values, indices } = topk(scores.div(temperature), count); // [rows, count], likeliest first
  const probabilities = values.softmax();
  // A token stays while those before it have less than the mass; the likeliest always does.
  const before = cumsum(probabilities).sub(probabilities);
  const isKept = before.lt(top_p).logicalOr(arange(count).eq(0));
  const kept = where(isKept, values, never);
  const byToken = sort(indices);
  const shares = cumsum(takeAlong(kept.softmax(), byToken.indices));
  const uniforms = rand([rows], generator).reshape(rows, 1);
  const place = shares
    .le(uniforms.mul(shares.slice(null, [count - 1, count])))
    .to('i32')
    .sum(1, true);
  return takeAlong(byToken.values, place.minimum(count - 1)).reshape(rows);
}
