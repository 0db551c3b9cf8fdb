import { isFloat } from '../dtype.ts';
import type { Node } from '../graph.ts';
import { binary, type Operand, unary } from './elementwise.ts';
import { fill } from './leaf.ts';

/** left = right, as bool */
export const equal = binary('equal', { output: 'bool', takes: 'all' });

/** left ≠ right, as bool; NaN differs from itself */
export const notEqual = binary('notEqual', { output: 'bool', takes: 'all' });

/** left < right, as bool */
export const less = binary('less', { output: 'bool', takes: 'all' });

/** left ≤ right, as bool */
export const lessEqual = binary('lessEqual', { output: 'bool', takes: 'all' });

/** left > right, as bool */
export function greater(left: Operand, right: Operand): Node {
  return less(right, left);
}

/** left ≥ right, as bool */
export function greaterEqual(left: Operand, right: Operand): Node {
  return lessEqual(right, left);
}

/** Both (bool), or bitwise (integers) */
export const and = binary('and', { takes: 'bits' });

/** Either (bool), or bitwise (integers) */
export const or = binary('or', { takes: 'bits' });

/** Exactly one (bool), or bitwise (integers) */
export const xor = binary('xor', { takes: 'bits' });

/** Not (bool), or all bits flipped (integers) */
export const not = unary('not', { takes: 'bits' });

/** left · 2^right, without the bits that leave the word */
export const shiftLeft = binary('shiftLeft', { takes: 'bits' });

/** Bits moved right; i32 keeps its sign */
export const shiftRight = binary('shiftRight', { takes: 'bits' });

const nanOfFloat = unary('isnan', { output: 'bool' });

/** Whether x is NaN, as bool; integers never are */
export const isnan = Object.assign(
  (x: Node): Node => (isFloat(x.dtype) ? nanOfFloat(x) : fill(x.shape, 0, 'bool')),
  { op: nanOfFloat.op },
);
