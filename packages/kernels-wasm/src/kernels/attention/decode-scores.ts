import {
  type FunctionBuilder,
  type FunctionHandle,
  f32x4,
  i32,
  type Local,
  type ModuleBuilder,
  v128,
} from '../../wasm/index.ts';
import { transpose4 } from '../matmul/pack.ts';

/**
 * Keys whose products are computed at once, and rows: six sums in registers. Four keys and two rows are 5 % slower from
 * the caches, and 40 % from memory, where keys that are read one after another come ahead of their use.
 */
const KEYS = 2;
const ROWS = 3;

/** Layout of the products of rows of q with keys; strides in bytes. */
interface ScoreShape {
  /** Rows of q, which lie one after another. */
  readonly rows: number;
  /** Numbers in a row, a multiple of 4. */
  readonly headDim: number;
  readonly keyStride: number;
  /** Between the products of a row and of the next. */
  readonly scoreStride: number;
}

/**
 * Adds the function that multiplies rows of q with keys, each key read once for all rows.
 *
 * Its parameters: addresses of q, of the first key, and of the products, with room for whole pairs; the number of
 * keys, at least 1.
 */
export function addDecodeScores(module: ModuleBuilder, shape: ScoreShape): FunctionHandle<'void'> {
  const { rows, headDim, keyStride, scoreStride } = shape;
  return module.function(undefined, { q: 'i32', k: 'i32', scores: 'i32', count: 'i32' }, (f, p) => {
    f.for(0, p.count, KEYS, (first) => {
      const last = f.let(i32.sub(i32.sub(p.count, first), 1));
      // Beyond the last key its products are computed again, for lanes that nobody reads.
      const keys = [0, 1].map((key) =>
        f.let(i32.add(p.k, i32.mul(i32.minU(i32.const(key), last), keyStride))),
      );
      const q = f.let(p.q);
      const scores = f.let(p.scores);
      const products = (count: number) => {
        addProducts(f, { q, scores, keys }, count, shape);
        f.increment(q, count * headDim * 4);
        f.increment(scores, count * scoreStride);
      };
      f.for(0, rows - (rows % ROWS), ROWS, () => products(ROWS));
      if (rows % ROWS > 0) products(rows % ROWS);
      f.increment(p.k, KEYS * keyStride);
      f.increment(p.scores, KEYS * 4);
    });
  });
}

function addProducts(
  f: FunctionBuilder,
  at: { q: Local<'i32'>; scores: Local<'i32'>; keys: readonly Local<'i32'>[] },
  rows: number,
  { headDim, scoreStride }: ScoreShape,
): void {
  f.scope(() => {
    const sums = f.locals('v128', rows * KEYS);
    for (const sum of sums) f.set(sum, f32x4.splat(0));
    f.for(0, headDim * 4, 16, (byte) => {
      const row = f.let(i32.add(at.q, byte));
      const left = Array.from({ length: rows }, (_, i) =>
        f.let(v128.load(i32.add(row, i * headDim * 4))),
      );
      at.keys.forEach((key, k) => {
        const right = f.let(v128.load(i32.add(key, byte)));
        left.forEach((value, i) => {
          const sum = sums[i * KEYS + k]!;
          f.set(sum, f.multiplyAdd(value, right, sum));
        });
      });
    });
    // Of two rows at a time: [row, key] as (0, 0), (0, 1), (1, 0), (1, 1).
    for (let row = 0; row < rows; row += 2) {
      const pair = sums.slice(row * KEYS, (row + 2) * KEYS);
      f.scope(() => {
        const [p0, p1, p2, p3] = transpose4(f, pair.length === 4 ? pair : [...pair, ...pair]);
        const total = f.let(f32x4.add(f32x4.add(p0!, p1!), f32x4.add(p2!, p3!)));
        f.emit(v128.store64Lane(at.scores, total, 0, row * scoreStride));
        if (pair.length === 4) {
          f.emit(v128.store64Lane(at.scores, total, 1, (row + 1) * scoreStride));
        }
      });
    }
  });
}
