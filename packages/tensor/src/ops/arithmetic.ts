import { isFloat } from '../dtype.ts';
import type { Node } from '../graph.ts';
import { cast } from './cast.ts';
import { binary, type Operand, unary, unify } from './elementwise.ts';
import { equal, less, notEqual } from './logic.ts';
import { where } from './where.ts';

/** left + right */
export const add = binary('add', { gradient: ({ dy }) => [dy, dy] });

/** left − right */
export const sub = binary('sub', { gradient: ({ dy }) => [dy, neg(dy)] });

/** left · right */
export const mul = binary('mul', {
  gradient: ({ left, right, dy }, wants) => [
    wants(0) ? mul(dy, right) : undefined,
    wants(1) ? mul(dy, left) : undefined,
  ],
});

/** left / right; integers give f32 */
export const div = binary('div', {
  float: true,
  gradient: ({ right, y, dy }, wants) => {
    const left = div(dy, right);
    return [left, wants(1) ? neg(mul(left, y)) : undefined];
  },
});

/** left − right · floor(left / right): the sign of the divisor, as in Python */
export const mod = binary('mod', {
  gradient: ({ left, right, dy }, wants) => [
    dy,
    wants(1) ? neg(mul(dy, floor(div(left, right)))) : undefined,
  ],
});

/** left ^ right */
export const pow = binary('pow', {
  gradient: ({ left, right, y, dy }, wants) => [
    wants(0) ? mul(dy, where(equal(right, 0), 0, mul(right, pow(left, sub(right, 1))))) : undefined,
    // x^p · ln x, continued by 0 at x = 0 for p ≥ 0
    wants(1) ? mul(dy, where(equal(left, 0), 0, mul(y, log(left)))) : undefined,
  ],
});

/** The larger of two; NaN if either is. Equal inputs share the gradient, as in PyTorch. */
export const maximum = binary('maximum', {
  gradient: ({ left, right, dy }) => shared(less(right, left), less(left, right), dy),
});

/** The smaller of two; NaN if either is. */
export const minimum = binary('minimum', {
  gradient: ({ left, right, dy }) => shared(less(left, right), less(right, left), dy),
});

/** The gradient to the side that was chosen; half to each where neither was. */
function shared(left: Node, right: Node, dy: Node): [Node, Node] {
  const half = mul(dy, 0.5);
  return [where(left, dy, where(right, 0, half)), where(right, dy, where(left, 0, half))];
}

/** The quotient rounded down; by integer zero, 0. */
export function floorDivide(left: Operand, right: Operand): Node {
  const [a, b] = unify('floorDivide', [left, right]);
  if (isFloat(a!.dtype)) return floor(div(a!, b!));
  return integerDivide(a!, b!);
}

const integerDivide = binary('div', {});

/** −x */
export const neg = unary('neg', {
  instead: (x) => (x.dtype === 'u32' ? sub(0, x) : undefined),
  gradient: (_x, _y, dy) => neg(dy),
});

/** |x|, with gradient 0 at 0 */
export const abs = unary('abs', {
  instead: (x) => (x.dtype === 'u32' ? x : undefined),
  gradient: (x, _y, dy) => mul(dy, sign(x)),
});

/** −1, 0 or 1 */
export const sign = unary('sign', {
  instead: (x) => (x.dtype === 'u32' ? cast(notEqual(x, 0), 'u32') : undefined),
});

/** eˣ */
export const exp = unary('exp', { float: true, gradient: (_x, y, dy) => mul(dy, y) });

/** Natural logarithm */
export const log = unary('log', { float: true, gradient: (x, _y, dy) => div(dy, x) });

/** √x */
export const sqrt = unary('sqrt', { float: true, gradient: (_x, y, dy) => div(mul(dy, 0.5), y) });

/** 1 / √x */
export const rsqrt = unary('rsqrt', {
  float: true,
  gradient: (_x, y, dy) => mul(mul(dy, -0.5), mul(y, mul(y, y))),
});

/** sin x, x in radians */
export const sin = unary('sin', { float: true, gradient: (x, _y, dy) => mul(dy, cos(x)) });

/** cos x, x in radians */
export const cos = unary('cos', { float: true, gradient: (x, _y, dy) => neg(mul(dy, sin(x))) });

/** Hyperbolic tangent */
export const tanh = unary('tanh', {
  float: true,
  gradient: (_x, y, dy) => mul(dy, sub(1, mul(y, y))),
});

/** Gauss error function */
export const erf = unary('erf', {
  float: true,
  gradient: (x, _y, dy) => mul(mul(dy, 2 / Math.sqrt(Math.PI)), exp(neg(mul(x, x)))),
});

/** 1 / (1 + e⁻ˣ) */
export const sigmoid = unary('sigmoid', {
  float: true,
  gradient: (_x, y, dy) => mul(dy, mul(y, sub(1, y))),
});

/** Rounding leaves integers alone. */
function integersAsTheyAre(x: Node): Node | undefined {
  return isFloat(x.dtype) ? undefined : x;
}

/** Largest integer ≤ x, integers as they are */
export const floor = unary('floor', { instead: integersAsTheyAre });

/** Smallest integer ≥ x, integers as they are */
export const ceil = unary('ceil', { instead: integersAsTheyAre });

/** Nearest integer, ties to even, integers as they are */
export const round = unary('round', { instead: integersAsTheyAre });

/** x without its fraction */
export const trunc = unary('trunc', { instead: integersAsTheyAre });

/** x limited to [low, high]; the gradient passes where low ≤ x ≤ high. NaN stays NaN. */
export function clamp(
  x: Node,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): Node {
  if (low > high) throw new RangeError(`clamp: low ${low} is above high ${high}`);
  const above = low === Number.NEGATIVE_INFINITY ? x : where(less(x, low), low, x);
  return high === Number.POSITIVE_INFINITY ? above : where(less(high, above), high, above);
}
