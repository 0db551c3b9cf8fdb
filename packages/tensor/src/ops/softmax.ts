import { apply, type Node, type Op } from '../graph.ts';
import { format, normalizeAxis, type Shape } from '../shape.ts';
import { abs, add, div, exp, log, mul, sub } from './arithmetic.ts';
import { sum } from './broadcast.ts';
import type { OpCase } from './case.ts';
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
      return div(exponentials, sum(exponentials, axis, true));
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

/** Test cases of `softmax`, `logSoftmax` and `logSumExp`. */
export const cases: readonly OpCase[] = [
  {
    name: 'softmax',
    inputs: [{ shape: [3, 5] }],
    terms: 5,
    secondOrder: true,
    build: ([x]) => softmax(x!),
  },
  { name: 'softmax of one', inputs: [{ shape: [4, 1] }], build: ([x]) => softmax(x!) },
  {
    name: 'softmax, first axis',
    inputs: [{ shape: [4, 2, 3] }],
    terms: 4,
    build: ([x]) => softmax(x!, 0),
  },
  {
    name: 'softmax of large values',
    inputs: [{ shape: [2, 3], values: [1000, 1001, 999, -5000, 0, -1e30] }],
    terms: 3,
    gradient: false,
    build: ([x]) => softmax(x!),
  },
  {
    name: 'softmax over a long row',
    inputs: [{ shape: [2, 1031] }],
    terms: 1031,
    gradient: false,
    build: ([x]) => softmax(x!),
  },
  {
    name: 'softmax of halves',
    inputs: [{ shape: [3, 7], dtype: 'bf16' }],
    terms: 7,
    gradient: false,
    build: ([x]) => softmax(x!),
  },
  { name: 'softmax of no rows', inputs: [{ shape: [0, 3] }], build: ([x]) => softmax(x!) },
  {
    name: 'log-softmax',
    inputs: [{ shape: [3, 5] }],
    terms: 5,
    secondOrder: true,
    build: ([x]) => logSoftmax(x!),
  },
  {
    name: 'log-sum-exp',
    inputs: [{ shape: [3, 5] }],
    terms: 5,
    secondOrder: true,
    build: ([x]) => logSumExp(x!, 1),
  },
  {
    name: 'log-sum-exp of infinities',
    inputs: [
      {
        shape: [2, 2],
        values: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 3, Number.POSITIVE_INFINITY],
      },
    ],
    gradient: false,
    build: ([x]) => logSumExp(x!, -1, true),
  },
];
