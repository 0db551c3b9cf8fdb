import { isFloat, isInteger } from '../dtype.ts';
import { applyMultiple, type Node, type Op } from '../graph.ts';
import type { AttentionAttributes } from '../ir/attention.ts';
import { broadcastShapes, format, sameShape, sizeOf } from '../shape.ts';
import { add, div, exp, log, sub } from './arithmetic.ts';
import { attentionBackwardOp, dropper } from './attention-backward.ts';
import { group, nameInputs, scoresOf } from './attention-scores.ts';
import { sum } from './broadcast.ts';
import { cast } from './cast.ts';
import { fill } from './leaf.ts';
import { matmul } from './matmul.ts';
import { reshape } from './movement.ts';
import { checkOptions } from './options.ts';
import { checkProbability, type RandomSource } from './random.ts';
import { max } from './reduce.ts';
import { zerosLike } from './where.ts';

/** Options of `attention`. */
export interface AttentionOptions {
  /** Hide keys after the query's position. Default false. */
  readonly causal?: boolean;
  /** Factor of q · k; 1/√headDim by default. */
  readonly scale?: number;
  /** bool: true for visible keys; float: added to the scores. Broadcasts to [batch, heads, queries, keys]. */
  readonly mask?: Node;
  /** Positions before and after the query that it sees, inclusive; null for no limit. */
  readonly window?: readonly [left: number | null, right: number | null];
  /** c · tanh(score / c) before masking, as Gemma 2. */
  readonly softcap?: number;
  /** Position of the first query among the keys: 0 by default; a tensor (i32 scalar) for a cache. */
  readonly offset?: Node | number;
  /** Probability that a weight is dropped, and the random numbers to decide by. */
  readonly dropout?: { readonly p: number } & RandomSource;
}

/**
 * softmax(q kᵀ · scale) v. Inputs and attributes: see `attention-scores.ts`. Outputs: [batch, heads, queries,
 * valueDim] of q's dtype, and the log-sum-exp of the scores, f32 [batch, heads, queries], for the gradient.
 */
export const attentionOp: Op<AttentionAttributes> = {
  name: 'attention',
  kind: 'composite',
  infer: ([q, , v]) => [
    { shape: q!.shape.with(-1, v!.shape.at(-1)!), dtype: q!.dtype },
    { shape: q!.shape.slice(0, -1), dtype: 'f32' },
  ],
  compose: (inputs, attributes) => {
    const named = nameInputs(inputs, attributes);
    const { q, k, v } = named;
    const { scores } = scoresOf(named, attributes);
    const { weights, logSumExp } = normalize(scores);
    const mixed = matmul(group(dropper(named, attributes)(weights), k.shape[1]!), v);
    const out = reshape(mixed, q.shape.with(-1, v.shape.at(-1)!));
    return [cast(out, q.dtype), reshape(logSumExp, q.shape.slice(0, -1))];
  },
  gradient: ({ inputs, attributes, outputs: [out, logSumExp], upstream, wants }) => {
    const [dOut, dLogSumExp] = upstream;
    const maskGradient = attributes.mask === 'additive' && wants(3);
    const received = [
      out!,
      logSumExp!,
      dOut ?? zerosLike(out!),
      ...(dLogSumExp ? [dLogSumExp] : []),
    ];
    return applyMultiple(attentionBackwardOp, [...inputs, ...received], {
      ...attributes,
      logSumExpGradient: dLogSumExp !== undefined,
      maskGradient,
    });
  },
};

function normalize(scores: Node): { weights: Node; logSumExp: Node } {
  const largest = max(scores, -1, true);
  const exponentials = exp(sub(scores, largest));
  const total = sum(exponentials, -1, true);
  return { weights: div(exponentials, total), logSumExp: add(largest, log(total)) };
}

/**
 * Scaled dot-product attention: softmax(q kᵀ · scale) v.
 *
 * Query head h reads key head ⌊h · keyHeads / heads⌋ (grouped-query attention). A row whose keys are all
 * masked is uniform, never NaN.
 *
 * @param q [batch, heads, queries, headDim]
 * @param k [batch, keyHeads, keys, headDim]
 * @param v [batch, keyHeads, keys, valueDim]
 * @returns [batch, heads, queries, valueDim]
 */
export function attention(q: Node, k: Node, v: Node, options: AttentionOptions = {}): Node {
  return attentionWithLogSumExp(q, k, v, options).out;
}

/** @see attention. Also gives the log-sum-exp of each query's scores, by which parts over split keys are combined. */
export function attentionWithLogSumExp(
  q: Node,
  k: Node,
  v: Node,
  options: AttentionOptions = {},
): { out: Node; logSumExp: Node } {
  const { inputs, attributes } = prepare(q, k, v, options);
  const [out, logSumExp] = applyMultiple(attentionOp, inputs, attributes);
  return { out: out!, logSumExp: logSumExp! };
}

