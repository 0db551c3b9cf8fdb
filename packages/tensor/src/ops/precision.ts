/**
 * Composed definitions compute in f32 whatever their inputs are stored as, and round once at the end:
 * an exponential or a mean that went through f16 after each step would be worth little.
 *
 * @module
 */
import { isFloat } from '../dtype.ts';
import type { Node } from '../graph.ts';
import { cast } from './cast.ts';

/** `x` as it is if it holds floats, else as f32. */
export function toFloat(x: Node): Node {
  return isFloat(x.dtype) ? x : cast(x, 'f32');
}

/** Runs `body` on f32 versions of `inputs`; the result has the dtype of the first input (f32 if that is an integer). */
export function inFloat32(inputs: readonly Node[], body: (...wide: Node[]) => Node): Node {
  const wide = inputs.map((input) => cast(input, 'f32'));
  const [first] = inputs;
  return cast(body(...wide), isFloat(first!.dtype) ? first!.dtype : 'f32');
}
