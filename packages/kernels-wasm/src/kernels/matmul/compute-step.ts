import type { Kernel } from '../../kernel.ts';
import { type I32, i32, ModuleBuilder, type Target } from '../../wasm/index.ts';
import { batchOffset, digits } from './batch.ts';
import { finishOf } from './epilogue.ts';
import type { Geometry } from './geometry.ts';
import { addPack } from './pack.ts';
import { elementBytes, type Problem, product } from './spec.ts';
import { addTile, type TileFunction } from './tile.ts';

/** Where the tiles of one operand lie, in bytes. */
export interface TileSource {
  /** From the first matrix to the first element. */
  readonly offset: number;
  /** Along each batch dimension. */
  readonly batchStrides: readonly number[];
  /** From one panel to the next (`rows` of A, `columns` of B). */
  readonly panel: number;
  /** Between lines of a panel, and along K. */
  readonly across: number;
  readonly k: number;
}

/**
 * The step that multiplies. Each chunk is a block of rows times a stripe of columns; K blocks outside,
 * then column panels, which stay in the first-level cache while the row panels run past them.
 *
 * Buffers: A (or its panels), B (or its panels), C, the epilogue's, and for inline packing a scratch.
 *
 * @param inlineScratch index of the scratch buffer in the argument table, for `b: 'inline'`
 */
