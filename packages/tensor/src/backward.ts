import { gradients } from './autograd.ts';
import { type Node, topologicalOrder } from './graph.ts';
import { add } from './ops/arithmetic.ts';
import { format, sizeOf } from './shape.ts';

/** What gradients are added up in: a variable, as the graph sees it. */
interface GradientTarget {
  /** Whether it wants any. */
  readonly trainable: boolean;
  /** The node of the newest version. */
  readonly current: Node;
  /** The sum so far. */
  gradientNode: Node | undefined;
}

const owners = new WeakMap<Node, GradientTarget>();

/** Notes that a node is a version of `target`, so that gradients which arrive there are added up in it. @internal */
export function setOwner(node: Node, target: GradientTarget): void {
  owners.set(node, target);
}

/** What a node is, or was, a version of. @internal */
export function ownerOf(node: Node): GradientTarget | undefined {
  return owners.get(node);
}

/**
 * Adds the gradients of `loss` to every trainable variable it depends on.
 *
 * @param upstream of the loss's shape; ones if absent, which wants a scalar loss.
 * @throws Error if the loss depends on no trainable variable.
 * @internal
 */
export function backwardFrom(loss: Node, upstream?: Node): void {
  if (!upstream && sizeOf(loss.shape) !== 1) {
    throw new RangeError(
      `backward: wants a scalar loss or an upstream gradient: got shape ${format(loss.shape)}`,
    );
  }
  const leaves = topologicalOrder([loss]).filter((node) => ownerOf(node)?.trainable);
  if (leaves.length === 0) throw new Error('backward: the loss depends on no trainable variable');
  const found = gradients([loss], [upstream], leaves);
  leaves.forEach((node, i) => {
    const target = ownerOf(node)!;
    const gradient = found[i];
    if (!gradient) return;
    const before = target.gradientNode;
    target.gradientNode = before ? add(before, gradient) : gradient;
  });
}
