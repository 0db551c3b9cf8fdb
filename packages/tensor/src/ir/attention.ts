/**
 * What the kernels of attention agree on with its definition (`ops/attention-scores.ts`): the attributes, the
 * order of the inputs, and the scores of keys that are not seen.
 *
 * @module
 */
import type { CoarseKernel, CoarseOperand } from './kernel.ts';

/** Score of a key that the mask excludes. */
export const MASKED_SCORE = -1e30;

/** Score of a key that causality or the window excludes. */
export const HIDDEN_SCORE = -2e30;

/** All that a kernel needs to know besides the inputs. */
export interface AttentionAttributes {
  /** Factor of q · k. */
  readonly scale: number;
  /** Keys with index < query position − left are hidden; null for no limit. */
  readonly left: number | null;
  /** Keys with index > query position + right are hidden; null for no limit, 0 for causal attention. */
  readonly right: number | null;
  /** c · tanh(score / c) before masking; null for none. */
  readonly softcap: number | null;
  /** `boolean`: true for visible keys; `additive`: added to the scores, a sum below −1e30 counts as masked. */
  readonly mask: 'none' | 'boolean' | 'additive';
  /** Whether the position of the first query among the keys is an input (i32 scalar); else it is 0. */
  readonly offset: boolean;
  /** Probability that a weight is dropped; with p > 0, seed and position (u32 scalars) are inputs. */
  readonly dropout: number;
  /** Number of the random draw. */
  readonly draw: number;
}

/** What the backward operation needs to know. */
export interface AttentionBackwardAttributes extends AttentionAttributes {
  /** Whether the log-sum-exp has a gradient, the last input. */
  readonly logSumExpGradient: boolean;
  /** Whether the additive mask's gradient is wanted, as a fourth output. */
  readonly maskGradient: boolean;
}

/** Attributes of either operation; the forward one has none of the backward one's. */
export type AnyAttentionAttributes = AttentionAttributes & Partial<AttentionBackwardAttributes>;

/** Sizes and operands of an attention without dropout, forward or backward. */
export interface AttentionProblem {
  readonly attributes: AnyAttentionAttributes;
  /** [batch, heads, queries, headDim] */
  readonly q: CoarseOperand;
  /** [batch, keyHeads, keys, headDim] */
  readonly k: CoarseOperand;
  /** [batch, keyHeads, keys, valueDim] */
  readonly v: CoarseOperand;
  /** Broadcasts to [batch, heads, queries, keys]. */
  readonly mask: CoarseOperand | undefined;
  /** i32 scalar: the position of the first query among the keys; at least 0. */
  readonly offset: CoarseOperand | undefined;
  /** Inputs that follow these. */
  readonly rest: readonly CoarseOperand[];
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly headDim: number;
  readonly keyHeads: number;
  readonly keys: number;
  readonly valueDim: number;
}

/** Names the inputs and sizes of a kernel of attention without dropout, forward or backward. */
export function attentionProblem(kernel: CoarseKernel): AttentionProblem {
  const attributes = kernel.attributes as AnyAttentionAttributes;
  const rest = [...kernel.inputs];
  const [q, k, v] = rest.splice(0, 3) as [CoarseOperand, CoarseOperand, CoarseOperand];
  const mask = attributes.mask === 'none' ? undefined : rest.shift();
  const offset = attributes.offset ? rest.shift() : undefined;
  const [batch, heads, queries, headDim] = q.shape as [number, number, number, number];
  const [, keyHeads, keys] = k.shape as [number, number, number];
  const valueDim = v.shape[3]!;
  const sizes = { batch, heads, queries, headDim, keyHeads, keys, valueDim };
  return { attributes, q, k, v, mask, offset, rest, ...sizes };
}

/**
 * Whether an input of an attention without dropout has rows that a kernel reads one after another, and so may read
 * through strides: q, k, v, and backward also out and its gradient. For `Backend.takesStrided`.
 */
export function isAttentionRows(attributes: unknown, input: number): boolean {
  const { mask, offset } = attributes as AnyAttentionAttributes;
  const out = 3 + (mask === 'none' ? 0 : 1) + (offset ? 1 : 0);
  return input < 3 || input === out || input === out + 2;
}
