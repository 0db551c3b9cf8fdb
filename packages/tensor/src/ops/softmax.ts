import { apply, type Node, type Op } from '../graph.ts';
import { format, normalizeAxis, type Shape } from '../shape.ts';
import { abs, add, div, exp, log, mul, sub } from './arithmetic.ts';
import { sum } from './broadcast.ts';
import { equal } from './logic.ts';
import { reshape } from './movement.ts';
import { inFloat32, toFloat } from './precision.ts';
import { max } from './reduce.ts';
import { where } from './where.ts';

interface AlongAxis {
  readonly axis: number;
}

const sameAsInput: Op<AlongAxis>['infer'] = ([x]) => ({ shape: x!.shape, dtype: x!.dtype });

/** eˣ / Σ eˣ along one axis */
export const softmaxOp: Op<AlongAxis> = {
  name: 'softmax',
  kind: 'composite',
  infer: sameAsInput,
  compose: ([x], { axis }) =>
    inFloat32([x!], (wide) => {
      const exponentials = exp(sub(wide, max(wide, axis, true)));
      // One division per row instead of one per element.
      return mul(exponentials, div(1, sum(exponentials, axis, true)));
    }),
  gradient: ({ outputs: [y], attributes: { axis }, gradient }) => [
    inFloat32([y!, gradient], (p, dp) => mul(p!, sub(dp!, sum(mul(dp!, p!), axis, true)))),
  ],
};

/** x − log Σ eˣ along one axis */
export const logSoftmaxOp: Op<AlongAxis> = {
  name: 'logSoftmax',
  kind: 'composite',
  infer: sameAsInput,
  compose: ([x], { axis }) =>
    inFloat32([x!], (wide) => {
      const shifted = sub(wide, max(wide, axis, true));
      return sub(shifted, log(sum(exp(shifted), axis, true)));
    }),
  gradient: ({ outputs: [y], attributes: { axis }, gradient }) => [
    inFloat32([y!, gradient], (logP, d) => sub(d!, mul(exp(logP!), sum(d!, axis, true)))),
  ],
};

/** log Σ eˣ along one axis, which stays with size 1 */
export const logSumExpOp: Op<AlongAxis> = {
  name: 'logSumExp',
  kind: 'composite',
  infer: ([x], { axis }) => ({ shape: x!.shape.with(axis, 1), dtype: x!.dtype }),
  compose: ([x], { axis }) =>
    inFloat32([x!], (wide) => {
      const largest = max(wide, axis, true);
      // An infinite maximum is the result already; subtracting it would give NaN.
      const shift = where(equal(abs(largest), Number.POSITIVE_INFINITY), 0, largest);
      return add(shift, log(sum(exp(sub(wide, shift)), axis, true)));
    }),
  gradient: ({ inputs: [x], outputs: [y], gradient }) => [
    inFloat32([x!, y!, gradient], (wide, total, d) => mul(d!, exp(sub(wide!, total!)))),
  ],
};

/** Probabilities: eˣ / Σ eˣ along `axis`. */
export function softmax(x: Node, axis = -1): Node {
  return apply(softmaxOp, [toFloat(x)], { axis: nonEmptyAxis('softmax', x.shape, axis) });
}

/** Logarithms of the probabilities, without the loss of `log(softmax(x))`. */
export function logSoftmax(x: Node, axis = -1): Node {
  return apply(logSoftmaxOp, [toFloat(x)], { axis: nonEmptyAxis('logSoftmax', x.shape, axis) });
}

/** log Σ eˣ along `axis`, without overflow. */
export function logSumExp(x: Node, axis = -1, keepdim = false): Node {
  const along = nonEmptyAxis('logSumExp', x.shape, axis);
  const kept = apply(logSumExpOp, [toFloat(x)], { axis: along });
  return keepdim ? kept : reshape(kept, x.shape.toSpliced(along, 1));
}

/** A normalized axis over which there is something to normalize; an empty tensor passes if that axis is not the empty one. */
function nonEmptyAxis(operation: string, shape: Shape, axis: number): number {
  const along = normalizeAxis(axis, shape.length, operation);
  if (shape[along] === 0 || shape.length === 0) {
    throw new RangeError(`${operation}: wants elements along axis ${axis}: got ${format(shape)}`);
  }
  return along;
}
