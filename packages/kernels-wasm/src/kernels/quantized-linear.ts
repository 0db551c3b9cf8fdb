import type { CoarseKernel, CoarseOperand, QuantizedLayout, Spec } from '@llm/tensor/backend';
import type { KernelPlan } from '../kernel.ts';
import {
  type FunctionBuilder,
  type FunctionHandle,
  f32x4,
  type I32,
  i32,
  i32x4,
  type Local,
  ModuleBuilder,
  type Target,
  type V128,
  v128,
} from '../wasm/index.ts';
import { type FloatStorage, loadFloat } from './load.ts';
import { transpose4 } from './matmul/pack.ts';

/** Rows of x from which expanding the weights once and a packed product are faster. */
const MOST_INPUTS = 12;

/** Codes in one chunk, about: some 20 µs. */
const CHUNK_CODES = 1 << 16;

/**
 * Whether the kernel takes these inputs: few rows of f32, as in decoding, and whole blocks of codes. Others are
 * computed by the definition, in which a packed product follows the expansion.
 */
export function supportsQuantizedLinear(attributes: unknown, [x]: readonly Spec[]): boolean {
  const { bits, columns } = attributes as QuantizedLayout;
  const count = x!.shape[0]!;
  return x!.dtype === 'f32' && count > 0 && count <= MOST_INPUTS && columns % (128 / bits) === 0;
}

/**
 * `out[i, r] = Σ over groups of scale · Σ x[i, c] · code[r, c] + offset · Σ x[i, c]`: every code is read once, in
 * order, and turned into four f32 lanes by a shift, a mask and a conversion; the product with up to four rows of x
 * follows at once. What offsets are multiplied by is the same for all weight rows, and summed up once a call.
 * A chunk is a range of weight rows.
 *
 * Buffers: x, codes, scales, perhaps offsets; then the output.
 */
export function planQuantizedLinear(kernel: CoarseKernel, target: Target, key: string): KernelPlan {
  const layout = kernel.attributes as QuantizedLayout;
  const [x, codes, scales, offsets] = kernel.inputs as [
    CoarseOperand,
    CoarseOperand,
    CoarseOperand,
    CoarseOperand?,
  ];
  const out = kernel.outputs[0]!;
  const [count, rows] = out.shape as [number, number];
  if (rows === 0) return { steps: [], scratchBytes: [] };
  const rowsPerChunk = 4 * Math.max(1, Math.ceil(CHUNK_CODES / layout.columns / 4));
  const chunks = Math.ceil(rows / rowsPerChunk);
  const groups = scales.shape[1]!;
  const sumBytes = groups * 16; // of a row of x
  const problem = { layout, scales, offsets, rows };
  const module = new ModuleBuilder(target);
  const heights = [Math.min(4, count), count % 4].filter(
    (height, i) => height > 0 && (i === 0 || count > 4),
  );
  const functions = heights.map((height) => addRow(module, problem, height));
  const addUp = offsets && addGroupSums(module, layout);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    const start = (operand: CoarseOperand) =>
      f.let(i32.add(i32.load(args, 4 * operand.buffer), operand.offset * bytesOf(operand)));
    const from = {
      x: start(x),
      codes: start(codes),
      scales: start(scales),
      offsets: offsets ? start(offsets) : f.let(i32.const(0)),
      out: start(out),
    };
    const perRow = codes.shape[1]! * 4;
    const sums = f.let(i32.const(0));
    if (addUp) {
      // The chunk that a call begins with owns its part of the scratch.
      const scratch = i32.load(args, 4 * kernel.buffers.length);
      f.set(sums, i32.add(scratch, i32.mul(begin, count * sumBytes)));
      for (let input = 0; input < count; input++) {
        f.call(addUp, i32.add(from.x, input * layout.columns * 4), i32.add(sums, input * sumBytes));
      }
    }
    const first = f.let(i32.mul(begin, rowsPerChunk));
    const last = f.let(i32.minU(i32.mul(end, rowsPerChunk), rows));
    f.for(first, last, 1, (row) => {
      for (let input = 0; input < count; input += 4) {
        const height = Math.min(4, count - input);
        f.call(
          functions[heights.indexOf(height)]!,
          i32.add(from.x, input * layout.columns * 4),
          i32.add(from.codes, i32.mul(row, perRow)),
          i32.add(from.scales, i32.mul(row, groups * bytesOf(scales))),
          i32.add(from.offsets, i32.mul(row, offsets ? groups * bytesOf(offsets) : 0)),
          i32.add(sums, input * sumBytes),
          i32.add(i32.add(from.out, input * rows * 4), i32.mul(row, 4)),
        );
      }
    });
  });
  const scratchBytes = offsets ? [chunks * count * sumBytes] : [];
  const args = Array.from({ length: kernel.buffers.length + scratchBytes.length }, (_, i) => i);
  return { steps: [{ kernel: { key, bytes: module.finish(), chunks }, args }], scratchBytes };
}

interface Problem {
  readonly layout: QuantizedLayout;
  readonly scales: CoarseOperand;
  readonly offsets: CoarseOperand | undefined;
  readonly rows: number;
}

