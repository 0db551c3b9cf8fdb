import { type Operand, type Problem, product } from './spec.ts';

/** How a product is cut up; follows from the shape alone, so results never depend on threads. */
export interface Geometry {
  /** Register tile: rows of A by columns of B. */
  readonly rows: number;
  readonly columns: number;
  /** Rows and columns of C in one chunk, multiples of the tile. */
  readonly blockRows: number;
  readonly stripe: number;
  /** Length of a K block: its panels of A and B stay in the caches. */
  readonly blockK: number;
  /** Whether the tile reads A where it lies or from panels packed in an earlier step. */
  readonly a: 'direct' | 'packed';
  /** The same for B; `inline`: each chunk packs its own stripe, right before it is used. */
  readonly b: 'direct' | 'packed' | 'inline';
  /**
   * Whether the tiles of a full block of rows take turns with its rows. Neighbours would lie in one page, where the
   * processor follows but few of the streams that a tile reads.
   */
  readonly interleaved: boolean;
}

/** Multiply-adds below which a chunk is not worth dividing: about 45 µs. */
const SMALL_CHUNK = 1 << 20;
/** Enough chunks that waiting for the last one costs little. */
const ENOUGH_CHUNKS = 32;
/** A K block longer than this would push the panels out of a 32 KiB first-level cache. */
export const LONGEST_BLOCK_K = 768;

/**
 * Row tiles in a block whose tiles take turns with the rows. Odd, so that rows of a tile are seldom whole pages apart.
 */
const TILES_APART = 13;

const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;

/** Relative cost of tiles: few rows leave the multipliers waiting for earlier sums. */
const TILE_COST = [0, 4, 4, 4, 4.3, 5.2, 6];

/** Rows per tile, 4 to 6, that cover m with the least work in full and last tiles. */
function tileRows(m: number): number {
  if (m < 4) return m;
  const cost = (rows: number) => Math.floor(m / rows) * TILE_COST[rows]! + TILE_COST[m % rows]!;
  return [6, 5, 4].reduce((best, rows) => (cost(rows) < cost(best) ? rows : best));
}

/** Columns per tile that keep eight to twelve sums in registers. */
function tileColumns(rows: number, n: number): number {
  const widest = rows === 1 ? 32 : rows === 2 ? 16 : rows === 3 ? 12 : 8;
  return Math.min(widest, roundUp(n, 4));
}

const plain = (operand: Operand) =>
  operand.dtype === 'f32' && operand.rowStride >= 0 && operand.colStride >= 0;

/** Floats in a page of 4 KiB: rows so far apart share the lines of a first-level cache. */
export const PAGE = 1024;

/**
 * Whether reading A in place is quicker than packing it. Of rows along K it is, unless they share the lines of a
 * first-level cache: few stay in a second-level cache as they are; of many, tiles take rows that are pages apart.
 */
function readsDirectly(a: Operand, { m, n, k }: Problem): boolean {
  if (!plain(a)) return false;
  if (a.colStride === 1) return n < 192 || a.rowStride % PAGE !== 0 || m * n * k < 4 * SMALL_CHUNK;
  return n <= 16 || k <= 128;
}

/** Decides how to compute a product with at least one element. */
export function chooseGeometry(problem: Problem): Geometry {
  const { m, n, k, a, b } = problem;
  const rows = tileRows(m);
  const columns = tileColumns(rows, n);
  // In place B needs contiguous columns, whole vectors, and few enough cache lines along K.
  const bDirect = plain(b) && b.colStride === 1 && n % 4 === 0 && (k <= 64 || m <= 12);
  const aDirect = readsDirectly(a, problem);
  const blocksK = Math.max(1, Math.ceil(k / LONGEST_BLOCK_K));
  const blockK = bDirect ? Math.max(1, k) : Math.max(1, roundUp(Math.ceil(k / blocksK), 4));

  const tall = m > 192 && n >= 192 && aDirect && a.colStride === 1;
  const block = tall ? TILES_APART * rows : evenBlock(m, 96, rows);
  let blockRows = m <= 192 ? roundUp(m, rows) : block;
  let stripe = evenBlock(n, 128, columns);
  const chunks = () => product(problem.batch) * Math.ceil(m / blockRows) * Math.ceil(n / stripe);
  while (chunks() < ENOUGH_CHUNKS && blockRows * stripe * k > SMALL_CHUNK) {
    if (stripe > columns && (stripe >= 64 || blockRows < 48)) {
      stripe = roundUp(stripe / 2, columns);
    } else if (blockRows >= 2 * rows) blockRows = roundUp(blockRows / 2, rows);
    else break;
  }
  const oneBlock = blockRows >= m;
  return {
    rows,
    columns,
    blockRows,
    stripe,
    blockK,
    interleaved: tall && ((blockRows / rows) * a.rowStride) % PAGE !== 0,
    a: aDirect ? 'direct' : 'packed',
    b: bDirect ? 'direct' : oneBlock ? 'inline' : 'packed',
  };
}

/** Blocks of about `wanted`, as even as the tile allows. */
function evenBlock(extent: number, wanted: number, tile: number): number {
  const limit = Math.max(wanted, tile);
  return roundUp(Math.ceil(extent / Math.ceil(extent / limit)), tile);
}
