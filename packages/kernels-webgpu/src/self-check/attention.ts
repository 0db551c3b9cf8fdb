import { coarseProblem, integers, type Problem, type Tensor } from './problem.ts';

interface Sizes {
  /** Heads of queries; there is one of keys. */
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
  /** Position of the first query among the keys. */
  readonly offset: number;
}

/** Numbers are at most 1 in size and sums of weights are 1: what is left are the roundings of exponentials. */
const TOLERANCE = 1e-4;

const tiled: Sizes = { heads: 2, queries: 70, keys: 70, headDim: 20, offset: 0 };
const decoding: Sizes = { heads: 3, queries: 1, keys: 600, headDim: 32, offset: 300 };

/** Attention of many queries, and of one. */
export const attentionProblems = (): readonly Problem[] =>
  [tiled, decoding].map((sizes) => {
    const { q, k, v, offset, out, logSumExp } = solve(sizes);
    return coarseProblem('attention', attributes, [q, k, v, offset], [out, logSumExp], TOLERANCE);
  });

/** Its gradients. */
export function attentionBackwardProblems(): readonly Problem[] {
  const { q, k, v, offset, out, logSumExp, dOut, dQ, dK, dV } = solve(tiled);
  return [
    coarseProblem(
      'attentionBackward',
      { ...attributes, logSumExpGradient: false, maskGradient: false },
      [q, k, v, offset, out, logSumExp, dOut],
      [dQ, dK, dV],
      10 * TOLERANCE, // sums over the queries
    ),
  ];
}

const attributes = {
  ...{ scale: 0.5, left: null, right: 0, softcap: null, mask: 'none' },
  ...{ offset: true, dropout: 0, draw: 0 },
};

/** Causal attention from its definition, and the gradients for a gradient of the output. */
function solve({ heads, queries, keys, headDim, offset }: Sizes) {
  const random = (shape: readonly number[], seed: number): Tensor => {
    const count = shape.reduce((a, b) => a * b, 1);
    return { shape, words: integers(count, 8, seed).map((value) => value / 8) };
  };
  const zeros = (shape: readonly number[]): Tensor => ({
    shape,
    words: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  const perQuery = [1, heads, queries, headDim];
  const perKey = [1, 1, keys, headDim];
  const [q, k, v, dOut] = [
    random(perQuery, 1),
    random(perKey, 2),
    random(perKey, 3),
    random(perQuery, 4),
  ];
  const [out, dQ, dK, dV] = [zeros(perQuery), zeros(perQuery), zeros(perKey), zeros(perKey)];
  const logSumExp = zeros([1, heads, queries]);
  const row = ({ words }: Tensor, at: number) =>
    words.subarray(at * headDim, (at + 1) * headDim) as Float32Array;
  for (let at = 0; at < heads * queries; at++) {
    const visible = Math.min(keys, offset + (at % queries) + 1);
    const scores = Array.from(
      { length: visible },
      (_, key) => attributes.scale * dot(row(q!, at), row(k!, key)),
    );
    const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
    const weights = scores.map((score) => Math.exp(score - total));
    logSumExp.words[at] = total;
    weights.forEach((weight, key) => {
      addTo(row(out, at), row(v!, key), weight);
      addTo(row(dV, key), row(dOut!, at), weight);
    });
    const mean = dot(row(dOut!, at), row(out, at));
    weights.forEach((weight, key) => {
      const dScore = attributes.scale * weight * (dot(row(dOut!, at), row(v!, key)) - mean);
      addTo(row(dQ, at), row(k!, key), dScore);
      addTo(row(dK, key), row(q!, at), dScore);
    });
  }
  const position: Tensor = { shape: [], words: Int32Array.of(offset) };
  return { q: q!, k: k!, v: v!, offset: position, out, logSumExp, dOut: dOut!, dQ, dK, dV };
}

const dot = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function addTo(target: Float32Array, source: Float32Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!;
}
