import { type AnyAttentionAttributes, HIDDEN_SCORE, MASKED_SCORE } from '@llm/tensor/backend';
import { expOfNonPositive } from '../../print/math/exp.ts';
import { tanh } from '../../print/math/tanh.ts';
import {
  type FunctionBuilder,
  type FunctionHandle,
  f32,
  f32x4,
  type I32,
  i16x8,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  v128,
} from '../../wasm/index.ts';
import { acrossLanes } from './softmax-row.ts';

/** Below every score: lanes after the last key, and the maximum before the first. */
export const LOWEST = -3e38;

/**
 * Adds the function that turns a row's scaled products into weights relative to the row's largest score, and
 * writes that score and the sum of the weights.
 *
 * Its parameters: addresses of the products, with room for whole vectors, and of the pair (maximum, sum); the
 * number of keys, at least 1; address of the mask's first element; the first key's number; the query's position.
 */
export function addDecodeRow(
  module: ModuleBuilder,
  attributes: AnyAttentionAttributes,
): FunctionHandle<'void'> {
  const { softcap, mask, left, right } = attributes;
  const maskBytes = mask === 'boolean' ? 1 : 4;
  return module.function(
    undefined,
    { scores: 'i32', state: 'i32', count: 'i32', mask: 'i32', key: 'i32', position: 'i32' },
    (f, p) => {
      const end = f.let(i32.shl(p.count, 2));
      const wholeEnd = f.let(i32.and(end, -16));
      const rest = f.let(i32.and(p.count, 3));
      const largest = f.let(f32x4.splat(LOWEST));
      const keys = f.let(i32x4.add(i32x4.splat(p.key), i32x4.const(0, 1, 2, 3)));

      const take = (byte: I32, lanes: I32 | undefined) => {
        const address = f.let(i32.add(p.scores, byte));
        const score = f.let(v128.load(address));
        if (softcap !== null) {
          const capped = tanh(f, f32x4.div(score, f32x4.splat(softcap)));
          f.set(score, f32x4.mul(capped, f32x4.splat(softcap)));
        }
        if (mask !== 'none') {
          const from = f.let(
            maskBytes === 4 ? i32.add(p.mask, byte) : i32.add(p.mask, i32.shrU(byte, 2)),
          );
          const word = maskWords(f, from, maskBytes, lanes);
          if (mask === 'additive') f.set(score, f32x4.add(score, word));
          // So compared that a NaN counts as masked where it is added to.
          const live =
            mask === 'additive'
              ? f32x4.ge(score, f32x4.splat(MASKED_SCORE))
              : i32x4.ne(word, i32x4.splat(0));
          f.set(score, v128.bitselect(score, f32x4.splat(MASKED_SCORE), live));
        }
        const hide = (isSeen: ReturnType<typeof i32x4.leS>) =>
          f.set(score, v128.bitselect(score, f32x4.splat(HIDDEN_SCORE), isSeen));
        if (right !== null) hide(i32x4.leS(keys, i32x4.splat(i32.add(p.position, right))));
        if (left !== null) hide(i32x4.geS(keys, i32x4.splat(i32.sub(p.position, left))));
        if (lanes) {
          const isKey = i32x4.ltS(i32x4.const(0, 1, 2, 3), i32x4.splat(lanes));
          f.set(score, v128.bitselect(score, f32x4.splat(LOWEST), isKey));
        }
        f.emit(v128.store(address, score));
        // A NaN need not be in the maximum: its weight is NaN, and so is the sum.
        f.set(largest, f32x4.pmax(largest, score));
        f.set(keys, i32x4.add(keys, i32x4.splat(4)));
      };
      f.for(0, wholeEnd, 16, (byte) => take(byte, undefined));
      f.if(rest, () => take(wholeEnd, rest));

      const maximum = acrossLanes(f, largest, f32x4.pmax);
      const shift = f.let(f32x4.splat(maximum));
      const sum = f.let(f32x4.splat(0));
      f.for(0, end, 16, (byte) => {
        const address = f.let(i32.add(p.scores, byte));
        const weight = expOfNonPositive(f, f32x4.sub(v128.load(address), shift)); // 0 after the last key
        f.emit(v128.store(address, weight));
        f.set(sum, f32x4.add(sum, weight));
      });
      f.emit(f32.store(p.state, maximum));
      f.emit(f32.store(p.state, acrossLanes(f, sum, f32x4.add), 4));
    },
  );
}

/** Four elements of a mask as words; with `lanes`, only so many (1 to 3) are read. */
function maskWords(
  f: FunctionBuilder,
  from: Local<'i32'>,
  bytes: 1 | 4,
  lanes: I32 | undefined,
): Local<'v128'> {
  const words = f.local('v128');
  if (!lanes) {
    const four =
      bytes === 4
        ? v128.load(from)
        : i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(v128.load32Zero(from)));
    f.set(words, four);
    return words;
  }
  f.set(words, i32x4.splat(0));
  for (let lane = 0; lane < 3; lane++) {
    const element = bytes === 4 ? i32.load(from, lane * 4) : i32.load8U(from, lane);
    const set = () => f.set(words, i32x4.replaceLane(words, lane, element));
    if (lane === 0) set();
    else f.if(i32.gtU(lanes, lane), set);
  }
  return words;
}
