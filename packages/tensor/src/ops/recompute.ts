import { apply, type Node, type Op } from '../graph.ts';

/**
 * The same value, but what is computed from it is not shared with what is computed from the value itself: so
 * it is computed again where it is needed, and the first result need not be kept.
 */
export const recomputeOp: Op<{ readonly again: number }> = {
  name: 'recompute',
  kind: 'composite',
  infer: ([x]) => x!,
  compose: ([x]) => x!, // the second input is what to wait for
};

let count = 0;

/**
 * `x` as the start of computations that are repeated. Each call starts others.
 *
 * @param after what is there before it is worth while to begin: sooner, the results would only wait in memory
 */
export function recompute(x: Node, after: Node): Node {
  return apply(recomputeOp, [x, after], { again: count++ });
}