/** The weights themselves, softmax(q kᵀ · scale) [batch, heads, queries, keys] in f32, for looking at. */
export function attentionWeights(
  q: Node,
  k: Node,
  options: Omit<AttentionOptions, 'dropout'> = {},
): Node {
  const { inputs, attributes } = prepare(q, k, k, options);
  return normalize(scoresOf(nameInputs(inputs, attributes), attributes).scores).weights;
}

function prepare(q: Node, k: Node, v: Node, options: AttentionOptions) {
  checkOptions('attention', options, [
    'causal',
    'scale',
    'mask',
    'window',
    'softcap',
    'offset',
    'dropout',
  ]);
  checkShapes(q, k, v);
  const { causal = false, mask, window = [null, null], softcap, offset = 0, dropout } = options;
  const inputs = [q, k, v];
  if (mask) {
    const full = [...q.shape.slice(0, 3), k.shape[2]!];
    const aligned = reshape(mask, [
      ...new Array<number>(Math.max(0, 4 - mask.shape.length)).fill(1),
      ...mask.shape,
    ]);
    if (!sameShape(broadcastShapes(aligned.shape, full, 'attention mask'), full)) {
      throw new RangeError(
        `attention: the mask must broadcast to ${format(full)}: got ${format(mask.shape)}`,
      );
    }
    if (isInteger(mask.dtype)) {
      throw new TypeError(
        `attention: the mask must be bool or a float: got ${mask.dtype}; cast it with .to('bool')`,
      );
    }
    inputs.push(aligned);
  }
  if (offset !== 0) inputs.push(scalarOffset(offset));
  if (dropout) checkProbability('attention: dropout', dropout.p);
  if (dropout && dropout.p > 0) {
    for (const word of [dropout.seed, dropout.position]) {
      inputs.push(typeof word === 'number' ? fill([], word, 'u32') : word);
    }
  }
  const [left, right] = window;
  const attributes: AttentionAttributes = {
    scale: options.scale ?? 1 / Math.sqrt(q.shape[3]!),
    left,
    right: causal ? Math.min(0, right ?? 0) : right,
    softcap: softcap ?? null,
    mask: !mask ? 'none' : mask.dtype === 'bool' ? 'boolean' : 'additive',
    offset: offset !== 0,
    dropout: dropout?.p ?? 0,
    draw: dropout?.draw ?? 0,
  };
  checkNumbers(attributes);
  return { inputs, attributes };
}

function checkShapes(q: Node, k: Node, v: Node): void {
  const [a, b, c] = [q.shape, k.shape, v.shape];
  const fits =
    [a, b, c].every((shape) => shape.length === 4) &&
    a[0] === b[0] &&
    a[3] === b[3] &&
    sameShape(b.slice(0, 3), c.slice(0, 3)) &&
    b[1]! > 0 &&
    a[1]! % b[1]! === 0 &&
    b[2]! > 0;
  if (!fits) {
    throw new RangeError(
      `attention: wants q [batch, heads, queries, headDim], k [batch, keyHeads, keys, headDim] and v [batch, keyHeads, keys, valueDim], heads a multiple of keyHeads and at least one key: got ${[a, b, c].map(format).join(', ')}`,
    );
  }
  for (const { dtype } of [q, k, v]) {
    if (!isFloat(dtype)) throw new TypeError(`attention: wants floats: got ${dtype}`);
  }
}

function scalarOffset(offset: Node | number): Node {
  if (typeof offset === 'number') {
    if (!Number.isInteger(offset) || offset < 0) {
      throw new RangeError(`attention: offset must be a non-negative integer: got ${offset}`);
    }
    return fill([], offset, 'i32');
  }
  if (offset.dtype !== 'i32' || sizeOf(offset.shape) !== 1) {
    throw new TypeError(
      `attention: offset must be a scalar i32: got ${offset.dtype} ${format(offset.shape)}`,
    );
  }
  return reshape(offset, []);
}

function checkNumbers({ left, right, softcap, scale }: AttentionAttributes): void {
  for (const limit of [left, right]) {
    if (limit !== null && !(Number.isInteger(limit) && limit >= 0)) {
      throw new RangeError(
        `attention: a window's limits are non-negative integers or null: got ${limit}`,
      );
    }
  }
  if (softcap !== null && !(softcap > 0)) {
    throw new RangeError(`attention: softcap must be positive: got ${softcap}`);
  }
  if (!Number.isFinite(scale))
    throw new RangeError(`attention: scale must be finite: got ${scale}`);
}
