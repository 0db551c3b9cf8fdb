/**
 * log(1 + x) and eˣ − 1 without the loss that the direct forms have near 0.
 *
 * @module
 */
import { apply, type Node, type Op } from '../graph.ts';
import { abs, add, div, exp, log, mul, sub } from './arithmetic.ts';
import type { OpCase } from './case.ts';
import { equal, less } from './logic.ts';
import { inFloat32, toFloat } from './precision.ts';
import { where } from './where.ts';

/**
 * log(1 + x). With u = 1 + x rounded, log(u) · x / (u − 1) cancels the rounding error of u (Kahan; see
 * Goldberg, "What every computer scientist should know about floating-point arithmetic", theorem 4).
 */
export const log1pOp: Op<undefined> = {
  name: 'log1p',
  kind: 'composite',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  compose: ([x]) =>
    inFloat32([x!], (wide) => {
      const u = add(wide, 1);
      const grown = sub(u, 1);
      const exact = equal(grown, wide); // also where x is so small that u = 1, x = 0, or infinite
      const corrected = div(mul(log(u), wide), where(equal(grown, 0), 1, grown));
      return where(equal(u, 1), wide, where(exact, log(u), corrected));
    }),
  gradient: ({ inputs: [x], gradient }) => [div(gradient, add(x!, 1))],
};

/** eˣ − 1: the first terms of its series near 0, where the subtraction would cancel. */
export const expm1Op: Op<undefined> = {
  name: 'expm1',
  kind: 'composite',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  compose: ([x]) =>
    inFloat32([x!], (wide) => {
      // x + x²/2! + … + x⁷/7!, below f32's rounding for |x| < 0.35
      let series: Node = add(mul(wide, 1 / 5040), 1 / 720);
      for (const coefficient of [1 / 120, 1 / 24, 1 / 6, 1 / 2, 1]) {
        series = add(mul(series, wide), coefficient);
      }
      return where(less(abs(wide), 0.35), mul(series, wide), sub(exp(wide), 1));
    }),
  gradient: ({ inputs: [x], gradient }) => [mul(gradient, exp(x!))],
};

/** @see log1pOp */
export function log1p(x: Node): Node {
  return apply(log1pOp, [toFloat(x)], undefined);
}

/** @see expm1Op */
export function expm1(x: Node): Node {
  return apply(expm1Op, [toFloat(x)], undefined);
}

/** Test cases of `log1p` and `expm1`. */
export const cases: readonly OpCase[] = [
  {
    name: 'log1p',
    inputs: [{ shape: [3, 4], values: 'positive' }],
    secondOrder: true,
    build: ([x]) => log1p(x!),
  },
  {
    name: 'log1p at its edges',
    inputs: [
      { shape: [12], values: [0, -0, 1e-8, -1e-8, 3e-5, -3e-5, 0.2, -0.2, 0.4, -0.9, 5, 80] },
    ],
    gradient: false,
    relative: true,
    build: ([x]) => log1p(x!),
  },
  {
    name: 'expm1',
    inputs: [{ shape: [3, 4] }],
    secondOrder: true,
    build: ([x]) => expm1(x!),
  },
  {
    name: 'expm1 at its edges',
    inputs: [
      { shape: [12], values: [0, -0, 1e-8, -1e-8, 3e-5, -3e-5, 0.2, -0.2, 0.4, -0.4, 5, 80] },
    ],
    gradient: false,
    relative: true,
    build: ([x]) => expm1(x!),
  },
];