export function computeStep(
  key: string,
  problem: Problem,
  geometry: Geometry,
  sources: { a: TileSource; b: TileSource },
  target: Target,
  inlineScratch: number,
): Kernel {
  const { m, n, k, batch, c } = problem;
  const { rows, columns, blockRows, stripe, blockK, interleaved } = geometry;
  const module = new ModuleBuilder(target);
  const inline = geometry.b === 'inline';
  const inlinePanel = blockK * columns * 4;
  const b: TileSource = inline ? { ...sources.b, panel: inlinePanel, k: columns * 4 } : sources.b;
  const finish = finishOf(problem, 3);

  // A tile function for each of: full or last rows × full or last columns, where they occur; and for
  // full blocks of rows where tiles take turns with the rows.
  const apart = blockRows / rows;
  const tile = (tileRows: number, tileColumns: number, step = 1): TileFunction | undefined =>
    tileRows && tileColumns
      ? addTile(
          module,
          {
            rows: tileRows,
            columns: tileColumns,
            aRow: step * sources.a.across,
            aK: sources.a.k,
            bK: b.k,
            rowStep: step,
            cRow: step * c.rowStride * 4,
          },
          finish,
        )
      : undefined;
  const fullRows = m >= rows ? rows : 0;
  const fullColumns = n >= columns ? columns : 0;
  const tiles = [fullColumns, n % columns].map((width) => ({
    full: tile(fullRows, width),
    last: tile(m % rows, width),
    apart: interleaved && m >= blockRows ? tile(rows, width, apart) : undefined,
  }));
  const pack = inline
    ? addPack(module, {
        dtype: problem.b.dtype,
        width: columns,
        extent: n,
        acrossStride: problem.b.colStride,
        kStride: problem.b.rowStride,
      })
    : undefined;

  const rowBlocks = Math.ceil(m / blockRows);
  const stripes = Math.ceil(n / stripe);
  module.function('run', { args: 'i32', begin: 'i32', end: 'i32' }, (f, { args, begin, end }) => {
    f.for(begin, end, 1, (chunk) => {
      const [matrix, stripeIndex, blockIndex] = digits(f, chunk, [stripes, rowBlocks]) as [
        typeof chunk,
        typeof chunk,
        typeof chunk,
      ];
      const firstRow = f.let(i32.mul(blockIndex, blockRows));
      const firstColumn = f.let(i32.mul(stripeIndex, stripe));
      const lastRow = f.let(i32.minU(i32.const(m), i32.add(firstRow, blockRows)));
      const lastColumn = f.let(i32.minU(i32.const(n), i32.add(firstColumn, stripe)));
      const start = (argument: number, source: TileSource) =>
        i32.add(
          i32.add(i32.load(args, argument * 4), source.offset),
          batchOffset(matrix, batch, source.batchStrides, 1),
        );
      const aBlock = f.let(
        i32.add(start(0, sources.a), i32.mul(blockIndex, (blockRows / rows) * sources.a.panel)),
      );
      const bSource = f.let(start(1, sources.b));
      const cBlock = f.let(
        i32.add(
          i32.add(i32.load(args, 8), c.offset * 4),
          i32.add(
            batchOffset(matrix, batch, c.batchStrides, 4),
            i32.add(i32.mul(firstRow, c.rowStride * 4), i32.mul(firstColumn, 4)),
          ),
        ),
      );
      const linearRow = f.let(i32.add(i32.mul(matrix, m), firstRow));
      const bytesB = elementBytes(problem.b.dtype);
      const bBlock = f.let(
        inline
          ? i32.add(
              i32.load(args, inlineScratch * 4),
              i32.mul(chunk, (stripe / columns) * inlinePanel),
            )
          : i32.add(bSource, i32.mul(stripeIndex, (stripe / columns) * b.panel)),
      );

      const kBlock = (k0: I32, count: I32, resume: I32, isLast: I32) => {
        if (pack) {
          const source = i32.add(
            i32.add(bSource, i32.mul(firstColumn, problem.b.colStride * bytesB)),
            i32.mul(k0, problem.b.rowStride * bytesB),
          );
          const lines = i32.sub(lastColumn, firstColumn);
          f.call(pack, source, bBlock, lines, count, i32.const(inlinePanel));
        }
        const bPanel = f.let(inline ? bBlock : i32.add(bBlock, i32.mul(k0, b.k)));
        const aFirst = f.let(i32.add(aBlock, i32.mul(k0, sources.a.k)));
        const column = f.let(firstColumn);
        const cColumn = f.let(cBlock);
        const rowTiles = (functions: (typeof tiles)[number]) => {
          f.scope(() => {
            const row = f.let(firstRow);
            const line = f.let(linearRow);
            const a = f.let(aFirst);
            const cTile = f.let(cColumn);
            const run = (tileFunction: TileFunction, step: number) => {
              f.call(
                tileFunction,
                args,
                a,
                bPanel,
                cTile,
                count,
                resume,
                isLast,
                row,
                line,
                column,
              );
              f.increment(row, step);
              f.increment(line, step);
              f.increment(a, step === rows ? sources.a.panel : step * sources.a.across);
              f.increment(cTile, step * c.rowStride * 4);
            };
            const { full, last, apart: turns } = functions;
            if (turns) {
              f.if(i32.eq(i32.sub(lastRow, firstRow), blockRows), () => {
                const end = f.let(i32.add(firstRow, apart));
                f.while(i32.ltU(row, end), () => run(turns, 1));
                f.set(row, lastRow);
              });
            }
            if (full) f.while(i32.leU(i32.add(row, rows), lastRow), () => run(full, rows));
            if (last) f.if(i32.ltU(row, lastRow), () => run(last, rows));
          });
        };
        if (fullColumns) {
          f.while(i32.leU(i32.add(column, columns), lastColumn), () => {
            rowTiles(tiles[0]!);
            f.increment(column, columns);
            f.increment(cColumn, columns * 4);
            f.increment(bPanel, b.panel);
          });
        }
        if (n % columns) f.if(i32.ltU(column, lastColumn), () => rowTiles(tiles[1]!));
      };

      if (k <= blockK) kBlock(i32.const(0), i32.const(k), i32.const(0), i32.const(1));
      else {
        f.for(0, k, blockK, (k0) => {
          const count = f.let(i32.minU(i32.const(blockK), i32.sub(i32.const(k), k0)));
          const last = f.let(i32.geU(i32.add(k0, blockK), k));
          kBlock(k0, count, i32.ne(k0, 0), last);
        });
      }
    });
  });
  return { key, bytes: module.finish(), chunks: product(batch) * rowBlocks * stripes };
}
