import type {
  BinaryOperator,
  ComputeType,
  Instruction,
  LoopKernel,
  UnaryOperator,
} from '@llm/tensor/backend';
import { describe, expect, it } from 'vitest';
import { binary, threefry, unary } from '../../../tensor/test/support/interpreter.ts';
import { printLoop } from '../../src/print/print-loop.ts';
import { hasRelaxedSimd } from '../../src/wasm/index.ts';
import { runPlan } from './run.ts';

type Words = Float32Array | Int32Array | Uint32Array;
const words = { f32: Float32Array, i32: Int32Array, u32: Uint32Array };

/** Applies one instruction to columns of operands; results in the output type's array. */
function apply(
  instruction: Instruction,
  operands: Words[],
  types: ('f32' | 'i32' | 'u32')[],
  relaxedSimd: boolean,
): Words {
  const size = operands[0]!.length;
  const type = instruction.type;
  const out = type === 'bool' ? 'i32' : type;
  const loads = operands.map(
    (_, buffer): Instruction => ({
      op: 'load',
      access: { buffer, offset: 0, strides: [1] },
      type: types[buffer]! as ComputeType,
    }),
  );
  const cast: Instruction[] =
    type === 'bool' ? [{ op: 'cast', operand: loads.length, to: 'i32', type: 'i32' }] : [];
  const kernel: LoopKernel = {
    kind: 'loop',
    name: 'math',
    reduces: false,
    axes: [size],
    buffers: [
      ...operands.map((_, i) => ({ dtype: types[i]!, size, access: 'read' as const })),
      { dtype: out, size, access: 'write' },
    ],
    instructions: [...loads, instruction, ...cast],
    stores: [
      { value: loads.length + cast.length, buffer: operands.length, offset: 0, strides: [1] },
    ],
  };
  const plan = printLoop(kernel, { sharedMemory: false, relaxedSimd }, 'math');
  const inputs = operands.map((operand) => new Uint8Array(operand.buffer as ArrayBuffer).slice());
  const result = runPlan(plan, [...inputs, new Uint8Array(4 * size)]).at(-1)!;
  return new words[out](result.buffer as ArrayBuffer);
}

/** Bits of an f32 as an integer in the order of the numbers. */
const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);
function ordinal(x: number): number {
  float[0] = x;
  return bits[0]! < 0 ? -(bits[0]! & 0x7fffffff) : bits[0]!;
}

/** Distance from the exact value in units of the last place of its f32. */
function ulps(got: number, want: number): number {
  if (Number.isNaN(want)) return Number.isNaN(got) ? 0 : Infinity;
  const rounded = Math.fround(want);
  if (Object.is(got, rounded) || got === rounded) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(got))
    return Math.abs(ordinal(got) - ordinal(rounded));
  const step = Math.max(2 ** -149, 2 ** (Math.floor(Math.log2(Math.abs(want))) - 23));
  return Math.abs(got - want) / step;
}

const specials = [
  0,
  -0,
  Infinity,
  -Infinity,
  Number.NaN,
  1e-45,
  -1e-45,
  1e-40,
  -1e-40,
  1.1754943508222875e-38,
];
specials.push(
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  1e-8,
  -1e-8,
  8388609,
);

/** Every exponent and sign with several mantissas, and a fine grid where functions bend. */
function everywhere(): Float32Array {
  const values = [...specials];
  for (let exponent = 0; exponent < 255; exponent++) {
    for (const mantissa of [0, 1, 0x2aaaaa, 0x3504f3, 0x400000, 0x555555, 0x6f2f91, 0x7fffff]) {
      for (const sign of [0, -(2 ** 31)]) {
        bits[0] = sign | (exponent << 23) | mantissa;
        values.push(float[0]!);
      }
    }
  }
  for (let i = -3000; i <= 3000; i++) values.push(i / 27.3, i / 301, i / 4801.7);
  return Float32Array.from(values);
}

const relaxed = hasRelaxedSimd() ? [true, false] : [false];

