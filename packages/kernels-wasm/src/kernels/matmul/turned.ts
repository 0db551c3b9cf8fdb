import { LONGEST_BLOCK_K, PAGE } from './geometry.ts';
import { type Problem, product } from './spec.ts';

/**
 * How a product of few rows is computed turned over, as Cᵀ = Bᵀ·Aᵀ: columns of B (rows of a linear layer's weights)
 * take the place of rows and are read where they lie, rows of A are packed. Packing the weights for so few rows costs
 * up to 8 % of the product, most of it waiting for memory; now they arrive while the tile multiplies.
 */
export interface TurnedGeometry {
  /** Columns of B in one tile: a splat each. */
  readonly tileLines: number;
  /** Rows of A in one tile, and in a packed panel. */
  readonly panel: number;
  /** Tiles whose sums are put together before they are stored. */
  readonly tiles: number;
  /**
   * Whether the tiles of a group take turns with its columns. Neighbours would be in one page, where the processor
   * follows but one of the streams that a tile reads.
   */
  readonly interleaved: boolean;
  /** Columns of B in one chunk. */
  readonly chunkLines: number;
  /** Length of a K block. */
  readonly blockK: number;
}

const TILE_LINES = 6;
const TILE_ROWS = 8;
const TILES = 4;

/** Of more rows packing B is a share too small to notice. */
const MOST_ROWS = 256;
/** Multiply-adds of a chunk that is worth a ticket of its own, and chunks enough. */
const CHUNK = 1 << 20;
const ENOUGH_CHUNKS = 32;

/** Whether a product is quicker turned over: few rows, B contiguous along K, and its lines not all in one cache set. */
export function suitsTurned({ m, n, k, b }: Problem): boolean {
  const contiguous = b.dtype === 'f32' && b.rowStride === 1 && b.colStride >= k;
  return contiguous && b.colStride % PAGE !== 0 && m >= 5 && m <= MOST_ROWS && n >= 192 && k >= 64;
}

/** Decides how to compute a product that `suitsTurned`; follows from the shape alone. */
export function turnedGeometry({ m, n, k, b, batch }: Problem): TurnedGeometry {
  const group = TILE_LINES * TILES;
  const groups = Math.ceil(n / group) * product(batch);
  const perChunk = Math.min(groups / ENOUGH_CHUNKS, CHUNK / (group * m * k));
  return {
    tileLines: TILE_LINES,
    panel: TILE_ROWS,
    tiles: TILES,
    interleaved: (b.colStride * TILES) % PAGE !== 0,
    chunkLines: group * Math.max(1, Math.floor(perChunk)),
    blockK: Math.ceil(k / Math.ceil(k / LONGEST_BLOCK_K) / 4) * 4,
  };
}
