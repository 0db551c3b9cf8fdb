import type { AnyAttentionAttributes, Spec } from '@llm/tensor/backend';
import { isFloatStorage } from '../wgsl.ts';

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
  const { mask, dropout, maskGradient } = attributes as AnyAttentionAttributes;
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
