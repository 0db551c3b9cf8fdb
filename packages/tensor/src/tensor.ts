import { operandOf } from './autocast.ts';
import { backwardFrom } from './backward.ts';
import type { DType } from './dtype.ts';
import { relu } from './ops/activation.ts';
import * as arithmetic from './ops/arithmetic.ts';
import * as broadcast from './ops/broadcast.ts';
import { cast } from './ops/cast.ts';
import { detach } from './ops/detach.ts';
import type { Operand } from './ops/elementwise.ts';
import { getSlices, type Index } from './ops/indexing.ts';
import * as logic from './ops/logic.ts';
import { matmul } from './ops/matmul.ts';
import * as movement from './ops/movement.ts';
import * as reduce from './ops/reduce.ts';
import type { Axes as ReduceAxes } from './ops/reduction.ts';
import { logSoftmax, softmax } from './ops/softmax.ts';
import { where } from './ops/where.ts';
import { watchPendingWork } from './pending.ts';
import type { Shape } from './shape.ts';
import { TensorHandle } from './tensor-handle.ts';

/** A tensor or a number that takes the tensor's dtype where it can. */
export type TensorLike = Tensor | number | boolean;

/** Options of a reduction. */
export type Axes = ReduceAxes;

/**
 * A value of some shape and dtype, computed when it is read.
 *
 * Operations check their arguments at once and then only extend a graph; `await t.data()` computes it.
 * Tensors are immutable; axes may be negative and then count from the end.
 */
export class Tensor extends TensorHandle {
  /** This value with no gradient flowing back. */
  detach(): Tensor {
    return new Tensor(detach(this.node));
  }

  /**
   * Adds the gradients of this scalar to `.grad` of every trainable variable it depends on.
   *
   * @param upstream the gradient of the real loss with respect to this tensor, where this is not a scalar.
   * @throws RangeError if this is no scalar and there is no `upstream`. @throws Error if nothing is trainable.
   */
  backward(upstream?: Tensor): void {
    backwardFrom(this.node, upstream?.node);
  }

  // Elementwise

  /** this + other */
  add(other: TensorLike): Tensor {
    return new Tensor(arithmetic.add(this.node, operand(other)));
  }
  /** this − other */
  sub(other: TensorLike): Tensor {
    return new Tensor(arithmetic.sub(this.node, operand(other)));
  }
  /** this · other, element by element */
  mul(other: TensorLike): Tensor {
    return new Tensor(arithmetic.mul(this.node, operand(other)));
  }
  /** this / other; integers give f32 */
  div(other: TensorLike): Tensor {
    return new Tensor(arithmetic.div(this.node, operand(other)));
  }
  /** ⌊this / other⌋ */
  floorDivide(other: TensorLike): Tensor {
    return new Tensor(arithmetic.floorDivide(this.node, operand(other)));
  }
  /** Remainder with the sign of the divisor */
  mod(other: TensorLike): Tensor {
    return new Tensor(arithmetic.mod(this.node, operand(other)));
  }
  /** this ^ other */
  pow(other: TensorLike): Tensor {
    return new Tensor(arithmetic.pow(this.node, operand(other)));
  }
  /** The larger of two */
  maximum(other: TensorLike): Tensor {
    return new Tensor(arithmetic.maximum(this.node, operand(other)));
  }
  /** The smaller of two */
  minimum(other: TensorLike): Tensor {
    return new Tensor(arithmetic.minimum(this.node, operand(other)));
  }
  /** −this */
  neg(): Tensor {
    return new Tensor(arithmetic.neg(this.node));
  }
  /** |this| */
  abs(): Tensor {
    return new Tensor(arithmetic.abs(this.node));
  }
  /** −1, 0 or 1 */
  sign(): Tensor {
    return new Tensor(arithmetic.sign(this.node));
  }
  /** e^this */
  exp(): Tensor {
    return new Tensor(arithmetic.exp(this.node));
  }
  /** Natural logarithm */
  log(): Tensor {
    return new Tensor(arithmetic.log(this.node));
  }
  /** Square root */
  sqrt(): Tensor {
    return new Tensor(arithmetic.sqrt(this.node));
  }
  /** 1 / √this */
  rsqrt(): Tensor {
    return new Tensor(arithmetic.rsqrt(this.node));
  }
  /** this · this */
  square(): Tensor {
    return new Tensor(arithmetic.mul(this.node, this.node));
  }
  /** Sine */
  sin(): Tensor {
    return new Tensor(arithmetic.sin(this.node));
  }
  /** Cosine */
  cos(): Tensor {
    return new Tensor(arithmetic.cos(this.node));
  }
  /** Hyperbolic tangent */
  tanh(): Tensor {
    return new Tensor(arithmetic.tanh(this.node));
  }
  /** Gauss error function */
  erf(): Tensor {
    return new Tensor(arithmetic.erf(this.node));
  }
  /** 1 / (1 + e^−this) */
  sigmoid(): Tensor {
    return new Tensor(arithmetic.sigmoid(this.node));
  }
  /** Rounded down */
  floor(): Tensor {
    return new Tensor(arithmetic.floor(this.node));
  }
  /** Rounded up */
  ceil(): Tensor {
    return new Tensor(arithmetic.ceil(this.node));
  }
  /** Rounded to nearest, ties to even */
  round(): Tensor {
    return new Tensor(arithmetic.round(this.node));
  }
  /** Limited to [low, high] */
  clamp(low?: number, high?: number): Tensor {
    return new Tensor(arithmetic.clamp(this.node, low, high));
  }
  /** Converted to another dtype */
  to(dtype: DType): Tensor {
    return new Tensor(cast(this.node, dtype));
  }

