import type { Kernel } from '../../kernel.ts';
import { type I32, i32, type Local, ModuleBuilder, type Target } from '../../wasm/index.ts';
import { batchOffset, digits } from './batch.ts';
import { finishOf } from './epilogue.ts';
import { type Problem, product } from './spec.ts';
import { addTile } from './tile.ts';
import type { TurnedGeometry } from './turned.ts';
import { addTurnedStore } from './turned-store.ts';

/** Packed rows of A: where the panels of each matrix lie, in bytes. */
interface PackedRows {
  readonly batchStrides: readonly number[];
}

/** Bytes of the sums that each chunk keeps: of one block of C, or between K blocks of all. */
function sumBytes({ m, k }: Problem, geometry: TurnedGeometry): number {
  const { tileLines, panel, tiles, chunkLines, blockK } = geometry;
  const block = tileLines * tiles * panel * 4;
  const blocks = Math.ceil(m / panel) * (chunkLines / (tileLines * tiles));
  return k > blockK ? block * blocks : block;
}

const chunksOf = ({ n, batch }: Problem, { chunkLines }: TurnedGeometry) =>
  product(batch) * Math.ceil(n / chunkLines);

/** Bytes of scratch for the sums of all chunks. */
export const turnedScratch = (problem: Problem, geometry: TurnedGeometry): number =>
  chunksOf(problem, geometry) * sumBytes(problem, geometry);

/**
 * The step that multiplies few rows of A, turned over; see `TurnedGeometry`. Each chunk is a range of columns of B.
 * K blocks are outside, then groups of columns; a group stays in the caches while the panels of A run past it.
 *
 * Buffers: packed A, B, C, the epilogue's, and the scratch for sums.
 *
 * @param scratch index of the scratch in the argument table
 */
export function turnedStep(
  key: string,
  problem: Problem,
  geometry: TurnedGeometry,
  packed: PackedRows,
  target: Target,
  scratch: number,
): Kernel {
  const { m, n, k, batch, b, c } = problem;
  const { tileLines, panel, tiles, interleaved, chunkLines, blockK } = geometry;
  const module = new ModuleBuilder(target);
  const finish = finishOf(problem, 3);
  const line = b.colStride * 4; // bytes between columns of B
  const sumLine = panel * 4;
  const groupLines = tileLines * tiles;

  /** The functions for `lines` columns of B by `rows` rows of A, and where each tile begins. */
  const blockOf = (lines: number, rows: number) => {
    const step = interleaved && lines === groupLines ? tiles : 1;
    const multiply = (count: number) =>
      addTile(module, {
        rows: count,
        columns: rows,
        aRow: step * line,
        aK: 4,
        bK: sumLine,
        rowStep: step,
        cRow: step * sumLine,
      });
    const full = lines >= tileLines ? multiply(tileLines) : undefined;
    const rest = lines % tileLines ? multiply(lines % tileLines) : undefined;
    const parts = Array.from({ length: Math.ceil(lines / tileLines) }, (_, index) => ({
      multiply: ((index + 1) * tileLines <= lines ? full : rest)!,
      line: step === 1 ? index * tileLines : index,
    }));
    const store = addTurnedStore(module, { lines, rows, sumLine, cRow: c.rowStride * 4 }, finish);
    return { parts, store };
  };
  const group = (lines: number) => ({
    lines,
    full: m >= panel ? blockOf(lines, panel) : undefined,
    rest: m % panel ? blockOf(lines, m % panel) : undefined,
  });
  const fullGroup = n >= groupLines ? group(groupLines) : undefined;
  const lastGroup = n % groupLines ? group(n % groupLines) : undefined;

  const chunkSums = sumBytes(problem, geometry);
  const perMatrix = Math.ceil(n / chunkLines);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    f.for(begin, end, 1, (chunk) => {
      const [matrix, index] = digits(f, chunk, [perMatrix]) as [Local<'i32'>, Local<'i32'>];
      const firstColumn = f.let(i32.mul(index, chunkLines));
      const lastColumn = f.let(i32.minU(i32.const(n), i32.add(firstColumn, chunkLines)));
      const start = (argument: number, offset: number, strides: readonly number[], bytes: number) =>
        i32.add(
          i32.add(i32.load(args, argument * 4), offset * bytes),
          batchOffset(matrix, batch, strides, bytes),
        );
      const aStart = f.let(start(0, 0, packed.batchStrides, 1));
      const bStart = f.let(
        i32.add(start(1, b.offset, b.batchStrides, 4), i32.mul(firstColumn, line)),
      );
      const cStart = f.let(i32.add(start(2, c.offset, c.batchStrides, 4), i32.mul(firstColumn, 4)));
      const sumStart = f.let(i32.add(i32.load(args, scratch * 4), i32.mul(chunk, chunkSums)));
      const rowsBefore = f.let(i32.mul(matrix, m));

      const alongRows = (
        { full, rest }: NonNullable<typeof fullGroup>,
        at: Record<'b' | 'c' | 'sums' | 'column', Local<'i32'>>,
        { k0, count, resume, last }: Record<'k0' | 'count' | 'resume' | 'last', I32>,
      ) =>
        f.scope(() => {
          const row = f.let(i32.const(0));
          const a = f.let(i32.add(aStart, i32.mul(k0, sumLine)));
          const cBlock = f.let(at.c);
          const none = i32.const(0); // tiles without an epilogue do not look at where they lie
          const run = ({ parts, store }: NonNullable<typeof full>) => {
            for (const { multiply, line: first } of parts) {
              const columns = i32.add(at.b, first * line);
              const sums = i32.add(at.sums, first * sumLine);
              f.call(multiply, args, columns, a, sums, count, resume, none, none, none, none);
            }
            f.if(last, () => f.call(store, args, at.sums, cBlock, row, at.column, rowsBefore));
            if (k > blockK) f.increment(at.sums, groupLines * sumLine);
          };
          if (full) {
            f.while(i32.leU(i32.add(row, panel), m), () => {
              run(full);
              f.increment(row, panel);
              f.increment(a, panel * k * 4);
              f.increment(cBlock, panel * c.rowStride * 4);
            });
          }
          if (rest) run(rest);
        });

      const kBlock = (block: Record<'k0' | 'count' | 'resume' | 'last', I32>) => {
        const at = {
          b: f.let(i32.add(bStart, i32.mul(block.k0, 4))),
          c: f.let(cStart),
          sums: f.let(sumStart),
          column: f.let(firstColumn),
        };
        if (fullGroup) {
          f.while(i32.leU(i32.add(at.column, groupLines), lastColumn), () => {
            alongRows(fullGroup, at, block);
            f.increment(at.column, groupLines);
            f.increment(at.b, groupLines * line);
            f.increment(at.c, groupLines * 4);
          });
        }
        if (lastGroup) {
          f.if(i32.ltU(at.column, lastColumn), () => alongRows(lastGroup, at, block));
        }
      };
      if (k <= blockK) {
        const whole = { k0: i32.const(0), count: i32.const(k) };
        kBlock({ ...whole, resume: i32.const(0), last: i32.const(1) });
      } else {
        f.for(0, k, blockK, (k0) => {
          const count = f.let(i32.minU(i32.const(blockK), i32.sub(i32.const(k), k0)));
          const last = f.let(i32.geU(i32.add(k0, blockK), k));
          kBlock({ k0, count, resume: i32.ne(k0, 0), last });
        });
      }
    });
  });
  return { key, bytes: module.finish(), chunks: chunksOf(problem, geometry) };
}
