import { log } from '../../print/math/log.ts';
import {
  type FunctionHandle,
  f32,
  f32x4,
  i32,
  type ModuleBuilder,
  v128,
} from '../../wasm/index.ts';

/**
 * Adds the function that ends a running softmax: output rows are divided by their sums of weights, and
 * the log-sum-exp is written. A logarithm is long, so four are taken at a time.
 *
 * Its parameters: addresses of the output rows, of logSumExp, of the states (maximum, sum), which must
 * reach to a multiple of four rows; rows.
 */
export function addFinishRows(module: ModuleBuilder, valueDim: number): FunctionHandle<'void'> {
  return module.function(
    undefined,
    { out: 'i32', logSumExp: 'i32', states: 'i32', rows: 'i32' },
    (f, p) => {
      f.for(0, p.rows, 4, (row) => {
        const state = f.let(i32.add(p.states, i32.shl(row, 3)));
        const two = (pair: number) => v128.load(state, pair * 16);
        const maxima = f32x4.shuffle(two(0), two(1), [0, 2, 4, 6]);
        const sums = f.let(f32x4.shuffle(two(0), two(1), [1, 3, 5, 7]));
        const results = f.let(f32x4.add(maxima, log(f, sums)));
        const factors = f.let(f32x4.div(f32x4.splat(1), sums));
        for (let lane = 0; lane < 4; lane++) {
          f.if(i32.ltU(i32.add(row, lane), p.rows), () => {
            f.emit(f32.store(p.logSumExp, f32x4.extractLane(results, lane)));
            f.increment(p.logSumExp, 4);
            const factor = f.let(f32x4.splat(f32x4.extractLane(factors, lane)));
            f.for(0, valueDim, 4, () => {
              f.emit(v128.store(p.out, f32x4.mul(v128.load(p.out), factor)));
              f.increment(p.out, 16);
            });
          });
        }
      });
    },
  );
}
