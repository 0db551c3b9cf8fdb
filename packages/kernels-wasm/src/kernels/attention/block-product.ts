import { type FunctionHandle, type I32, i32, type ModuleBuilder } from '../../wasm/index.ts';
import { addTile, type TileFunction } from '../matmul/tile.ts';

/** The register tile; see `addTile`. */
export const TILE_ROWS = 6;
/** Columns of the tile, and keys in a packed panel. */
export const TILE_COLUMNS = 8;

/** A small product within a chunk, C (+)= A · B: layouts in bytes. */
interface BlockShape {
  /** Rows of the whole problem; blocks start at multiples of `TILE_ROWS`. */
  readonly rows: number;
  /** Columns of a tile, and of a panel of B. Default: `TILE_COLUMNS`. */
  readonly columns?: number;
  /** Columns that C has beyond a multiple of a tile's; 0 where C has room for whole tiles. */
  readonly restColumns: number;
  /** Between rows of A, and between neighbours along K. */
  readonly aRow: number;
  readonly aK: number;
  /** Between neighbours of B along K, and between panels. */
  readonly bK: number;
  readonly bPanel: number;
  /** Between rows of C. */
  readonly cRow: number;
}

/**
 * Adds a function that multiplies blocks. A panel of B stays in the first-level cache while the rows
 * run past it.
 *
 * Its parameters: addresses of A, B, C; rows; columns in whole tiles, rounded up to them; length
 * along K; whether to add to C.
 */
export function addBlockProduct(module: ModuleBuilder, shape: BlockShape): FunctionHandle<'void'> {
  const { rows, columns: tileColumns = TILE_COLUMNS, restColumns } = shape;
  const { aRow, aK, bK, bPanel, cRow } = shape;
  const tiles = (columns: number) =>
    [rows >= TILE_ROWS ? TILE_ROWS : 0, rows % TILE_ROWS].map((tileRows) =>
      tileRows > 0 && columns > 0
        ? addTile(module, { rows: tileRows, columns, aRow, aK, bK, rowStep: 1, cRow })
        : undefined,
    );
  const whole = tiles(tileColumns);
  const rest = tiles(restColumns);
  return module.function(
    undefined,
    { a: 'i32', b: 'i32', c: 'i32', rows: 'i32', columns: 'i32', length: 'i32', resume: 'i32' },
    (f, p) => {
      const zero = i32.const(0);
      const allRows = ([full, last]: readonly (TileFunction | undefined)[]) =>
        f.scope(() => {
          const a = f.let(p.a);
          const c = f.let(p.c);
          const left = f.let(p.rows);
          const run = (tile: TileFunction) =>
            f.call(tile, zero, a, p.b, c, p.length, p.resume, zero, zero, zero, zero);
          if (full) {
            f.while(i32.geU(left, TILE_ROWS), () => {
              run(full);
              f.increment(a, TILE_ROWS * aRow);
              f.increment(c, TILE_ROWS * cRow);
              f.increment(left, -TILE_ROWS);
            });
          }
          if (last) f.if(left, () => run(last));
        });
      f.for(0, p.columns, tileColumns, () => {
        allRows(whole);
        f.increment(p.b, bPanel);
        f.increment(p.c, tileColumns * 4);
      });
      if (restColumns > 0) allRows(rest);
    },
  );
}

/** Columns of a matrix that fill whole tiles. */
export const wholeColumns = (columns: number, tileColumns = TILE_COLUMNS): I32 =>
  i32.const(columns - (columns % tileColumns));
