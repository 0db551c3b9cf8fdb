/**
 * Products in half precision, as `torch.autocast`.
 *
 * @module
 */
import type { Node } from './graph.ts';
import { cast } from './ops/cast.ts';
import { activeRecording } from './trace.ts';

/** Floats of 16 bits. */
export type HalfType = 'f16' | 'bf16';

let active: HalfType | undefined;

/**
 * Runs `body` with the operands and results of products (`linear`, `matmul`, attention) stored as `dtype` where they
 * are f32: sums still add up in f32, everything else stays as it is, and gradients of f32 parameters are f32. So the
 * operands of products, which are kept for the backward pass, take half the memory. Products within `scan` stay in f32, as its state does.
 *
 * @example const loss = autocast('bf16', () => model.forward(batch).loss);
 * @throws TypeError for another type
 */
export function autocast<Result>(dtype: HalfType, body: () => Result): Result {
  if (dtype !== 'f16' && dtype !== 'bf16') {
    throw new TypeError(`autocast: takes 'f16' and 'bf16': got '${dtype}'`);
  }
  const before = active;
  active = dtype;
  try {
    return body();
  } finally {
    active = before;
  }
}

/** A product's operand as `autocast` wants it. */
export function operandOf(node: Node): Node {
  return active && node.dtype === 'f32' && !activeRecording() ? cast(node, active) : node;
}
