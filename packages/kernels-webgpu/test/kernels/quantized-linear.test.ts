import {
  type DType,
  decode,
  encode,
  groupsOf,
  type MatmulKernel,
  type QuantizedLayout,
  wordsOf,
} from '@llm/tensor/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import type { Geometry } from '../../src/kernels/matmul/geometry.ts';
import { planMatmul } from '../../src/kernels/matmul.ts';
import { Runner } from './run-plan.ts';

interface QuantizedCase {
  readonly count: number;
  readonly rows: number;
  readonly layout: QuantizedLayout;
  readonly offsets?: boolean;
  /** Of x and the output. */
  readonly dtype?: 'f32' | 'f16';
  readonly scaleDtype?: 'f32' | 'f16' | 'bf16';
  /** Elements before the first of x, and words before the codes. */
  readonly offset?: number;
}

/** The kernel as the compiler emits it, its operands' bytes, and the results in double precision. */
function makeCase(x: QuantizedCase) {
  const { count, rows, layout, offsets = false, dtype = 'f32', scaleDtype = 'f32', offset = 0 } = x;
  const { bits, columns, group } = layout;
  const [groups, words] = [groupsOf(layout), wordsOf(layout)];
  const wave = (size: number, type: DType, seed: number) =>
    encode(
      type,
      Array.from({ length: size }, (_, i) => Math.sin((i + 1) * seed)),
    );
  const specs: { shape: number[]; dtype: DType; bytes: Uint8Array }[] = [
    { shape: [count, columns], dtype, bytes: wave(offset + count * columns, dtype, 0.7) },
    {
      shape: [rows, words],
      dtype: 'i32',
      bytes: encode(
        'i32',
        Array.from({ length: offset + rows * words }, (_, i) => Math.imul(i + 1, 0x9e3779b1)),
      ),
    },
    ...(offsets ? [1.1, 0.9] : [1.1]).map((seed) => ({
      shape: [rows, groups],
      dtype: scaleDtype,
      bytes: wave(rows * groups, scaleDtype, seed),
    })),
    { shape: [count, rows], dtype, bytes: new Uint8Array(0) },
  ];
  const last = specs.length - 1;
  const outBytes = count * rows * (dtype === 'f16' ? 2 : 4);
  specs[last]!.bytes = new Uint8Array(outBytes).fill(0xff);
  const hasOffset = (buffer: number) => buffer < 2; // the other parts are whole buffers
  const kernel: MatmulKernel = {
    ...{ kind: 'matmul', name: 'quantizedLinear' },
    ...{ batch: [], rows: count, columns: rows, inner: columns },
    buffers: specs.map(({ shape, dtype }, i) => ({
      dtype,
      size: shape[0]! * shape[1]! + (hasOffset(i) ? offset : 0),
      access: i === last ? 'write' : 'read',
    })),
    left: { buffer: 0, offset, batchStrides: [], rowStride: columns, columnStride: 1 },
    right: {
      ...{ buffer: 1, offset, batchStrides: [], rowStride: 1, columnStride: words },
      quantized: { layout, scales: 2, ...(offsets && { offsets: 3 }) },
    },
    epilogue: [],
    stores: [{ value: 0, buffer: last, offset: 0, strides: [rows, 1] }],
  };
  const [inputs, codes, scales, shifts] = specs.slice(0, -1).map(({ dtype, shape, bytes }, i) => {
    const start = hasOffset(i) ? offset : 0;
    return decode(dtype, bytes, start + shape[0]! * shape[1]!).slice(start);
  });
  const weight = (row: number, column: number) => {
    const block = Math.floor((column * bits) / 128);
    const inBlock = column % (128 / bits);
    const word = Number(codes![row * words + 4 * block + (inBlock % 4)]);
    const shift = Math.floor(inBlock / 4) * bits;
    const code = bits === 4 ? (word >>> shift) & 15 : (word << (24 - shift)) >> 24;
    const number = row * groups + Math.floor(column / group);
    return code * Number(scales![number]) + (offsets ? Number(shifts![number]) : 0);
  };
  const want = new Float64Array(count * rows);
  const magnitude = new Float64Array(count * rows);
  for (let at = 0; at < want.length; at++) {
    for (let column = 0; column < columns; column++) {
      const value = Number(inputs![Math.floor(at / rows) * columns + column]);
      const term = value * weight(at % rows, column);
      want[at]! += term;
      magnitude[at]! += Math.abs(term);
    }
  }
  return { kernel, bytes: specs.map(({ bytes }) => bytes), want, magnitude };
}

