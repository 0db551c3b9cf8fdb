import { type AnyAttentionAttributes, MASKED_SCORE } from '@llm/tensor/backend';
import { type FunctionBuilder, f32x4, type I32, type Local, v128 } from '../../wasm/index.ts';

/** Four scores. */
interface MaskedScore {
  readonly score: Local<'v128'>;
  /** Lanes whose score depends on q and k; undefined without a mask: all. */
  readonly live: Local<'v128'> | undefined;
}

/**
 * Four scaled and masked scores. The comparison is such that a NaN plus an addend counts as masked, as
 * in the composed definition.
 *
 * @param product address of four q · k
 * @param words address of the mask's four words; see `maskStep`
 */
export function maskedScore(
  f: FunctionBuilder,
  { scale, mask }: AnyAttentionAttributes,
  product: I32,
  words: I32,
): MaskedScore {
  const score = f.let(f32x4.mul(v128.load(product), f32x4.splat(scale)));
  if (mask === 'none') return { score, live: undefined };
  const masked = f32x4.splat(MASKED_SCORE);
  if (mask === 'additive') f.set(score, f32x4.add(score, v128.load(words)));
  const live = f.let(mask === 'additive' ? f32x4.ge(score, masked) : v128.load(words));
  f.set(score, v128.bitselect(score, masked, live));
  return { score, live };
}
