import type { Kernel } from '../../kernel.ts';
import {
  type FunctionHandle,
  f32x4,
  i32,
  ModuleBuilder,
  type Target,
  type V128,
} from '../../wasm/index.ts';
import { storeLanes } from '../lanes.ts';
import { loadFloat, loadFloats } from '../load.ts';
import { batchOffset, digits } from './batch.ts';
import { finishOf } from './epilogue.ts';
import { transpose4 } from './pack.ts';
import { elementBytes, type Problem, product } from './spec.ts';

/** Elements of the larger matrix in one chunk, about: some 20 µs from memory. */
const CHUNK_ELEMENTS = 1 << 16;

/** Whether dot products along K beat tiles: K contiguous on both sides, one side very thin. */
export function suitsDot({ m, n, k, a, b }: Problem): boolean {
  return a.colStride === 1 && b.rowStride === 1 && (m <= 4 || n <= 3) && k >= 4;
}

/**
 * The step for matrix times vector, and other thin products, with K contiguous in both operands, as
 * in a linear layer while decoding: every element of the larger matrix is read once, in order. Each
 * sum is four interleaved partial sums along K, added at the end.
 *
 * Buffers: A, B, C, then the epilogue's.
 */
export function dotStep(key: string, problem: Problem, target: Target): Kernel {
  const { m, n, k, batch, a, b, c } = problem;
  const module = new ModuleBuilder(target);
  const wide = n >= m;
  // Eight sums or so at a time, for the latency of the multiply-add.
  const columns = Math.min(n, wide && m > 2 ? 2 : 4);
  const rows = Math.min(m, wide ? 4 : Math.floor(8 / columns));
  const block = Math.max(1, Math.ceil(CHUNK_ELEMENTS / k / 4)) * 4;
  const blockRows = wide ? m : Math.min(m, Math.ceil(block / rows) * rows);
  const blockColumns = wide ? Math.min(n, Math.ceil(block / columns) * columns) : n;
  const rowBlocks = Math.ceil(m / blockRows);
  const columnBlocks = Math.ceil(n / blockColumns);
  const tiles = [columns, n % columns].map((width) =>
    [rows, m % rows].map((height) =>
      width && height ? addDots(module, problem, height, width) : undefined,
    ),
  );

  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    f.for(begin, end, 1, (chunk) => {
      const [matrix, rowBlock, columnBlock] = digits(f, chunk, [rowBlocks, columnBlocks]) as [
        typeof chunk,
        typeof chunk,
        typeof chunk,
      ];
      const start = (argument: number, operand: typeof a) => {
        const bytes = elementBytes(operand.dtype);
        return i32.add(
          i32.add(i32.load(args, argument * 4), operand.offset * bytes),
          batchOffset(matrix, batch, operand.batchStrides, bytes),
        );
      };
      const aStart = f.let(start(0, a));
      const bStart = f.let(start(1, b));
      const cStart = f.let(start(2, c));
      const firstRow = f.let(i32.mul(matrix, m));
      const column = f.let(i32.mul(columnBlock, blockColumns));
      const lastColumn = f.let(i32.minU(i32.const(n), i32.add(column, blockColumns)));
      const lastRow = f.let(i32.minU(i32.const(m), i32.mul(i32.add(rowBlock, 1), blockRows)));
      const alongRows = ([full, rest]: readonly (FunctionHandle<'void'> | undefined)[]) =>
        f.scope(() => {
          const row = f.let(i32.mul(rowBlock, blockRows));
          const run = (tile: FunctionHandle<'void'>) =>
            f.call(
              tile,
              args,
              i32.add(aStart, i32.mul(row, a.rowStride * elementBytes(a.dtype))),
              i32.add(bStart, i32.mul(column, b.colStride * elementBytes(b.dtype))),
              i32.add(cStart, i32.add(i32.mul(row, c.rowStride * 4), i32.mul(column, 4))),
              row,
              i32.add(firstRow, row),
              column,
            );
          f.while(i32.leU(i32.add(row, rows), lastRow), () => {
            run(full!);
            f.increment(row, rows);
          });
          if (rest) f.if(i32.ltU(row, lastRow), () => run(rest));
        });
      f.while(i32.leU(i32.add(column, columns), lastColumn), () => {
        alongRows(tiles[0]!);
        f.increment(column, columns);
      });
      if (n % columns) f.if(i32.ltU(column, lastColumn), () => alongRows(tiles[1]!));
    });
  });
  return { key, bytes: module.finish(), chunks: product(batch) * rowBlocks * columnBlocks };
}

/** Adds the function for `rows × columns` dot products. */
function addDots(
  module: ModuleBuilder,
  problem: Problem,
  rows: number,
  columns: number,
): FunctionHandle<'void'> {
  const { k, a, b, c } = problem;
  const [aBytes, bBytes] = [elementBytes(a.dtype), elementBytes(b.dtype)];
  const finish = finishOf(problem, 3);
  return module.function(
    undefined,
    { args: 'i32', a: 'i32', b: 'i32', c: 'i32', row: 'i32', linearRow: 'i32', column: 'i32' },
    (f, p) => {
      const sums = f.locals('v128', rows * columns);
      for (const sum of sums) f.set(sum, f32x4.splat(0));
      const step = (aVector: (row: number) => V128, bVector: (column: number) => V128) =>
        f.scope(() => {
          const left = Array.from({ length: rows }, (_, row) => f.let(aVector(row)));
          for (let column = 0; column < columns; column++) {
            const right = f.let(bVector(column));
            left.forEach((value, row) => {
              const sum = sums[row * columns + column]!;
              f.set(sum, f.multiplyAdd(value, right, sum));
            });
          }
        });
      const aAddress = (row: number) => i32.add(p.a, row * a.rowStride * aBytes);
      const bAddress = (column: number) => i32.add(p.b, column * b.colStride * bBytes);
      f.for(0, Math.floor(k / 4), 1, () => {
        step(
          (row) => loadFloats(f, a.dtype, aAddress(row)),
          (column) => loadFloats(f, b.dtype, bAddress(column)),
        );
        f.increment(p.a, 4 * aBytes);
        f.increment(p.b, 4 * bBytes);
      });
      const single = (value: ReturnType<typeof loadFloat>) =>
        f32x4.replaceLane(f32x4.splat(0), 0, value);
      for (let rest = 0; rest < k % 4; rest++) {
        step(
          (row) => single(loadFloat(f, a.dtype, i32.add(aAddress(row), rest * aBytes))),
          (column) => single(loadFloat(f, b.dtype, i32.add(bAddress(column), rest * bBytes))),
        );
      }
      for (let row = 0; row < rows; row++) {
        f.scope(() => {
          const zero = f.let(f32x4.splat(0));
          const parts = [0, 1, 2, 3].map((column) =>
            column < columns ? sums[row * columns + column]! : zero,
          );
          const [p0, p1, p2, p3] = transpose4(f, parts) as [V128, V128, V128, V128];
          let total: V128 = f.let(f32x4.add(f32x4.add(p0, p1), f32x4.add(p2, p3)));
          if (finish) {
            total = finish(f, total, {
              args: p.args,
              row: i32.add(p.row, row),
              linearRow: i32.add(p.linearRow, row),
              column: p.column,
              lanes: columns,
            });
          }
          storeLanes(f, p.c, f.let(total), columns, row * c.rowStride * 4);
        });
      }
    },
  );
}
