import type { AnyAttentionAttributes } from '@llm/tensor/backend';
import { expOfNonPositive } from '../../print/math/exp.ts';
import {
  type FunctionBuilder,
  type FunctionHandle,
  f32,
  f32x4,
  type I32,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  type V128,
  v128,
} from '../../wasm/index.ts';
import { maskedScore } from './masked-score.ts';

/** Below every score: what hidden keys count as, and the maximum before the first tile. */
const LOWEST = -3e38;

/**
 * Adds the function that takes one row of a tile of scores into a running softmax: scores become
 * weights relative to the row's new maximum, and the output row so far is rescaled to it.
 *
 * Its parameters: addresses of the scores, of the output row, of the state (maximum, sum of weights);
 * keys seen; keys in the tile; whether earlier tiles were taken; address of the mask's words.
 */
export function addSoftmaxRow(
  module: ModuleBuilder,
  { attributes, valueDim }: { attributes: AnyAttentionAttributes; valueDim: number },
): FunctionHandle<'void'> {
  return module.function(
    undefined,
    {
      scores: 'i32',
      out: 'i32',
      state: 'i32',
      seen: 'i32',
      count: 'i32',
      resume: 'i32',
      mask: 'i32',
    },
    (f, p) => {
      const end = f.let(i32.shl(p.count, 2));
      const wholeEnd = f.let(i32.shl(i32.and(p.seen, -4), 2));
      const seenEnd = f.let(i32.shl(i32.and(i32.add(p.seen, 3), -4), 2));

      const largest = f.let(f32x4.splat(LOWEST));
      const take = (byte: I32, visible?: V128) => {
        const address = f.let(i32.add(p.scores, byte));
        const { score } = maskedScore(f, attributes, address, i32.add(p.mask, byte));
        if (visible) f.set(score, v128.bitselect(score, f32x4.splat(LOWEST), visible));
        f.emit(v128.store(address, score));
        // A NaN need not be in the maximum: its weight is NaN, and so is the sum.
        f.set(largest, f32x4.pmax(largest, score));
      };
      f.for(0, wholeEnd, 16, (byte) => take(byte));
      f.if(i32.ne(wholeEnd, seenEnd), () => {
        const rest = i32x4.splat(i32.and(p.seen, 3));
        take(wholeEnd, i32x4.ltS(i32x4.const(0, 1, 2, 3), rest));
      });
      const before = f.let(f32.const(LOWEST));
      const total = f.let(f32.const(0));
      f.if(p.resume, () => {
        f.set(before, f32.load(p.state));
        f.set(total, f32.load(p.state, 4));
      });
      const maximum = f.let(f32.max(before, acrossLanes(f, largest, f32x4.pmax)));
      const shift = f.let(f32x4.splat(maximum));
      const sum = f.let(f32x4.splat(0));
      f.for(0, seenEnd, 16, (byte) => {
        const address = f.let(i32.add(p.scores, byte));
        const weight = expOfNonPositive(f, f32x4.sub(v128.load(address), shift)); // 0 in unseen lanes
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
          const factor = expOfNonPositive(f, f32x4.splat(f32.sub(before, maximum)));
          const sumNow = f32.add(f32.mul(total, f32x4.extractLane(factor, 0)), tileSum);
          f.emit(f32.store(p.state, sumNow, 4));
          f.if(f32.ne(before, maximum), () =>
            f.for(0, valueDim * 4, 16, (byte) => {
              const address = f.let(i32.add(p.out, byte));
              f.emit(v128.store(address, f32x4.mul(v128.load(address), factor)));
            }),
          );
        },
        () => f.emit(f32.store(p.state, tileSum, 4)),
      );
      f.emit(f32.store(p.state, maximum));
    },
  );
}

/** One number out of four lanes, combined in pairs. */
export function acrossLanes(
  f: FunctionBuilder,
  value: V128,
  combine: (a: V128, b: V128) => V128,
): Local<'f32'> {
  const halves = f.let(combine(value, f32x4.shuffle(value, value, [2, 3, 0, 1])));
  const both = combine(halves, f32x4.shuffle(halves, halves, [1, 0, 3, 2]));
  return f.let(f32x4.extractLane(both, 0));
}
