import { computeType, type DType, isFloat } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';

/** Conversion between dtypes: floats round to nearest even, float → integer truncates and saturates, NaN gives 0. */
export const castOp: Op<{ dtype: DType }> = {
  name: 'cast',
  kind: 'elementwise',
  infer: ([x], { dtype }) => ({ shape: x!.shape, dtype }),
  gradient: ({ inputs: [x], gradient }) => [
    isFloat(x!.dtype) && isFloat(gradient.dtype) ? cast(gradient, x!.dtype) : undefined,
  ],
};

/** The same 32 bits read as another 32-bit dtype. */
export const bitcastOp: Op<{ dtype: DType }> = {
  name: 'bitcast',
  kind: 'elementwise',
  infer: ([x], { dtype }) => {
    for (const type of [x!.dtype, dtype]) {
      if (type !== computeType(type) || type === 'bool') {
        throw new TypeError(`bitcast: wants f32, i32 or u32: got ${x!.dtype} to ${dtype}`);
      }
    }
    return { shape: x!.shape, dtype };
  },
};

/** @see castOp */
export function cast(x: Node, dtype: DType): Node {
  return x.dtype === dtype ? x : apply(castOp, [x], { dtype });
}

/** @see bitcastOp */
export function bitcast(x: Node, dtype: DType): Node {
  return x.dtype === dtype ? x : apply(bitcastOp, [x], { dtype });
}