/** Adds the function that sums a row of x up by groups: a vector of four sums each. Its parameters: both addresses. */
function addGroupSums(
  module: ModuleBuilder,
  { columns, group }: QuantizedLayout,
): FunctionHandle<'void'> {
  return module.function(undefined, { x: 'i32', sums: 'i32' }, (f, p) => {
    const sumUp = (length: number) =>
      f.scope(() => {
        const sum = f.let(f32x4.splat(0));
        f.for(0, length, 4, () => {
          f.set(sum, f32x4.add(sum, v128.load(p.x)));
          f.increment(p.x, 16);
        });
        f.emit(v128.store(p.sums, sum));
        f.increment(p.sums, 16);
      });
    f.for(0, Math.floor(columns / group), 1, () => sumUp(group));
    if (columns % group > 0) sumUp(columns % group);
  });
}

/** Adds the function for one row of weights and `height` rows of x. */
function addRow(module: ModuleBuilder, problem: Problem, height: number): FunctionHandle<'void'> {
  const { layout, scales, offsets, rows } = problem;
  const { bits, columns, group } = layout;
  const perWord = 32 / bits;
  const block = 4 * perWord;
  const blocksPerGroup = Math.min(group, columns) / block;
  const sumBytes = scales.shape[1]! * 16;
  return module.function(
    undefined,
    { x: 'i32', codes: 'i32', scales: 'i32', offsets: 'i32', sums: 'i32', out: 'i32' },
    (f, p) => {
      const totals = f.locals('v128', height);
      for (const total of totals) f.set(total, f32x4.splat(0));
      // Two sums per row of x hide the latency of the multiply-add where there are few rows.
      const lanes = height > 2 ? 1 : 2;
      const sums = f.locals('v128', height * lanes);
      const blockOfCodes = () => {
        const words = f.let(v128.load(p.codes));
        for (let place = 0; place < perWord; place++) {
          f.scope(() => {
            const code = f.let(f32x4.convertI32x4S(codeAt(words, place, bits)));
            for (let row = 0; row < height; row++) {
              const sum = sums[row * lanes + (place % lanes)]!;
              const input = v128.load(i32.add(p.x, row * columns * 4), place * 16);
              f.set(sum, f.multiplyAdd(code, input, sum));
            }
          });
        }
        f.increment(p.codes, 16);
        f.increment(p.x, block * 4);
      };
      const groupOfCodes = (blocks: number) =>
        f.scope(() => {
          for (const sum of sums) f.set(sum, f32x4.splat(0));
          if (blocks === 1) blockOfCodes();
          else f.for(0, blocks, 1, blockOfCodes);
          const scale = f.let(splatFloat(f, scales, p.scales));
          f.increment(p.scales, bytesOf(scales));
          totals.forEach((total, row) => {
            const [first, second] = sums.slice(row * lanes, (row + 1) * lanes);
            const sum = second ? f32x4.add(first!, second) : first!;
            f.set(total, f.multiplyAdd(scale, sum, total));
          });
          if (!offsets) return;
          const offset = f.let(splatFloat(f, offsets, p.offsets));
          f.increment(p.offsets, bytesOf(offsets));
          totals.forEach((total, row) => {
            const sum = v128.load(i32.add(p.sums, row * sumBytes));
            f.set(total, f.multiplyAdd(offset, sum, total));
          });
          f.increment(p.sums, 16);
        });
      f.for(0, Math.floor(columns / group) || 1, 1, () => groupOfCodes(blocksPerGroup));
      const rest = columns > group ? (columns % group) / block : 0;
      if (rest > 0) groupOfCodes(rest);
      storeTotals(f, totals, rows, p.out);
    },
  );
}

/** Four neighbouring columns' codes as i32. */
function codeAt(words: Local<'v128'>, place: number, bits: 4 | 8): V128 {
  const last = place === 32 / bits - 1;
  if (bits === 4) {
    const low = place === 0 ? words : i32x4.shrU(words, 4 * place);
    return last ? low : v128.and(low, i32x4.splat(15));
  }
  return i32x4.shrS(last ? words : i32x4.shl(words, 24 - 8 * place), 24);
}

function splatFloat(f: FunctionBuilder, operand: CoarseOperand, address: I32): V128 {
  return f32x4.splat(loadFloat(f, operand.dtype as FloatStorage, address));
}

/** Adds the lanes of each total and stores a number per row of x. */
function storeTotals(
  f: FunctionBuilder,
  totals: readonly Local<'v128'>[],
  rows: number,
  out: I32,
): void {
  const zero = f.let(f32x4.splat(0));
  const parts = [0, 1, 2, 3].map((row) => totals[row] ?? zero);
  const [a, b, c, d] = transpose4(f, parts) as [V128, V128, V128, V128];
  const total = f.let(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  for (let row = 0; row < totals.length; row++) {
    f.emit(v128.store32Lane(i32.add(out, row * rows * 4), total, row));
  }
}

function bytesOf({ dtype }: CoarseOperand): number {
  return dtype === 'f16' || dtype === 'bf16' ? 2 : 4;
}
