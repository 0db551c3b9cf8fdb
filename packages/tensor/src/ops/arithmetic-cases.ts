import type { Node } from '../graph.ts';
import * as arithmetic from './arithmetic.ts';
import type { CaseInput, OpCase } from './case.ts';

const smoothUnary: Record<string, (x: Node) => Node> = {
  neg: arithmetic.neg,
  exp: arithmetic.exp,
  sin: arithmetic.sin,
  cos: arithmetic.cos,
  tanh: arithmetic.tanh,
  erf: arithmetic.erf,
  sigmoid: arithmetic.sigmoid,
};

const ofPositive: Record<string, (x: Node) => Node> = {
  log: arithmetic.log,
  sqrt: arithmetic.sqrt,
  rsqrt: arithmetic.rsqrt,
};

const stepwise: Record<string, (x: Node) => Node> = {
  abs: arithmetic.abs,
  sign: arithmetic.sign,
  floor: arithmetic.floor,
  ceil: arithmetic.ceil,
  round: arithmetic.round,
  trunc: arithmetic.trunc,
};

const smoothBinary: Record<string, (a: Node, b: Node) => Node> = {
  add: arithmetic.add,
  sub: arithmetic.sub,
  mul: arithmetic.mul,
  div: arithmetic.div,
  pow: arithmetic.pow,
};

const kinkedBinary: Record<string, (a: Node, b: Node) => Node> = {
  maximum: arithmetic.maximum,
  minimum: arithmetic.minimum,
  mod: arithmetic.mod,
  floorDivide: arithmetic.floorDivide,
};

const specials = [
  0,
  -0,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  1e-30,
  -1e-30,
  3.4e38,
  -3.4e38,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

const away: readonly number[] = [-2.3, -1.6, -0.7, 0.2, 1.1, 2.9];
const signs: CaseInput = { shape: [6], dtype: 'i32', values: [7, -7, 7, -7, 5, 0] };
const divisors: CaseInput = { shape: [6], dtype: 'i32', values: [2, 2, -2, -2, 0, 3] };

/** Test cases of the arithmetic operations. */
export const cases: readonly OpCase[] = [
  ...Object.entries(smoothUnary).map(
    ([name, build]): OpCase => ({
      name,
      inputs: [{ shape: [3, 5] }],
      secondOrder: true,
      build: ([x]) => build(x!),
    }),
  ),
  ...Object.entries(ofPositive).map(
    ([name, build]): OpCase => ({
      name,
      inputs: [{ shape: [3, 5], values: 'positive' }],
      secondOrder: true,
      build: ([x]) => build(x!),
    }),
  ),
  ...Object.entries(stepwise).map(
    ([name, build]): OpCase => ({
      name,
      inputs: [{ shape: [6], values: away }],
      build: ([x]) => build(x!),
      gradient: name === 'abs',
    }),
  ),
  ...Object.entries({ ...smoothUnary, ...ofPositive, ...stepwise }).map(
    ([name, build]): OpCase => ({
      name: `${name} of special values`,
      // Sines of 3.4e38 are left out: their argument's last place is worth more than 2π.
      inputs: [
        {
          shape: [14],
          values: /sin|cos/.test(name)
            ? specials.map((x) =>
                Math.abs(x) > 1e9 && Number.isFinite(x) ? 100 * Math.sign(x) : x,
              )
            : specials,
        },
      ],
      gradient: false,
      relative: true,
      build: ([x]) => build(x!),
    }),
  ),
  ...Object.entries({ ...smoothBinary, ...kinkedBinary }).map(
    ([name, build]): OpCase => ({
      name: `${name}, broadcast`,
      inputs: [
        { shape: [3, 1, 4], values: 'positive' },
        { shape: [5, 1], values: 'distinct' },
      ],
      gradient: name in smoothBinary,
      terms: 20,
      secondOrder: name === 'mul' || name === 'div' || name === 'pow',
      build: ([a, b]) => build(a!, name === 'div' || name === 'mod' ? arithmetic.exp(b!) : b!),
    }),
  ),
  ...Object.entries(kinkedBinary).map(
    ([name, build]): OpCase => ({
      name: `${name} away from its steps`,
      inputs: [
        { shape: [6], values: away },
        { shape: [6], values: [0.5, 0.6, 0.9, 0.9, 0.8, 0.7].map((x, i) => (i % 2 ? -x : x)) },
      ],
      gradient: name !== 'floorDivide',
      build: ([a, b]) => build(a!, b!),
    }),
  ),
  {
    name: 'integers',
    inputs: [signs, divisors],
    exact: true,
    build: ([a, b]) => [
      arithmetic.add(a!, b!),
      arithmetic.sub(a!, b!),
      arithmetic.mul(a!, b!),
      arithmetic.mod(a!, b!),
      arithmetic.floorDivide(a!, b!),
      arithmetic.maximum(a!, b!),
      arithmetic.neg(a!),
      arithmetic.abs(a!),
      arithmetic.sign(a!),
    ],
  },
  {
    name: 'unsigned integers and rounding of integers',
    inputs: [{ shape: [3], dtype: 'u32', values: [0, 1, 4000000000] }, signs],
    exact: true,
    build: ([a, b]) => [
      arithmetic.neg(a!),
      arithmetic.abs(a!),
      arithmetic.sign(a!),
      arithmetic.floor(b!),
      arithmetic.round(b!),
    ],
  },
  {
    name: 'integers that wrap around',
    inputs: [
      { shape: [3], dtype: 'i32', values: [2147483647, -2147483648, 123456789] },
      { shape: [3], dtype: 'u32', values: [4294967295, 3000000000, 1] },
    ],
    exact: true,
    build: ([a, b]) => [
      arithmetic.add(a!, 1),
      arithmetic.mul(a!, 3),
      arithmetic.add(b!, 2),
      arithmetic.mul(b!, 3),
      arithmetic.floorDivide(b!, 7),
    ],
  },
  {
    name: 'division of integers gives floats',
    inputs: [signs, { shape: [6], dtype: 'u8', values: [1, 2, 3, 4, 5, 6] }],
    build: ([a, b]) => arithmetic.div(a!, b!),
  },
  {
    name: 'a number on the left',
    inputs: [{ shape: [4], values: 'positive' }],
    build: ([x]) => arithmetic.sub(1, arithmetic.div(2, x!)),
  },
  {
    name: 'a number with halves stays half',
    inputs: [{ shape: [5], dtype: 'f16' }],
    build: ([x]) => arithmetic.mul(x!, 0.1),
  },
  {
    name: 'clamp',
    inputs: [{ shape: [6], values: away }],
    build: ([x]) => arithmetic.clamp(x!, -1, 1),
  },
  {
    name: 'power at its edges',
    inputs: [
      { shape: [12], values: [0, 0, 0, -2, -2, -8, 2, 1, -1, 4, 0, 10] },
      { shape: [12], values: [0, 2, -1, 3, -2, 1 / 3, 0.5, Number.NaN, 5, -0.5, 0.5, -30] },
    ],
    gradient: false,
    relative: true,
    build: ([a, b]) => arithmetic.pow(a!, b!),
  },
  {
    name: 'empty',
    inputs: [{ shape: [0, 3] }, { shape: [3] }],
    build: ([a, b]) => arithmetic.add(a!, b!),
  },
];
