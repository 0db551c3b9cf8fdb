import { exp } from '../../print/math/exp.ts';
import {
  type FunctionBuilder,
  type FunctionHandle,
  f32,
  f32x4,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  type V128,
  v128,
} from '../../wasm/index.ts';

/** Below every score: what hidden keys count as, and the maximum before the first tile. */
const LOWEST = -3e38;

/**
 * Adds the function that takes one row of a tile of scores into a running softmax: scores become
 * weights relative to the row's new maximum, and the output row so far is rescaled to it.
 *
 * Its parameters: addresses of the scores, of the output row, of the state (maximum, sum of weights);
 * keys seen; keys in the tile; whether earlier tiles were taken.
 */
export function addSoftmaxRow(
  module: ModuleBuilder,
  { scale, valueDim }: { scale: number; valueDim: number },
): FunctionHandle<'void'> {
  return module.function(
    undefined,
    { scores: 'i32', out: 'i32', state: 'i32', seen: 'i32', count: 'i32', resume: 'i32' },
    (f, p) => {
      const lanes = i32x4.const(0, 1, 2, 3);
      const end = f.let(i32.shl(p.count, 2));
      const seen = f.let(i32x4.splat(p.seen));
      const seenEnd = f.let(i32.shl(i32.and(i32.add(p.seen, 3), -4), 2));
      /** Visits the scores seen four at a time, with a mask for the last. */
      const each = (body: (address: Local<'i32'>, visible: V128) => void) =>
        f.for(0, seenEnd, 16, (byte) => {
          const index = i32x4.add(i32x4.splat(i32.shrU(byte, 2)), lanes);
          body(f.let(i32.add(p.scores, byte)), f.let(i32x4.ltS(index, seen)));
        });

      const largest = f.let(f32x4.splat(LOWEST));
      each((address, visible) => {
        const scaled = f32x4.mul(v128.load(address), f32x4.splat(scale));
        const score = f.let(v128.bitselect(scaled, f32x4.splat(LOWEST), visible));
        f.emit(v128.store(address, score));
        // `max`, not `pmax`: a NaN must reach the result.
        f.set(largest, f32x4.max(largest, score));
      });
      const before = f.let(f32.const(LOWEST));
      const total = f.let(f32.const(0));
      f.if(p.resume, () => {
        f.set(before, f32.load(p.state));
        f.set(total, f32.load(p.state, 4));
      });
      const maximum = f.let(f32.max(before, acrossLanes(f, largest, f32x4.max)));
      const shift = f.let(f32x4.splat(maximum));
      const sum = f.let(f32x4.splat(0));
      each((address, visible) => {
        const weight = exp(f, f32x4.sub(v128.load(address), shift));
        f.set(weight, v128.and(weight, visible));
        f.emit(v128.store(address, weight));
        f.set(sum, f32x4.add(sum, weight));
      });
      f.for(seenEnd, end, 16, (byte) =>
        f.emit(v128.store(i32.add(p.scores, byte), f32x4.splat(0))),
      );
      const tileSum = acrossLanes(f, sum, f32x4.add);
      f.if(
        p.resume,
        () => {
          const factor = exp(f, f32x4.splat(f32.sub(before, maximum)));
          const sumNow = f32.add(f32.mul(total, f32x4.extractLane(factor, 0)), tileSum);
          f.emit(f32.store(p.state, sumNow, 4));
          f.for(0, valueDim * 4, 16, (byte) => {
            const address = f.let(i32.add(p.out, byte));
            f.emit(v128.store(address, f32x4.mul(v128.load(address), factor)));
          });
        },
        () => f.emit(f32.store(p.state, tileSum, 4)),
      );
      f.emit(f32.store(p.state, maximum));
    },
  );
}

/** One number out of four lanes, combined in pairs. */
function acrossLanes(
  f: FunctionBuilder,
  value: V128,
  combine: (a: V128, b: V128) => V128,
): Local<'f32'> {
  const halves = f.let(combine(value, f32x4.shuffle(value, value, [2, 3, 0, 1])));
  const both = combine(halves, f32x4.shuffle(halves, halves, [1, 0, 3, 2]));
  return f.let(f32x4.extractLane(both, 0));
}
