import type {
  BinaryOperator,
  ComputeType,
  Instruction,
  LoopKernel,
  UnaryOperator,
} from '@llm/tensor/backend';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { binary, threefry, unary } from '../../../tensor/test/support/interpreter.ts';
import { KernelRunner } from './device.ts';

type Words = Float32Array | Int32Array | Uint32Array;
const words = { f32: Float32Array, i32: Int32Array, u32: Uint32Array };
let runner: KernelRunner;

/** Applies one instruction to columns of operands; results in the output type's array. */
async function apply(
  instruction: Instruction,
  operands: Words[],
  types: ('f32' | 'i32' | 'u32')[],
): Promise<Words> {
  const size = operands[0]!.length;
  const { type } = instruction;
  const out = type === 'bool' ? 'i32' : type;
  const loads = operands.map(
    (_, buffer): Instruction => ({
      op: 'load',
      access: { buffer, offset: 0, strides: [1] },
      type: types[buffer]! as ComputeType,
    }),
  );
  const kernel: LoopKernel = {
    kind: 'loop',
    name: 'math',
    reduces: false,
    axes: [size],
    buffers: [
      ...operands.map((_, i) => ({ dtype: types[i]!, size, access: 'read' as const })),
      { dtype: out, size, access: 'write' },
    ],
    instructions: [...loads, instruction],
    stores: [{ value: loads.length, buffer: operands.length, offset: 0, strides: [1] }],
  };
  const inputs = operands.map((operand) => new Uint8Array(operand.buffer as ArrayBuffer).slice());
  const result = (await runner.run(kernel, [...inputs, new Uint8Array(4 * size)])).at(-1)!;
  return new words[out](result.buffer as ArrayBuffer);
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);
/** The smallest normal number: what is smaller, WGSL may take to be 0. */
const tiny = 2 ** -126;

/** Distance from the exact value in units of the last place of its f32; none between numbers below `tiny`. */
function ulps(got: number, want: number): number {
  if (Number.isNaN(want)) return Number.isNaN(got) ? 0 : Infinity;
  const rounded = Math.fround(want);
  if (got === rounded || (Math.abs(got) <= tiny && Math.abs(rounded) <= tiny)) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(got)) return Infinity;
  return Math.abs(got - want) / 2 ** (Math.floor(Math.log2(Math.max(tiny, Math.abs(want)))) - 23);
}

const specials = [
  ...[0, -0, Infinity, -Infinity, Number.NaN, tiny, -tiny, 1, -1, 0.5, -0.5, 2, -2],
  ...[1e-8, -1e-8, 8388609, 3.4028234663852886e38, -3.4028234663852886e38],
];

/** Every normal exponent and sign with several mantissas, and a fine grid where functions bend. */
function everywhere(): Float32Array {
  const values = [...specials];
  for (let exponent = 1; exponent < 255; exponent++) {
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

const functions: [UnaryOperator, number][] = [
  ['exp', 2],
  ['log', 2],
  ['tanh', 6],
  ['erf', 6],
  ['sigmoid', 4],
  ['sin', 2],
  ['cos', 2],
  ['sqrt', 1], // WGSL wants no more than 2 here and below
  ['rsqrt', 2],
];
const exact: UnaryOperator[] = ['neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'isnan'];
const integers = [
  ...[0, 1, -1, 2, 3, -3, 7, -8, 31, 32, 33, 1000003, -65536, 2147483647, -2147483648],
  0x55555555,
];
const floats = [
  ...specials,
  ...[3, -3, 2.5, -2.5, 0.1, 7.25, 1e10, -1e10, 1e30, 16777216, 33554432, 1 / 3, 10, -7],
];
const comparisons: BinaryOperator[] = ['equal', 'notEqual', 'less', 'lessEqual'];
const wholes: BinaryOperator[] = ['and', 'or', 'xor', 'shiftLeft', 'shiftRight'];
const arithmetic: BinaryOperator[] = [
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'pow',
  'maximum',
  'minimum',
];
/** What WGSL leaves open, in units of the last place; the rest is exact. */
const open: Partial<Record<BinaryOperator, number>> = { div: 2.5, pow: 8 };
const pairs = [...arithmetic, ...comparisons, ...wholes].flatMap((operator) =>
  (['f32', 'i32', 'u32'] as const)
    .filter((type) => type !== 'f32' || !wholes.includes(operator))
    .map((type) => [operator, type] as const),
);

describeWebGpu('functions in WGSL', () => {
  beforeAll(async () => {
    runner = await KernelRunner.create();
  });
  afterAll(() => runner.backend.dispose());

  it.each([...functions, ...exact.map((operator) => [operator, 0] as const)])(
    '%s is within %d ulp everywhere',
    async (operator, limit) => {
      const x = everywhere();
      const type = operator === 'isnan' ? 'bool' : 'f32';
      const got = await apply({ op: 'unary', operator, operand: 0, type }, [x], ['f32']);
      let worst = { error: 0, x: 0, got: 0, want: 0 };
      x.forEach((value, i) => {
        const want = unary(operator, 'f32', value);
        const error = ulps(got[i]!, want);
        if (error > worst.error) worst = { error, x: value, got: got[i]!, want };
      });
      expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(limit + 0.01);
    },
  );

  it.each(pairs)('%s of all pairs of special %s', async (operator, type) => {
    const values = type === 'f32' ? floats : integers;
    const list = words[type].from(values);
    const left = words[type].from(values.flatMap((_, i) => values.map(() => list[i]!)));
    const right = words[type].from(values.flatMap(() => Array.from(list)));
    const output = comparisons.includes(operator) ? 'bool' : type;
    const instruction: Instruction = { op: 'binary', operator, left: 0, right: 1, type: output };
    const got = await apply(instruction, [left, right], [type, type]);
    left.forEach((a, i) => {
      const b = right[i]!;
      const want = binary(operator, type, a, b);
      const limit = type === 'f32' ? (open[operator] ?? 0) : 0;
      const same =
        type === 'f32' && output !== 'bool'
          ? ulps(got[i]!, want) <= limit
          : got[i] === (output === 'bool' ? want : words[type].of(want)[0]);
      if (!same) expect.fail(`${operator}(${a}, ${b}): got ${got[i]}, want ${want}`);
    });
  });

  it('threefry is bit-equal', async () => {
    const seed = Uint32Array.of(0, 1, 42, 0xffffffff, 123456789);
    const position = Uint32Array.of(0, 2, 7, 0xffffffff, 5);
    const index = Uint32Array.of(0, 3, 1 << 20, 0xffffffff, 77);
    const got = await apply(
      { op: 'threefry', seed: 0, position: 1, index: 2, type: 'u32' },
      [seed, position, index],
      ['u32', 'u32', 'u32'],
    );
    const want = Array.from(seed, (key, i) => threefry(key, position[i]!, index[i]!));
    expect(Array.from(got)).toEqual(want);
    expect(got[0]).toBe(0x6b200159); // Salmon et al.: the known answer for a zero key and counter
  });
});