/** Rows of 576 columns, as in SmolLM2-135M. */
const smol = { bits: 4, columns: 576, group: 32 } as const;
const bytesPerRow = { bits: 8, columns: 576, group: 576 } as const;
const tile = { kind: 'tile', tileRows: 32, tileColumns: 32, tileInner: 16, splits: 1 } as const;

describeWebGpu('quantized linear', () => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await Runner.open();
  });
  afterAll(() => runner.close());

  async function check(x: QuantizedCase, geometry?: Geometry, onCpu = false): Promise<void> {
    const { kernel, bytes, want, magnitude } = makeCase(x);
    const target = { ...runner.target, ...(onCpu && { subgroupSizes: [8, 8] as const }) };
    const plan = planMatmul(kernel, target, geometry);
    const [result] = await runner.run(plan, kernel.buffers, bytes);
    const got = decode(x.dtype ?? 'f32', result!, want.length);
    let worst = 0;
    want.forEach((value, i) => {
      const rounding = x.dtype === 'f16' ? 2 ** -11 * Math.abs(value) : 0;
      const allowed = 8 * 2 ** -24 * Math.sqrt(x.layout.columns) * magnitude[i]! + rounding;
      const error = Math.abs(Number(got[i]) - value) / allowed;
      worst = error > worst || Number.isNaN(error) ? error : worst;
    });
    expect(worst).toBeLessThanOrEqual(1);
  }

  describe.each([
    ['rows shared by invocations', false],
    ['an invocation a row', true],
  ])('%s', (_, onCpu) => {
    it.each<QuantizedCase>([
      { count: 1, rows: 192, layout: smol },
      { count: 3, rows: 65, layout: { ...smol, group: 64 }, offsets: true, scaleDtype: 'f16' },
      { count: 4, rows: 7, layout: bytesPerRow, scaleDtype: 'bf16' },
      { count: 2, rows: 5, layout: { bits: 8, columns: 21, group: 21 }, offset: 3 },
      {
        count: 1,
        rows: 6,
        layout: { bits: 8, columns: 48, group: 16 },
        offsets: true,
        dtype: 'f16',
      },
    ])('%j', async (x) => {
      await check(x, undefined, onCpu);
    });
  });

  it.each<[string, QuantizedCase, Geometry | undefined, boolean]>([
    ['tiles', { count: 37, rows: 70, layout: smol, offsets: true }, tile, false],
    ['bytes by tiles', { count: 33, rows: 64, layout: bytesPerRow }, undefined, false],
    ['in ranges', { count: 33, rows: 36, layout: smol }, { ...tile, splits: 3 }, false],
    [
      'without workgroup memory',
      { count: 19, rows: 66, layout: smol, offsets: true },
      undefined,
      true,
    ],
    [
      'half a block',
      { count: 9, rows: 5, layout: { bits: 4, columns: 37, group: 37 }, offset: 1 },
      tile,
      false,
    ],
    [
      'halves',
      { count: 10, rows: 9, layout: { ...smol, columns: 64 }, dtype: 'f16' },
      undefined,
      true,
    ],
  ])('many rows: %s', async (_, x, geometry, onCpu) => {
    await check(x, geometry, onCpu);
  });

  it.runIf(full)('the shapes of a language model', async () => {
    for (const layout of [{ ...smol, columns: 1536 }, bytesPerRow]) {
      for (const count of [1, 16]) await check({ count, rows: 576, layout }, undefined, true);
    }
  });
});
