import { apply, type Node, type Op } from '../graph.ts';
import { mul } from './arithmetic.ts';
import type { OpCase } from './case.ts';
import { fill } from './leaf.ts';
import { less } from './logic.ts';
import { checkProbability, type RandomSource, uniform } from './random.ts';
import { where, zerosLike } from './where.ts';

interface Dropout {
  readonly p: number;
  readonly draw: number;
}

/**
 * Inputs x, seed and position. Elements are zeroed with probability p and the others divided by 1 − p. The
 * gradient is the same operation on the upstream: the mask is drawn again, not stored.
 */
export const dropoutOp: Op<Dropout> = {
  name: 'dropout',
  kind: 'composite',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  compose: ([x, seed, position], { p, draw }) => {
    const numbers = uniform({ seed: seed!, position: position!, draw }, x!.shape);
    return where(less(numbers, p), 0, mul(x!, 1 / (1 - p)));
  },
  gradient: ({ inputs: [, seed, position], attributes, gradient }) => [
    apply(dropoutOp, [gradient, seed!, position!], attributes),
  ],
};

/** Each element is 0 with probability `p`, else x / (1 − p), so that the expected value is x. */
export function dropout(x: Node, p: number, source: RandomSource): Node {
  checkProbability('dropout', p);
  if (p === 0) return x;
  if (p === 1) return mul(x, zerosLike(x));
  const [seed, position] = [source.seed, source.position].map((word) =>
    typeof word === 'number' ? fill([], word, 'u32') : word,
  );
  return apply(dropoutOp, [x, seed!, position!], { p, draw: source.draw });
}

const source: RandomSource = { seed: 1, position: 2, draw: 3 };

/** Test cases of `dropout`. */
export const cases: readonly OpCase[] = [
  {
    name: 'a third',
    inputs: [{ shape: [5, 7] }],
    secondOrder: true,
    build: ([x]) => dropout(x!, 1 / 3, source),
  },
  { name: 'nothing', inputs: [{ shape: [4] }], build: ([x]) => dropout(x!, 0, source) },
  { name: 'everything', inputs: [{ shape: [4] }], build: ([x]) => dropout(x!, 1, source) },
];
