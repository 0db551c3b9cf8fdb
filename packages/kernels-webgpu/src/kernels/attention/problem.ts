import type { CoarseKernel, CoarseOperand, Spec } from '@llm/tensor/backend';
import { isFloatStorage } from '../wgsl.ts';

/** The attributes of both operations that matter here; `@llm/tensor` defines them. */
export interface AttentionAttributes {
  readonly scale: number;
  readonly left: number | null;
  readonly right: number | null;
  readonly softcap: number | null;
  readonly mask: 'none' | 'boolean' | 'additive';
  readonly offset: boolean;
  readonly dropout: number;
  /** Of the backward operation alone. */
  readonly logSumExpGradient?: boolean;
  readonly maskGradient?: boolean;
}

/** Score of a key that the mask excludes; `@llm/tensor` defines it. */
export const MASKED = -1e30;

/** Score of a key that causality or the window excludes; `@llm/tensor` defines it. */
export const HIDDEN = -2e30;

/** The longest rows whose sums fit into an invocation's registers. */
const LONGEST_ROW = { forward: 256, backward: 128 };

/**
 * Whether the templates can compute an attention: all but dropout, the mask's gradient, gradients of half
 * floats, rows of one element and very long ones.
 */
export function fitsAttention(
  attributes: unknown,
  inputs: readonly Spec[],
  pass: 'forward' | 'backward',
): boolean {
  const { mask, dropout, maskGradient } = attributes as AttentionAttributes;
  const [q, k, v, first] = inputs as readonly [Spec, Spec, Spec, Spec | undefined];
  const longest = LONGEST_ROW[pass];
  const lengths = [q.shape[3]!, v.shape[3]!];
  return (
    [q, k, v].every(({ dtype }) =>
      pass === 'forward' ? isFloatStorage(dtype) : dtype === 'f32',
    ) &&
    dropout === 0 &&
    !maskGradient &&
    (mask !== 'additive' || isFloatStorage(first!.dtype)) &&
    lengths.every((length) => length > 1 && length <= longest)
  );
}

/**
 * Whether a template is worth it: it saves writing and reading a number for each query and key, and pays with
 * tiles of 32 × 32 and a long shader. Few queries fill no tile (see `isDecoding`); small products are nothing to
 * save.
 */
export function isWorthwhile(inputs: readonly Spec[]): boolean {
  const [queries, keys] = [inputs[0]!.shape[2]!, inputs[1]!.shape[2]!];
  return queries >= 16 && queries * keys >= 4096;
}

/** Queries up to which the keys are cut, not the queries. */
const MOST_DECODED = 8;
/** Keys from which a kernel of its own is worth it: the definition takes three. */
const FEWEST_KEYS = 16;

/** Whether a problem is one of decoding: few queries, which read each key once and fill no tile. */
export function isDecoding(inputs: readonly Spec[]): boolean {
  const [queries, keys] = [inputs[0]!.shape[2]!, inputs[1]!.shape[2]!];
  return queries <= MOST_DECODED && keys >= FEWEST_KEYS;
}

/** Which inputs the templates read through strides: q, k, v, and backward also out and its gradient. */
export function takesStridedRows(attributes: unknown, input: number): boolean {
  const { mask, offset } = attributes as AttentionAttributes;
  const out = 3 + (mask === 'none' ? 0 : 1) + (offset ? 1 : 0);
  return input < 3 || input === out || input === out + 2;
}

/** Sizes and operands of an attention, forward or backward. */
export interface AttentionProblem {
  readonly attributes: AttentionAttributes;
  readonly q: CoarseOperand;
  readonly k: CoarseOperand;
  readonly v: CoarseOperand;
  readonly mask: CoarseOperand | undefined;
  /** i32 scalar: the position of the first query among the keys. */
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

/** Names the inputs and sizes of a kernel. */
export function problemOf(kernel: CoarseKernel): AttentionProblem {
  const attributes = kernel.attributes as AttentionAttributes;
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
