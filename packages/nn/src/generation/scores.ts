/**
 * Arithmetic on the scores of one row.
 *
 * @module
 */

/** Logarithms of the probabilities that scores stand for. */
export function logSoftmax(scores: Float32Array): Float32Array {
  const largest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  let total = 0;
  for (const score of scores) total += Math.exp(score - largest);
  const shift = largest + Math.log(total);
  return scores.map((score) => score - shift);
}

/** Positions by score, best first; equal scores keep their order. */
export function ranking(scores: Float32Array): Uint32Array {
  const order = Uint32Array.from(scores, (_, i) => i);
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** The `count` best positions, best first; equal scores keep their order. */
export function best(scores: Float32Array, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (found.length === count && !(score > scores[found[count - 1]!]!)) continue;
    let place = found.length;
    while (place > 0 && score > scores[found[place - 1]!]!) place--;
    found.splice(place, 0, i);
    if (found.length > count) found.pop();
  }
  return found;
}