describe.each([
  ['exp', 2],
  ['log', 2],
  ['tanh', 6],
  ['erf', 6],
  ['sigmoid', 3],
  ['sin', 2],
  ['cos', 2],
  ['sqrt', 0.5],
  ['rsqrt', 2],
] as [UnaryOperator, number][])('%s', (operator, limit) => {
  it.each(relaxed)(`is within ${limit} ulp everywhere (fused: %s)`, (relaxedSimd) => {
    const x = everywhere();
    const got = apply(
      { op: 'unary', operator, operand: 0, type: 'f32' },
      [x],
      ['f32'],
      relaxedSimd,
    );
    let worst = { error: 0, x: 0, got: 0, want: 0 };
    x.forEach((value, i) => {
      const want = unary(operator, 'f32', value);
      const error = ulps(got[i]!, want);
      if (error > worst.error) worst = { error, x: value, got: got[i]!, want };
    });
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(limit + 0.01);
  });
});

describe.each([
  'neg',
  'abs',
  'sign',
  'floor',
  'ceil',
  'round',
  'trunc',
  'isnan',
] as UnaryOperator[])('%s', (operator) => {
  it('is exact', () => {
    const x = everywhere();
    const type = operator === 'isnan' ? 'bool' : 'f32';
    const got = apply({ op: 'unary', operator, operand: 0, type }, [x], ['f32'], false);
    x.forEach((value, i) => {
      const want = unary(operator, 'f32', value);
      if (!(got[i] === want || (Number.isNaN(got[i]!) && Number.isNaN(want)))) {
        expect.fail(`${operator}(${value}): got ${got[i]}, want ${want}`);
      }
    });
  });
});

const integers = [
  0, 1, -1, 2, 3, -3, 7, -8, 31, 32, 33, 1000003, -65536, 2147483647, -2147483648, 0x55555555,
];
const floats = [
  ...specials,
  3,
  -3,
  2.5,
  -2.5,
  0.1,
  7.25,
  1e10,
  -1e10,
  1e30,
  16777216,
  33554432,
  1 / 3,
  10,
  -7,
];
const operators: BinaryOperator[] = [
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'pow',
  'maximum',
  'minimum',
];
operators.push(
  'equal',
  'notEqual',
  'less',
  'lessEqual',
  'and',
  'or',
  'xor',
  'shiftLeft',
  'shiftRight',
);
const comparisons = ['equal', 'notEqual', 'less', 'lessEqual'];

describe.each(operators)('%s', (operator) => {
  const cases = (['f32', 'i32', 'u32'] as const).filter(
    (type) => type !== 'f32' || !['and', 'or', 'xor', 'shiftLeft', 'shiftRight'].includes(operator),
  );
  it.each(cases)('of all pairs of special %s', (type) => {
    const values = type === 'f32' ? floats : integers;
    const list = words[type].from(values);
    const left = words[type].from(values.flatMap((_, i) => values.map(() => list[i]!)));
    const right = words[type].from(values.flatMap(() => Array.from(list)));
    const output = comparisons.includes(operator) ? 'bool' : type;
    const got = apply(
      { op: 'binary', operator, left: 0, right: 1, type: output },
      [left, right],
      [type, type],
      false,
    );
    left.forEach((a, i) => {
      const b = right[i]!;
      const exact = binary(operator, type, a, b);
      const want = output === 'bool' ? exact : words[type].of(exact)[0]!;
      const near = operator === 'pow' && type === 'f32' ? ulps(got[i]!, exact) < 0.5001 : false;
      const same = got[i] === want || (Number.isNaN(got[i]!) && Number.isNaN(want));
      if (!same && !near) expect.fail(`${operator}(${a}, ${b}): got ${got[i]}, want ${want}`);
    });
  });
});

it('threefry is bit-equal', () => {
  const seed = Uint32Array.of(0, 1, 42, 0xffffffff, 123456789);
  const position = Uint32Array.of(0, 2, 7, 0xffffffff, 5);
  const index = Uint32Array.of(0, 3, 1 << 20, 0xffffffff, 77);
  const got = apply(
    { op: 'threefry', seed: 0, position: 1, index: 2, type: 'u32' },
    [seed, position, index],
    ['u32', 'u32', 'u32'],
    false,
  );
  expect(Array.from(got)).toEqual(
    Array.from(seed, (key, i) => threefry(key, position[i]!, index[i]!)),
  );
  // Salmon et al.: the known answer for a zero key and counter.
  expect(got[0]).toBe(0x6b200159);
});
