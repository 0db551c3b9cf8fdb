import { Node, type Op } from '../graph.ts';

/** The same value with no gradient flowing back through it. */
export const detachOp: Op<undefined> = {
  name: 'detach',
  kind: 'movement',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
};

/** Cuts `x` from its history; with `differentiable`, the result is a new leaf that gradients are taken for. */
export function detach(x: Node, differentiable = false): Node {
  return new Node(detachOp as Op, [x], undefined, [x], x.device, differentiable, x.scope);
}
