import {
  type FunctionHandle,
  f32,
  f32x4,
  i32,
  type ModuleBuilder,
  v128,
} from '../../wasm/index.ts';
import { acrossLanes } from './softmax-row.ts';

/**
 * Adds the function that writes the two numbers each row's gradient takes: its logSumExp, and
 * rowsum(dO ∘ O) less the log-sum-exp's own gradient. The rows have `valueDim` numbers, a multiple of 4,
 * and lie `outStride` and `dOutStride` numbers apart.
 *
 * Its parameters: addresses of O, of dO, of logSumExp, of its gradient or 0, of the pairs; rows.
 */
export function addRowRemoved(
  module: ModuleBuilder,
  valueDim: number,
  outStride: number,
  dOutStride: number,
): FunctionHandle<'void'> {
  return module.function(
    undefined,
    {
      out: 'i32',
      dOut: 'i32',
      logSumExp: 'i32',
      dLogSumExp: 'i32',
      states: 'i32',
      rows: 'i32',
    },
    (f, p) => {
      f.for(0, p.rows, 1, (row) => {
        const sum = f.let(f32x4.splat(0));
        f.for(0, valueDim * 4, 16, (byte) => {
          const out = v128.load(i32.add(p.out, byte));
          f.set(sum, f.multiplyAdd(out, v128.load(i32.add(p.dOut, byte)), sum));
        });
        f.increment(p.out, outStride * 4);
        f.increment(p.dOut, dOutStride * 4);
        const removed = acrossLanes(f, sum, f32x4.add);
        const word = f.let(i32.shl(row, 2));
        f.if(p.dLogSumExp, () =>
          f.set(removed, f32.sub(removed, f32.load(i32.add(p.dLogSumExp, word)))),
        );
        f.emit(f32.store(p.states, f32.load(i32.add(p.logSumExp, word))));
        f.emit(f32.store(p.states, removed, 4));
        f.increment(p.states, 8);
      });
    },
  );
}
