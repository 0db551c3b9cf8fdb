/**
 * PyTorch's two kinds of attention masks, brought to the one that `scaledDotProductAttention` takes.
 *
 * @module
 */
import { arange, type Shape, type Tensor } from '@llm/tensor';

/** As good as minus infinity in a softmax, and safe where a whole row is masked. */
const forbidden = -1e30;

/** The masks of one call of attention, in the sense of `nn.MultiheadAttention`: true is forbidden. */
interface AttentionMasks {
  readonly key_padding_mask?: Tensor;
  readonly attn_mask?: Tensor;
}

/**
 * One mask that broadcasts to [batch, heads, queries, keys], in the sense of `scaledDotProductAttention`:
 * true where attention is allowed, or floats to add; undefined where nothing is masked.
 *
 * @param query shape [batch, heads, queries, headDim]
 * @param key shape [batch, heads, keys, headDim]
 * @throws RangeError if a mask has another shape than the two.
 */
export function joinMasks(masks: AttentionMasks, query: Shape, key: Shape): Tensor | undefined {
  const [batch, heads, queries] = query as readonly [number, number, number];
  const keys = key[2]!;
  const parts: Tensor[] = [];
  const { key_padding_mask: padding, attn_mask: pattern } = masks;
  if (padding) {
    expectShape('key_padding_mask', padding, [[batch, keys]]);
    parts.push(padding.reshape(batch, 1, 1, keys));
  }
  if (pattern) {
    expectShape('attn_mask', pattern, [
      [queries, keys],
      [batch * heads, queries, keys],
    ]);
    parts.push(
      pattern.rank === 2
        ? pattern.reshape(1, 1, queries, keys)
        : pattern.reshape(batch, heads, queries, keys),
    );
  }
  const [first, second] = parts;
  if (!first) return undefined;
  if (parts.every(({ dtype }) => dtype === 'bool')) {
    return (second ? first.logicalOr(second) : first).logicalNot();
  }
  const floats = parts.map((mask) => (mask.dtype === 'bool' ? penalty(mask) : mask));
  return second ? floats[0]!.add(floats[1]!) : floats[0]!;
}

/** A mask of `joinMasks` and causality as floats to add to scores [batch, heads, queries, keys]. */
export function additiveMask(
  mask: Tensor | undefined,
  isCausal: boolean,
  scores: Tensor,
): Tensor | undefined {
  const floats = mask?.dtype === 'bool' ? penalty(mask.logicalNot()) : mask;
  if (!isCausal) return floats;
  const [queries, keys] = scores.shape.slice(-2) as [number, number];
  const later = penalty(causalMask(queries, keys));
  return floats ? floats.add(later) : later;
}

/** [queries, keys], true where the key comes after the query: what `attn_mask` forbids in a decoder. */
export function causalMask(queries: number, keys: number = queries): Tensor {
  return arange(keys).gt(arange(queries).reshape(queries, 1));
}

/** 0 where the mask is false, as good as −∞ where it is true. */
function penalty(mask: Tensor): Tensor {
  return mask.to('f32').mul(forbidden);
}

function expectShape(name: string, mask: Tensor, allowed: readonly Shape[]): void {
  const matches = allowed.some((shape) => String(shape) === String(mask.shape));
  if (!matches) {
    const wants = allowed.map((shape) => `[${shape.join(', ')}]`).join(' or ');
    throw new RangeError(
      `MultiHeadAttention: ${name} has shape [${mask.shape.join(', ')}], wants ${wants}`,
    );
  }
  if (
    mask.dtype !== 'bool' &&
    mask.dtype !== 'f32' &&
    mask.dtype !== 'f16' &&
    mask.dtype !== 'bf16'
  ) {
    throw new TypeError(
      `MultiHeadAttention: ${name} must hold bools or floats: got ${mask.dtype}; cast with .to('bool')`,
    );
  }
}
