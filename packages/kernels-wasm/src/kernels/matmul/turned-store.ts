import {
  type FunctionHandle,
  f32x4,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  v128,
} from '../../wasm/index.ts';
import { storeLanes } from '../lanes.ts';
import type { Finish } from './epilogue.ts';
import { transpose4 } from './pack.ts';

/** A block of sums of a product that is computed turned over. */
interface TurnedBlock {
  /** Rows of the sums: neighbouring columns of C. */
  readonly lines: number;
  /** Columns of the sums: neighbouring rows of C. */
  readonly rows: number;
  /** Bytes between rows of the sums. */
  readonly sumLine: number;
  /** Bytes between rows of C. */
  readonly cRow: number;
}

/** What a function that stores sums takes: addresses, and where the first one lies in C. */
const PARAMETERS = {
  args: 'i32',
  sums: 'i32',
  c: 'i32',
  row: 'i32',
  column: 'i32',
  /** Rows of C in the matrices of the batch before. */
  rowsBefore: 'i32',
} as const;

/**
 * Adds the function that turns a block of finished sums back and stores it. It is not a part of the tile: with
 * shuffles behind its loop, V8 moves the loop's sums between registers, which costs a fifth of the speed.
 */
export function addTurnedStore(
  module: ModuleBuilder,
  { lines, rows, sumLine, cRow }: TurnedBlock,
  finish: Finish | undefined,
): FunctionHandle<'void'> {
  return module.function(undefined, PARAMETERS, (f, p) => {
    /** Four rows of sums, or the last ones: so many lanes of C in each of its rows. */
    const store = (lanes: number, sums: I32, c: Local<'i32'>, column: I32) => {
      for (let first = 0; first < rows; first += 4) {
        f.scope(() => {
          const zero = f.let(f32x4.splat(0));
          const own = [0, 1, 2, 3].map((line) =>
            line < lanes ? f.let(v128.load(sums, line * sumLine + first * 4)) : zero,
          );
          const turned = transpose4(f, own).map((value) => f.let(value));
          turned.slice(0, rows - first).forEach((sum, index) => {
            f.scope(() => {
              const row = i32.add(p.row, first + index);
              const linearRow = i32.add(p.rowsBefore, row);
              const place = { args: p.args, row, linearRow, column, lanes };
              const value = finish ? f.let(finish(f, sum, place)) : sum;
              storeLanes(f, c, value, lanes, (first + index) * cRow);
            });
          });
        });
      }
    };
    f.for(0, Math.floor(lines / 4), 1, () => {
      store(4, p.sums, p.c, p.column);
      f.increment(p.sums, 4 * sumLine);
      f.increment(p.c, 16);
      f.increment(p.column, 4);
    });
    if (lines % 4) store(lines % 4, p.sums, p.c, p.column);
  });
}
