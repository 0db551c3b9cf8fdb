import type { DType, Instruction, LoopKernel } from '@llm/tensor/backend';
import { describe, expect, it } from 'vitest';
import { check } from './run.ts';

const count = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
const rowMajor = (sizes: readonly number[]) => sizes.map((_, axis) => count(sizes.slice(axis + 1)));
const ramp = (size: number, step = 1) => Array.from({ length: size }, (_, i) => (i - 5) * step);

/** out = a + 2 over some axes, with an access of a's. */
function shifted(
  axes: number[],
  access: {
    offset?: number;
    strides: number[];
    size: number;
    bounds?: { axis: number; low: number; high: number }[];
  },
  dtypes: { a?: DType; out?: DType } = {},
): LoopKernel {
  const { offset = 0, strides, size, bounds } = access;
  return {
    kind: 'loop',
    name: 'shifted',
    reduces: false,
    axes,
    buffers: [
      { dtype: dtypes.a ?? 'f32', size, access: 'read' },
      { dtype: dtypes.out ?? 'f32', size: count(axes), access: 'write' },
    ],
    instructions: [
      {
        op: 'load',
        access: { buffer: 0, offset, strides, ...(bounds && { bounds }) },
        type: 'f32',
      },
      { op: 'constant', value: 2, type: 'f32' },
      { op: 'binary', operator: 'add', left: 0, right: 1, type: 'f32' },
    ],
    stores: [{ value: 2, buffer: 1, offset: 0, strides: rowMajor(axes) }],
  };
}

describe('index spaces', () => {
  it.each([
    [[1]],
    [[2]],
    [[3]],
    [[4]],
    [[5]],
    [[16]],
    [[17]],
    [[31]],
    [[64]],
    [[1009]],
    [[20000]],
    [[16387]],
    [[3, 5]],
    [[7, 4]],
    [[2, 3, 19]],
    [[300, 3]],
    [[5, 1, 7]],
    [[0]],
    [[3, 0]],
    [[40000]],
  ])('contiguous %j', (axes) => {
    check(shifted(axes, { strides: rowMajor(axes), size: count(axes) }), { 0: ramp(count(axes)) });
  });

  it.each([
    ['transposed', [6, 7], { strides: [1, 6], size: 42 }],
    ['transposed, long', [37, 41], { strides: [1, 37], size: 37 * 41 }],
    ['transposed, several tiles', [130, 67], { strides: [1, 130], size: 8710 }],
    ['transposed, batched', [3, 66, 130], { strides: [8580, 1, 66], size: 25740 }],
    ['transposed, first to last', [20, 5, 66], { strides: [1, 20, 100], size: 6600 }],
    ['permuted', [3, 4, 5, 9], { strides: [180, 9, 36, 1], size: 540 }],
    ['a broadcast row', [5, 9], { strides: [0, 1], size: 9 }],
    ['a broadcast column', [5, 9], { strides: [1, 0], size: 5 }],
    ['a scalar', [5, 9], { strides: [0, 0], size: 1 }],
    ['flipped', [5, 9], { offset: 8, strides: [9, -1], size: 45 }],
    ['flipped rows', [5, 9], { offset: 36, strides: [-9, 1], size: 45 }],
    ['every second', [5, 9], { strides: [18, 2], size: 90 }],
    ['every third backwards', [1, 10], { offset: 29, strides: [0, -3], size: 30 }],
    ['a long broadcast', [2, 40000], { strides: [0, 1], size: 40000 }],
    ['many outer indices', [700, 3, 5], { strides: [5, 3500, 1], size: 10500 }],
  ] as const)('%s', (_, axes, access) => {
    check(shifted([...axes], { ...access, strides: [...access.strides] }), {
      0: ramp(access.size),
    });
  });

  it.each([
    [
      'lanes',
      [3, 12],
      { offset: -2, strides: [8, 1], size: 24, bounds: [{ axis: 1, low: 2, high: 10 }] },
    ],
    [
      'lanes, odd',
      [3, 13],
      { offset: -3, strides: [7, 1], size: 21, bounds: [{ axis: 1, low: 3, high: 10 }] },
    ],
    [
      'a single element',
      [2, 9],
      { offset: -4, strides: [1, 1], size: 2, bounds: [{ axis: 1, low: 4, high: 5 }] },
    ],
    [
      'rows',
      [6, 10],
      { offset: -20, strides: [10, 1], size: 30, bounds: [{ axis: 0, low: 2, high: 5 }] },
    ],
    [
      'both, strided',
      [6, 10],
      {
        offset: -21,
        strides: [1, 20],
        size: 200,
        bounds: [
          { axis: 0, low: 1, high: 5 },
          { axis: 1, low: 1, high: 10 },
        ],
      },
    ],
    ['nothing', [4], { offset: 0, strides: [1], size: 1, bounds: [{ axis: 0, low: 4, high: 4 }] }],
  ])('bounds on %s', (_, axes, access) => {
    check(shifted([...axes], { ...access, strides: [...access.strides] }), {
      0: ramp(access.size),
    });
  });
});