  // Comparisons and logic

  /** this = other */
  eq(other: TensorLike): Tensor {
    return new Tensor(logic.equal(this.node, operand(other)));
  }
  /** this ≠ other */
  ne(other: TensorLike): Tensor {
    return new Tensor(logic.notEqual(this.node, operand(other)));
  }
  /** this < other */
  lt(other: TensorLike): Tensor {
    return new Tensor(logic.less(this.node, operand(other)));
  }
  /** this ≤ other */
  le(other: TensorLike): Tensor {
    return new Tensor(logic.lessEqual(this.node, operand(other)));
  }
  /** this > other */
  gt(other: TensorLike): Tensor {
    return new Tensor(logic.greater(this.node, operand(other)));
  }
  /** this ≥ other */
  ge(other: TensorLike): Tensor {
    return new Tensor(logic.greaterEqual(this.node, operand(other)));
  }
  /** Both, or bitwise and */
  logicalAnd(other: TensorLike): Tensor {
    return new Tensor(logic.and(this.node, operand(other)));
  }
  /** Either, or bitwise or */
  logicalOr(other: TensorLike): Tensor {
    return new Tensor(logic.or(this.node, operand(other)));
  }
  /** Not, or bitwise not */
  logicalNot(): Tensor {
    return new Tensor(logic.not(this.node));
  }
  /** Whether each element is NaN */
  isnan(): Tensor {
    return new Tensor(logic.isnan(this.node));
  }
  /** `this` where the condition holds, `other` elsewhere */
  where(condition: Tensor, other: TensorLike): Tensor {
    return new Tensor(where(condition.node, this.node, operand(other)));
  }

  // Products

  /** The matrix product by the rules of `torch.matmul`; for a quantized matrix the function `matmul` reads its codes */
  matmul(other: Tensor): Tensor {
    return new Tensor(matmul(operandOf(this.node), operandOf(other.node)));
  }
  /** max(this, 0) */
  relu(): Tensor {
    return new Tensor(relu(this.node));
  }
  /** eˣ / Σ eˣ along `axis` */
  softmax(axis = -1): Tensor {
    return new Tensor(softmax(this.node, axis));
  }
  /** Logarithm of `softmax(axis)` */
  logSoftmax(axis = -1): Tensor {
    return new Tensor(logSoftmax(this.node, axis));
  }

