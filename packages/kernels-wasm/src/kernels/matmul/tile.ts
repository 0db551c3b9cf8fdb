import {
  type FunctionBuilder,
  type FunctionHandle,
  f32x4,
  type I32,
  i32,
  type Label,
  type Local,
  type ModuleBuilder,
  v128,
} from '../../wasm/index.ts';
import { loadLanes, storeLanes } from '../lanes.ts';
import type { Finish, Place } from './epilogue.ts';

/** Extent and strides of one register tile; everything is known when the kernel is printed. */
interface TileShape {
  /** Rows of C, one splat of A each: 1 to 6. */
  readonly rows: number;
  /** Columns of C that are stored; the tile computes whole vectors. */
  readonly columns: number;
  /** Bytes between the tile's rows of A, and between neighbours along K. */
  readonly aRow: number;
  readonly aK: number;
  /** Bytes between neighbours of B along K; along columns B is contiguous. */
  readonly bK: number;
  /** Rows of C from one row of the tile to the next. */
  readonly rowStep: number;
  /** Bytes between these rows of C. */
  readonly cRow: number;
}

/** What a tile function takes: addresses, the length of this K block, and where the tile lies. */
const TILE_PARAMETERS = {
  args: 'i32',
  a: 'i32',
  b: 'i32',
  c: 'i32',
  /** Steps along K in this block. */
  count: 'i32',
  /** 1: C holds the sum of earlier K blocks. */
  resume: 'i32',
  /** 1: this is the last K block, so the epilogue runs. */
  last: 'i32',
  /** Row of the first sum within its matrix, and counted over the whole batch. */
  row: 'i32',
  linearRow: 'i32',
  column: 'i32',
} as const;

/** A tile function of the module. */
export type TileFunction = FunctionHandle<'void'>;

/** Steps along K per loop turn; a power of two. More gained nothing and costs compile time. */
const UNROLL = 2;

/**
 * Adds the microkernel: `rows × columns` sums stay in registers while K runs; each step loads the
 * B vectors once and multiplies them with one splat of A per row. 6×8 uses 12 accumulators, 2 B
 * vectors and one splat: 15 of the 16 registers of x86-64. K is summed in order, first to last.
 *
 * V8 moves all loads of a basic block before the arithmetic that uses them; 20 values would then be
 * alive, and spilling them halves the speed (27 of 45 GFLOP/s at 2.8 GHz; with the fences 44). So
 * each row ends in a fence, a branch that is never taken: sums have to be ready before it.
 *
 * @param finish turns a finished sum into what is stored; absent: stored as it is
 */
export function addTile(module: ModuleBuilder, shape: TileShape, finish?: Finish): TileFunction {
  const { rows, columns } = shape;
  const vectors = Math.ceil(columns / 4);
  const lanesOf = (vector: number) => Math.min(4, columns - vector * 4);

  return module.function(undefined, TILE_PARAMETERS, (f, p) => {
    const sums = f.locals('v128', rows * vectors);
    const sum = (row: number, vector: number) => sums[row * vectors + vector]!;
    const each = (body: (row: number, vector: number) => void) => {
      for (let row = 0; row < rows; row++) {
        for (let vector = 0; vector < vectors; vector++) body(row, vector);
      }
    };
    const cOffset = (row: number, vector: number) => row * shape.cRow + vector * 16;

    f.if(
      p.resume,
      () =>
        each((row, vector) =>
          f.set(sum(row, vector), loadLanes(p.c, lanesOf(vector), cOffset(row, vector))),
        ),
      () => each((row, vector) => f.set(sum(row, vector), f32x4.splat(0))),
    );
    const bVectors = f.locals('v128', vectors);
    const splat = f.local('v128');
    const step = (k: number, left: I32, end: Label) => {
      for (let vector = 0; vector < vectors; vector++) {
        f.set(bVectors[vector]!, v128.load(p.b, k * shape.bK + vector * 16));
      }
      for (let row = 0; row < rows; row++) {
        // Added to the pointer: as an immediate, V8 keeps each sum with the memory base in a register.
        f.set(splat, v128.load32Splat(i32.add(p.a, row * shape.aRow + k * shape.aK)));
        for (let vector = 0; vector < vectors; vector++) {
          f.set(sum(row, vector), f.multiplyAdd(splat, bVectors[vector]!, sum(row, vector)));
        }
        // Never true: `left` is below 2³¹. Each fence has its own constant, lest V8 merges them.
        f.branchIf(end, i32.eq(left, -1 - (k * rows + row)));
      }
    };
    const advance = (steps: number) => {
      f.increment(p.a, steps * shape.aK);
      f.increment(p.b, steps * shape.bK);
    };
    countDown(f, i32.shrU(p.count, Math.log2(UNROLL)), (left, end) => {
      for (let k = 0; k < UNROLL; k++) step(k, left, end);
      advance(UNROLL);
    });
    countDown(f, i32.and(p.count, UNROLL - 1), (left, end) => {
      step(0, left, end);
      advance(1);
    });
    const store = () =>
      each((row, vector) =>
        storeLanes(f, p.c, sum(row, vector), lanesOf(vector), cOffset(row, vector)),
      );
    if (finish) {
      f.if(p.last, () =>
        each((row, vector) => {
          const place: Place = {
            args: p.args,
            row: i32.add(p.row, row * shape.rowStep),
            linearRow: i32.add(p.linearRow, row * shape.rowStep),
            column: i32.add(p.column, vector * 4),
            lanes: lanesOf(vector),
          };
          f.scope(() => f.set(sum(row, vector), finish(f, sum(row, vector), place)));
        }),
      );
    }
    store();
  });
}

/** Runs the body `turns` times; not at all for 0. The body gets the turns left and the way out. */
function countDown(
  f: FunctionBuilder,
  turns: I32,
  body: (left: Local<'i32'>, end: Label) => void,
): void {
  f.scope(() => {
    const left = f.let(turns);
    f.if(left, (end) =>
      f.loop((start) => {
        body(left, end);
        f.increment(left, -1);
        f.branchIf(start, left);
      }),
    );
  });
}
