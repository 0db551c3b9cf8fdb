import { isFloat, roundHalfToEven, roundTo } from '../dtype.ts';
import { threefry2x32 } from '../ops/random-host.ts';
import type { Operand, Rule } from './operand.ts';

/** y[i] = f(x[i]) */
function unary(f: (x: number, operand: Operand) => number): Rule<undefined> {
  return ([x]) => x!.values.map((value) => f(value, x!));
}

/** y[i] = f(left[i], right[i]); integers by `integers` where that differs. */
function binary(
  f: (left: number, right: number) => number,
  integers: (left: number, right: number, dtype: Operand['dtype']) => number = f,
): Rule<undefined> {
  return ([left, right]) => {
    const { dtype } = left!;
    const apply = isFloat(dtype) ? f : integers;
    return left!.values.map((value, i) => apply(value, right!.values[i]!, dtype));
  };
}

/** Rules of the operations with one operand. */
export const unaryRules = {
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  rsqrt: unary((x) => 1 / Math.sqrt(x)),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  tanh: unary(Math.tanh),
  erf: unary(erf),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  floor: unary(Math.floor),
  ceil: unary(Math.ceil),
  round: unary(roundHalfToEven),
  trunc: unary(Math.trunc),
  isnan: unary((x) => Number(Number.isNaN(x))),
  not: unary((x, { dtype }) => (dtype === 'bool' ? 1 - x : ~x)),
};

/** Rules of the operations with two operands. */
export const binaryRules = {
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b, Math.imul),
  div: binary(
    (a, b) => a / b,
    (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
  ),
  mod: binary(flooredRemainder, (a, b) => (b === 0 ? 0 : flooredRemainder(a, b))),
  pow: binary(power, integerPower),
  maximum: binary((a, b) => Math.max(a, b)),
  minimum: binary((a, b) => Math.min(a, b)),
  equal: binary((a, b) => Number(a === b)),
  notEqual: binary((a, b) => Number(a !== b)),
  less: binary((a, b) => Number(a < b)),
  lessEqual: binary((a, b) => Number(a <= b)),
  and: binary((a, b) => a & b),
  or: binary((a, b) => a | b),
  xor: binary((a, b) => a ^ b),
  shiftLeft: binary((a, b) => a << b),
  shiftRight: binary(
    (a, b) => a >> b,
    (a, b, dtype) => (dtype === 'u32' ? a >>> b : a >> b),
  ),
};

const words = new Float32Array(1);
const integerWords = { i32: new Int32Array(words.buffer), u32: new Uint32Array(words.buffer) };

/** Rules of the other elementwise operations. */
export const otherRules = {
  where: (([condition, yes, no]) =>
    yes!.values.map((value, i) =>
      condition!.values[i] ? value : no!.values[i]!,
    )) as Rule<undefined>,
  cast: (([x], { dtype }) =>
    isFloat(dtype) ? x!.values : x!.values.map((value) => roundTo(dtype, value))) as Rule<{
    dtype: Operand['dtype'];
  }>,
  bitcast: (([x], { dtype }) => {
    const from = x!.dtype === 'f32' ? words : integerWords[x!.dtype as 'i32' | 'u32'];
    const to = dtype === 'f32' ? words : integerWords[dtype as 'i32' | 'u32'];
    return x!.values.map((value) => {
      from[0] = value;
      return to[0]!;
    });
  }) as Rule<{ dtype: Operand['dtype'] }>,
  threefry: (([seed, position, index]) =>
    seed!.values.map(
      (key, i) => threefry2x32([key, position!.values[i]!], [0, index!.values[i]!])[0],
    )) as Rule<undefined>,
};

/** erf x = 2/√π e^(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · 5 ⋯ (2n + 1)): all terms of one sign, so nothing cancels. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let series = x;
  for (let n = 1; Math.abs(term) > Math.abs(series) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    series += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * series;
}

/** The remainder with the sign of the divisor. */
function flooredRemainder(a: number, b: number): number {
  const remainder = a % b;
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
}

/** C's `pow`, which knows two answers where JavaScript has NaN. */
function power(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY) return 1;
  return base ** exponent;
}

/** Integer power modulo 2³²; a negative exponent gives the truncated reciprocal. */
function integerPower(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}