  // Reductions

  /** Sum over `axes`, all by default */
  sum(axes?: Axes, keepdim = false): Tensor {
    return new Tensor(broadcast.sum(this.node, axes, keepdim));
  }
  /** Mean over `axes` */
  mean(axes?: Axes, keepdim = false): Tensor {
    return new Tensor(reduce.mean(this.node, axes, keepdim));
  }
  /** Variance over `axes`, divided by n − correction */
  variance(axes?: Axes, keepdim = false, correction = 1): Tensor {
    return new Tensor(reduce.variance(this.node, axes, keepdim, correction));
  }
  /** Product over `axes` */
  prod(axes?: Axes, keepdim = false): Tensor {
    return new Tensor(reduce.prod(this.node, axes, keepdim));
  }
  /** Largest over `axes` */
  max(axes?: Axes, keepdim = false): Tensor {
    return new Tensor(reduce.max(this.node, axes, keepdim));
  }
  /** Smallest over `axes` */
  min(axes?: Axes, keepdim = false): Tensor {
    return new Tensor(reduce.min(this.node, axes, keepdim));
  }
  /** First position of the largest */
  argmax(axis?: number, keepdim = false): Tensor {
    return new Tensor(reduce.argmax(this.node, axis, keepdim));
  }
  /** First position of the smallest */
  argmin(axis?: number, keepdim = false): Tensor {
    return new Tensor(reduce.argmin(this.node, axis, keepdim));
  }

  // Movement: views, no work

  /** The same elements under another shape; one size may be −1 */
  reshape(...shape: number[] | [Shape]): Tensor {
    return new Tensor(movement.reshape(this.node, flat(shape)));
  }
  /** Axes in another order */
  permute(...axes: number[] | [readonly number[]]): Tensor {
    return new Tensor(movement.permute(this.node, flat(axes)));
  }
  /** Two axes exchanged, the last two by default */
  transpose(first = -2, second = -1): Tensor {
    return new Tensor(movement.transpose(this.node, first, second));
  }
  /** Broadcast to a shape */
  expand(...shape: number[] | [Shape]): Tensor {
    return new Tensor(broadcast.expand(this.node, flat(shape)));
  }
  /** A new axis of size 1 before `axis` */
  unsqueeze(axis: number): Tensor {
    const at = axis < 0 ? axis + this.rank + 1 : axis;
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  }
  /** Without the axes of size 1, or without `axis` if its size is 1 */
  squeeze(axis?: number): Tensor {
    const at = axis !== undefined && axis < 0 ? axis + this.rank : axis;
    return this.reshape(
      this.shape.filter((size, i) => size !== 1 || (at !== undefined && i !== at)),
    );
  }
  /** Zeros around the elements: one amount per axis, before and after */
  pad(before: readonly number[], after: readonly number[]): Tensor {
    return new Tensor(movement.pad(this.node, before, after));
  }
  /** The order reversed along `axes` */
  flip(axes?: Axes): Tensor {
    return new Tensor(movement.flip(this.node, axes));
  }
  /**
   * NumPy's basic indexing: per axis a number (the axis disappears), `[start, stop, step]` with optional
   * parts and negative positions, or `null` (the whole axis). `t.slice(0, [1, -1])` is `t[0, 1:-1]`.
   */
  slice(...indices: Index[]): Tensor {
    return new Tensor(getSlices(this.node, indices));
  }
}

watchPendingWork();

/** The node or number behind an operand. */
export function operand(value: TensorLike): Operand {
  return value instanceof Tensor ? value.node : value;
}

function flat(list: readonly number[] | readonly [readonly number[]]): readonly number[] {
  return list.length === 1 && Array.isArray(list[0]) ? list[0] : (list as readonly number[]);
}
