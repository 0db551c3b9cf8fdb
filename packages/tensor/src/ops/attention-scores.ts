/**
 * The scores of scaled dot-product attention, shared by the forward and backward definitions.
 *
 * Masks are finite, so no row is NaN. A key hidden by the mask has score `MASKED_SCORE`, one hidden by causality or
 * the window `HIDDEN_SCORE`, which is lower: a row whose visible keys are all masked is uniform over those, and a
 * kernel may skip hidden keys altogether.
 *
 * @module
 */
import type { Node } from '../graph.ts';
import { type AttentionAttributes, HIDDEN_SCORE, MASKED_SCORE } from '../ir/attention.ts';
import { add, div, maximum, minimum, mul, sub, tanh } from './arithmetic.ts';
import { cast } from './cast.ts';
import { fill, indices } from './leaf.ts';
import { and, less, lessEqual } from './logic.ts';
import { matmul } from './matmul.ts';
import { reshape, transpose } from './movement.ts';
import { where } from './where.ts';

/** The inputs of attention by name: q, k, v, then mask, offset, seed and position where there are. */
export interface AttentionInputs {
  /** [batch, heads, queries, headDim] */
  readonly q: Node;
  /** [batch, keyHeads, keys, headDim]; query head h reads key head ⌊h · keyHeads / heads⌋ */
  readonly k: Node;
  /** [batch, keyHeads, keys, valueDim] */
  readonly v: Node;
  /** Broadcasts to [batch, heads, queries, keys]. */
  readonly mask: Node | undefined;
  readonly offset: Node | undefined;
  readonly seed: Node | undefined;
  readonly position: Node | undefined;
  /** What follows them: empty for the forward operation. */
  readonly rest: readonly Node[];
}

/** Gives an operation's inputs their names. */
export function nameInputs(
  inputs: readonly Node[],
  { mask, offset, dropout }: AttentionAttributes,
): AttentionInputs {
  const rest = [...inputs];
  const next = () => rest.shift()!;
  return {
    q: next(),
    k: next(),
    v: next(),
    mask: mask === 'none' ? undefined : next(),
    offset: offset ? next() : undefined,
    seed: dropout > 0 ? next() : undefined,
    position: dropout > 0 ? next() : undefined,
    rest,
  };
}

/** Scores and what the backward pass needs to know of them; all [batch, heads, queries, keys] or broadcast to it. */
export interface Scores {
  readonly scores: Node;
  /** Where the score depends on q and k; undefined if everywhere. */
  readonly live: Node | undefined;
  /** Derivative of the soft cap; undefined without one. */
  readonly capSlope: Node | undefined;
}

/** Scaled, capped and masked scores in f32. */
export function scoresOf(
  { q, k, mask, offset }: AttentionInputs,
  attributes: AttentionAttributes,
): Scores {
  const { scale, softcap } = attributes;
  const keys = k.shape[2]!;
  const products = matmul(cast(group(q, k.shape[1]!), 'f32'), transpose(k)); // [batch, keyHeads, group · queries, keys]
  let scores = mul(reshape(products, [...q.shape.slice(0, 3), keys]), scale);
  let capSlope: Node | undefined;
  if (softcap !== null) {
    const capped = tanh(div(scores, softcap));
    capSlope = sub(1, mul(capped, capped));
    scores = mul(capped, softcap);
  }
  let live: Node | undefined;
  if (mask && attributes.mask === 'additive') {
    scores = add(scores, cast(mask, 'f32'));
    live = lessEqual(MASKED_SCORE, scores);
  } else if (mask) {
    live = mask;
  }
  if (live) scores = where(live, scores, MASKED_SCORE);
  const seen = visible(q.shape[2]!, keys, offset, attributes);
  if (seen) {
    scores = where(seen, scores, HIDDEN_SCORE);
    live = live ? and(live, seen) : seen;
  }
  return { scores, live, capSlope };
}

/** Query heads that share a key head become rows of it: [batch, heads, queries, n] → [batch, keyHeads, group · queries, n]. */
export function group(x: Node, keyHeads: number): Node {
  const [batch, heads, queries, size] = x.shape as [number, number, number, number];
  return reshape(x, [batch, keyHeads, (heads / keyHeads) * queries, size]);
}

/** Which keys causality and the window let each query see, [queries, keys]; undefined if all. */
function visible(
  queries: number,
  keys: number,
  offset: Node | undefined,
  { left, right }: AttentionAttributes,
): Node | undefined {
  const rows = queryPositions(queries, offset); // [queries, 1]
  const columns = indices(keys);
  const past = left === null ? undefined : lessEqual(sub(rows, left), columns);
  const future = right === null ? undefined : lessEqual(columns, add(rows, right));
  return past && future ? and(past, future) : (past ?? future);
}

/**
 * What exp(score − logSumExp) must be multiplied by: 1, but in rows without a live key, where the logarithm
 * of their number is lost against −1e30, one over that number. [batch, heads, queries, 1], or undefined if
 * every row has a live key.
 */
export function rowWeight(
  { q, k, offset }: AttentionInputs,
  logSumExp: Node,
  attributes: AttentionAttributes,
): Node | undefined {
  const { mask, left, right } = attributes;
  if (mask === 'none' && left === null) return undefined;
  const [queries, keys] = [q.shape[2]!, k.shape[2]!];
  const rows = queryPositions(queries, offset);
  const first = left === null ? 0 : maximum(sub(rows, left), 0);
  const end = right === null ? keys : minimum(add(rows, right + 1), keys);
  const count =
    typeof first === 'number' && typeof end === 'number'
      ? fill([1, 1], end - first, 'i32')
      : sub(end, first);
  return where(
    less(logSumExp, HIDDEN_SCORE * 0.75),
    1 / keys, // nothing to see at all: uniform over all keys
    where(less(logSumExp, MASKED_SCORE / 2), div(1, cast(maximum(count, 1), 'f32')), 1),
  );
}

function queryPositions(queries: number, offset: Node | undefined): Node {
  const rows = reshape(indices(queries), [queries, 1]);
  return offset ? add(rows, offset) : rows;
}
