import type { CoarseKernel, DType } from '@llm/tensor/backend';
import { decode, encode } from '@llm/tensor/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { planCoarse, supportsCoarse } from '../../src/kernels/coarse.ts';
import { Runner } from './run-plan.ts';

interface Value {
  shape: number[];
  dtype: DType;
  values?: number[];
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

const pseudo = (size: number, below: number, seed = 1) => {
  let state = seed;
  return Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  });
};

describeWebGpu('coarse operations', () => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await Runner.open();
  });
  afterAll(() => runner.close());

  async function run(
    operation: string,
    attributes: unknown,
    inputs: Value[],
    outputs: Value[],
  ): Promise<number[][]> {
    const all = [...inputs, ...outputs];
    const operand = (value: Value, buffer: number) => ({
      buffer,
      offset: 0,
      shape: value.shape,
      dtype: value.dtype,
      strides: value.shape.map((_, axis) => count(value.shape.slice(axis + 1))),
    });
    const kernel: CoarseKernel = {
      kind: 'coarse',
      name: operation,
      operation,
      attributes,
      buffers: all.map(({ dtype, shape }, i) => ({
        dtype,
        size: count(shape),
        access: i < inputs.length ? 'read' : 'write',
      })),
      inputs: inputs.map((value, i) => operand(value, i)),
      outputs: outputs.map((value, i) => operand(value, inputs.length + i)),
    };
    const bytes = all.map(({ dtype, shape, values }) =>
      encode(dtype, values ?? new Array<number>(count(shape)).fill(3)),
    );
    const results = await runner.run(planCoarse(kernel, runner.target), kernel.buffers, bytes);
    return outputs.map(({ dtype, shape }, i) =>
      Array.from(decode(dtype, results[i]!, count(shape))),
    );
  }

  describe('cumsum', () => {
    it.each([
      ['f32', 'f32'],
      ['f16', 'f16'],
      ['bf16', 'bf16'],
      ['i32', 'i32'],
      ['i8', 'i32'],
      ['bool', 'i32'],
    ] as const)('%s, both ways', async (dtype, output) => {
      const shapes = dtype === 'f32' ? [[1], [40, 33], [2, 700], [2, 0], [0, 3]] : [[3, 5]];
      for (const shape of shapes) {
        const values = pseudo(count(shape), 2);
        const n = shape.at(-1)!;
        for (const reverse of dtype === 'f32' || dtype === 'i8' ? [false, true] : [true]) {
          const [got] = await run(
            'cumsum',
            { reverse },
            [{ shape, dtype, values }],
            [{ shape, dtype: output }],
          );
          const want = values.map((_, i) => {
            const start = i - (i % n);
            const part = reverse ? values.slice(i, start + n) : values.slice(start, i + 1);
            return part.reduce((a, b) => a + b, 0);
          });
          expect(got).toEqual(want);
        }
      }
    });
  });

  describe('scatterAdd', () => {
    it.each([
      [6, 5, 3],
      [257, 31, 33],
      [100, 3, 16],
      [2300, 7, 1],
      [0, 3, 2],
      [5, 20000, 4],
    ])('%i updates into %i rows of %i', async (n, size, width) => {
      for (const dtype of n === 6 ? (['f32', 'f16', 'bf16', 'i32'] as const) : (['f32'] as const)) {
        const indices = pseudo(n, size + 2).map((index) => index - 1);
        const values = pseudo(n * width, 4, 9);
        const [got] = await run(
          'scatterAdd',
          { size },
          [
            { shape: [n], dtype: 'i32', values: indices },
            { shape: [n, width], dtype, values },
          ],
          [{ shape: [size, width], dtype }],
        );
        const want = new Array<number>(size * width).fill(0);
        indices.forEach((index, i) => {
          const row = Math.max(0, Math.min(size - 1, index));
          for (let j = 0; j < width; j++) want[row * width + j]! += values[i * width + j]!;
        });
        expect(got).toEqual(want);
      }
    });
  });

  describe('sort', () => {
    const before = (a: number, b: number) =>
      Number.isNaN(a) || Number.isNaN(b)
        ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
        : a - b || 0;
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

    it.each([
      [1, 1],
      [3, 7],
      [2, 41],
      [70, 5],
      [2, 1025],
      [1, 5000],
      [0, 4],
      [2, 0],
    ])('%i rows of %i, stable, both ways', async (rows, n) => {
      const others = ['f16', 'i32', 'u32', 'i8', 'u8', 'bool'] as const;
      for (const dtype of ['f32', ...(n === 7 ? others : [])] as const) {
        const below = dtype === 'bool' ? 2 : 100;
        const signed = dtype === 'u32' || dtype === 'u8' || dtype === 'bool' ? 0 : 50;
        const values = pseudo(rows * n, below).map((x) => x - signed);
        if (dtype === 'f32')
          for (const i of [2, 5, 6, 9])
            if (i < values.length) values[i] = [nan, inf, -inf, -0][i % 4]!;
        for (const descending of dtype === 'f32' ? [false, true] : [true]) {
          const [got, positions] = await run(
            'sort',
            { descending },
            [{ shape: [rows, n], dtype, values }],
            [
              { shape: [rows, n], dtype },
              { shape: [rows, n], dtype: 'i32' },
            ],
          );
          for (let row = 0; row < rows; row++) {
            const part = values.slice(row * n, (row + 1) * n);
            const order = [...part.keys()].sort((i, j) => {
              const difference = before(part[i]!, part[j]!);
              return descending ? -difference : difference;
            });
            expect(positions!.slice(row * n, (row + 1) * n)).toEqual(order);
            expect(got!.slice(row * n, (row + 1) * n)).toEqual(order.map((i) => part[i]!));
          }
        }
      }
    });

    it.each([
      [1, 60],
      [60, 60],
      [7, 5000],
      [300, 1500],
    ])('the top %i of %i', async (k, n) => {
      const values = pseudo(2 * n, 20);
      const [best, positions] = await run(
        'topk',
        { k, largest: true },
        [{ shape: [2, n], dtype: 'f32', values }],
        [
          { shape: [2, k], dtype: 'f32' },
          { shape: [2, k], dtype: 'i32' },
        ],
      );
      for (const row of [0, 1]) {
        const part = values.slice(row * n, (row + 1) * n);
        const order = [...part.keys()].sort((i, j) => part[j]! - part[i]!).slice(0, k);
        expect(positions!.slice(row * k, (row + 1) * k)).toEqual(order);
        expect(best!.slice(row * k, (row + 1) * k)).toEqual(order.map((i) => part[i]!));
      }
    });
  });

  it('says what it has', () => {
    expect(supportsCoarse('sort', {}, [], runner.target)).toBe(true);
    expect(supportsCoarse('toString', {}, [], runner.target)).toBe(false);
  });
});
