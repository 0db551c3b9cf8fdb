import type { CaseInput, OpCase } from './case.ts';
import { bitcast, cast } from './cast.ts';
import * as logic from './logic.ts';
import { where } from './where.ts';

const some: CaseInput = { shape: [6], values: [1, 2, 3, Number.NaN, -0, Number.POSITIVE_INFINITY] };
const others: CaseInput = {
  shape: [6],
  values: [1, 3, 2, Number.NaN, 0, Number.POSITIVE_INFINITY],
};
const bits: CaseInput = { shape: [5], dtype: 'i32', values: [0, 1, -1, 0x55555555, -2147483648] };
const shifts: CaseInput = { shape: [5], dtype: 'i32', values: [3, 1, 4, 31, 5] };

/** Test cases of comparisons, bits, `where` and `cast`. */
export const cases: readonly OpCase[] = [
  {
    name: 'comparisons',
    inputs: [some, others],
    exact: true,
    build: ([a, b]) => [
      logic.equal(a!, b!),
      logic.notEqual(a!, b!),
      logic.less(a!, b!),
      logic.lessEqual(a!, b!),
      logic.greater(a!, b!),
      logic.greaterEqual(a!, b!),
      logic.isnan(a!),
    ],
  },
  {
    name: 'bits',
    inputs: [bits, shifts],
    exact: true,
    build: ([a, b]) => [
      logic.and(a!, b!),
      logic.or(a!, b!),
      logic.xor(a!, b!),
      logic.not(a!),
      logic.shiftLeft(a!, b!),
      logic.shiftRight(a!, b!),
      logic.shiftRight(cast(logic.and(a!, 0x7fffffff), 'u32'), cast(b!, 'u32')),
    ],
  },
  {
    name: 'bools',
    inputs: [
      { shape: [4], dtype: 'bool', values: [0, 0, 1, 1] },
      { shape: [4], dtype: 'bool', values: [0, 1, 0, 1] },
    ],
    exact: true,
    build: ([a, b]) => [logic.and(a!, b!), logic.or(a!, b!), logic.xor(a!, b!), logic.not(a!)],
  },
  {
    name: 'where, broadcast',
    inputs: [{ shape: [3, 1], dtype: 'bool' }, { shape: [4] }, { shape: [3, 4] }],
    exact: true,
    terms: 3,
    build: ([condition, yes, no]) => where(condition!, yes!, no!),
  },
  {
    name: 'where does not let the other side through',
    inputs: [
      { shape: [3], dtype: 'bool', values: [1, 0, 1] },
      { shape: [3], values: [1, Number.NaN, 2] },
    ],
    exact: true,
    gradient: false,
    build: ([condition, yes]) => where(condition!, yes!, 0),
  },
  {
    name: 'floats to integers',
    inputs: [{ shape: [8], values: [1.9, -1.9, 300, -300, 3e9, -3e9, 5e9, Number.NaN] }],
    exact: true,
    build: ([x]) => (['i32', 'u32', 'u8', 'i8', 'bool'] as const).map((dtype) => cast(x!, dtype)),
    gradient: false,
  },
  {
    name: 'integers to floats',
    inputs: [{ shape: [4], dtype: 'i32', values: [16777217, -16777219, 2147483647, 70000] }],
    exact: true,
    build: ([x]) => (['f32', 'f16', 'bf16'] as const).map((dtype) => cast(x!, dtype)),
  },
  {
    name: 'rounding to halves',
    inputs: [
      {
        shape: [9],
        values: [
          1 + 2 ** -11,
          1 + 3 * 2 ** -11,
          65519,
          65520,
          2 ** -25,
          2 ** -24 * 1.5,
          1 + 2 ** -8,
          1 + 3 * 2 ** -8,
          3.4e38,
        ],
      },
    ],
    exact: true,
    gradient: false,
    build: ([x]) => (['f16', 'bf16'] as const).map((dtype) => cast(x!, dtype)),
  },
  {
    name: 'bits read as another type',
    inputs: [{ shape: [4], values: [1, -0, 3.5, Number.POSITIVE_INFINITY] }],
    exact: true,
    gradient: false,
    build: ([x]) => [bitcast(x!, 'u32'), bitcast(x!, 'i32'), bitcast(bitcast(x!, 'u32'), 'f32')],
  },
];