describe('dtypes', () => {
  const types: DType[] = ['f32', 'f16', 'bf16', 'i32', 'u32', 'u8', 'i8', 'bool'];
  const values = [
    0, -0, 1, -1, 0.5, 1.5, 2.5, -2.5, 127, 128, 255, 256, -128, -129, 65504, 65520, 1e5,
  ];
  values.push(
    1e-8,
    6e-8,
    2 ** -24,
    2 ** -25,
    2 ** -14,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    3e38,
    -3e38,
  );
  values.push(2147483648, -2147483649, 4294967296, 1e10, Infinity, -Infinity, Number.NaN, 1 / 3);
  const computeType = (dtype: DType) =>
    dtype === 'bool' || dtype === 'u32'
      ? dtype
      : dtype[0] === 'f' || dtype === 'bf16'
        ? 'f32'
        : 'i32';
  const castKernel = (from: DType, to: DType, axes: number[], stride = 1): LoopKernel => ({
    kind: 'loop',
    name: 'cast',
    reduces: false,
    axes,
    buffers: [
      { dtype: from, size: count(axes) * stride, access: 'read' },
      { dtype: to, size: count(axes) * stride, access: 'write' },
    ],
    instructions: [
      {
        op: 'load',
        access: { buffer: 0, offset: 0, strides: [stride] },
        type: computeType(from),
      },
      { op: 'cast', operand: 0, to, type: computeType(to) },
    ],
    stores: [{ value: 1, buffer: 1, offset: 0, strides: [stride] }],
  });

  it.each(types.flatMap((from) => types.map((to) => [from, to] as const)))(
    '%s to %s',
    (from, to) => {
      for (const size of [1, 2, 3, values.length]) {
        const cut = values.slice(values.length - size);
        check(castKernel(from, to, [size]), { 0: cut });
        check(castKernel(from, to, [size], 2), { 0: [...cut, ...cut] });
      }
    },
  );

  it('rounds every half exactly', () => {
    const bits = Array.from({ length: 65536 }, (_, i) => i);
    const kernel = castKernel('u32', 'f32', [65536]);
    const load: Instruction = {
      op: 'load',
      access: { buffer: 0, offset: 0, strides: [1] },
      type: 'u32',
    };
    const shift: Instruction = { op: 'constant', value: 12, type: 'u32' };
    const instructions: Instruction[] = [
      load,
      shift,
      { op: 'binary', operator: 'shiftLeft', left: 0, right: 1, type: 'u32' },
      { op: 'constant', value: 0x38000000 - 0x01000000, type: 'u32' },
      { op: 'binary', operator: 'add', left: 2, right: 3, type: 'u32' },
      { op: 'bitcast', operand: 4, type: 'f32' },
    ];
    const f16 = { ...kernel.buffers[1]!, dtype: 'f16' as const };
    const stores = [{ ...kernel.stores[0]!, value: 5 }];
    const out = check(
      { ...kernel, buffers: [kernel.buffers[0]!, f16], instructions, stores },
      { 0: bits },
    );
    expect(new Set(out[1]).size).toBeGreaterThan(8000);
  });
});

describe('gather', () => {
  const table = (width: number, rows: number) => Array.from({ length: rows * width }, (_, i) => i);
  it.each([1, 3, 8, 33])('rows of %i by an index per row (embedding)', (width) => {
    const indices = [3, 0, 9, -4, 100, 5];
    check(
      {
        kind: 'loop',
        name: 'embedding',
        reduces: false,
        axes: [6, width],
        buffers: [
          { dtype: 'i32', size: 6, access: 'read' },
          { dtype: 'f16', size: 10 * width, access: 'read' },
          { dtype: 'f32', size: 6 * width, access: 'write' },
        ],
        instructions: [
          { op: 'load', access: { buffer: 0, offset: 0, strides: [1, 0] }, type: 'i32' },
          {
            op: 'load',
            access: {
              buffer: 1,
              offset: 0,
              strides: [0, 1],
              gather: { index: 0, size: 10, stride: width },
            },
            type: 'f32',
          },
        ],
        stores: [{ value: 1, buffer: 2, offset: 0, strides: [width, 1] }],
      },
      { 0: indices, 1: table(width, 10) },
    );
  });

  it.each([1, 5, 8])('elements by an index per element, rows of %i', (width) => {
    const indices = Array.from({ length: 4 * width }, (_, i) => ((i * 7) % 13) - 1);
    check(
      {
        kind: 'loop',
        name: 'take',
        reduces: false,
        axes: [4, width],
        buffers: [
          { dtype: 'i32', size: 4 * width, access: 'read' },
          { dtype: 'u8', size: 44, access: 'read' },
          { dtype: 'i32', size: 4 * width, access: 'write' },
        ],
        instructions: [
          { op: 'load', access: { buffer: 0, offset: 0, strides: [width, 1] }, type: 'i32' },
          {
            op: 'load',
            access: {
              buffer: 1,
              offset: 0,
              strides: [11, 0],
              gather: { index: 0, size: 11, stride: 1 },
            },
            type: 'i32',
          },
        ],
        stores: [{ value: 1, buffer: 2, offset: 0, strides: [width, 1] }],
      },
      { 0: indices, 1: table(44, 1) },
    );
  });
});
