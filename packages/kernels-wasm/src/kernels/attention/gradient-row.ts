import { type AnyAttentionAttributes, MASKED_SCORE } from '@llm/tensor/backend';
import { exp } from '../../print/math/exp.ts';
import {
  type FunctionHandle,
  f32,
  f32x4,
  i32,
  i32x4,
  type ModuleBuilder,
  v128,
} from '../../wasm/index.ts';
import { maskedScore } from './masked-score.ts';

/**
 * Adds the function that takes one row of a tile from scores to weights P = exp(score − logSumExp),
 * and from dP to dS = scale · P ∘ (dP − removed). A row whose keys are all masked is uniform over the
 * keys it sees; its logSumExp says so, and hides their number (see `rowWeight` in `@llm/tensor`).
 *
 * Its parameters: addresses of scores and dP, overwritten; the row's logSumExp and rowsum(dO ∘ O);
 * keys seen in this tile; keys in the tile; keys seen in all tiles; address of the mask's words.
 */
export function addGradientRow(
  module: ModuleBuilder,
  attributes: AnyAttentionAttributes,
): FunctionHandle<'void'> {
  return module.function(
    undefined,
    {
      scores: 'i32',
      slopes: 'i32',
      logSumExp: 'f32',
      removed: 'f32',
      seen: 'i32',
      count: 'i32',
      seenInAll: 'i32',
      mask: 'i32',
    },
    (f, p) => {
      const lanes = i32x4.const(0, 1, 2, 3);
      const shift = f.let(f32x4.splat(p.logSumExp));
      const removed = f.let(f32x4.splat(p.removed));
      const seen = f.let(i32x4.splat(p.seen));
      const uniform =
        attributes.mask === 'none'
          ? undefined
          : f.let(
              f32x4.splat(
                f32.select(
                  f32.lt(p.logSumExp, MASKED_SCORE / 2),
                  f32.div(1, f32.convertI32S(p.seenInAll)),
                  1,
                ),
              ),
            );
      f.for(0, f.let(i32.shl(p.count, 2)), 16, (byte) => {
        const address = f.let(i32.add(p.scores, byte));
        const slope = f.let(i32.add(p.slopes, byte));
        const { score, live } = maskedScore(f, attributes, address, i32.add(p.mask, byte));
        const visible = f.let(i32x4.ltS(i32x4.add(i32x4.splat(i32.shrU(byte, 2)), lanes), seen));
        const weight = exp(f, f32x4.sub(score, shift));
        if (uniform) f.set(weight, f32x4.mul(weight, uniform));
        f.set(weight, v128.and(weight, visible));
        f.emit(v128.store(address, weight));
        const change = f32x4.mul(f32x4.sub(v128.load(slope), removed), weight);
        const scaled = f32x4.mul(change, f32x4.splat(attributes.scale));
        // A weight of 0 is not enough where dP is NaN or infinite.
        f.emit(v128.store(slope, v128.and(scaled, live ? v128.and(live, visible) : visible)));
      });
    },
  );
}
