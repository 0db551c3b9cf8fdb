import { gradients } from './autograd.ts';
import { detach } from './ops/detach.ts';
import { zerosLike } from './ops/where.ts';
import { Tensor } from './tensor.ts';
import { mapTensors } from './tree.ts';

/**
 * Gradients of a scalar with respect to tensors or variables that it was computed from; zeros where it does
 * not depend on one.
 */
export function gradientsOf(loss: Tensor, wrt: readonly Tensor[], upstream?: Tensor): Tensor[] {
  const nodes = wrt.map(({ node }) => node);
  return gradients([loss.node], [upstream?.node], nodes).map(
    (gradient, i) => new Tensor(gradient ?? zerosLike(nodes[i]!)),
  );
}

/**
 * A function that returns both `fn(...)` and its gradient with respect to the first argument: a tensor, or
 * tensors in arrays and plain objects. Variables count as tensors.
 */
export function valueAndGrad<First, Rest extends unknown[]>(
  fn: (first: First, ...rest: Rest) => Tensor,
): (first: First, ...rest: Rest) => [Tensor, First] {
  return (first, ...rest) => {
    const leaves: Tensor[] = [];
    const traced = mapTensors(first, (tensor) => {
      const leaf = new Tensor(detach(tensor.node, true));
      leaves.push(leaf);
      return leaf;
    }) as First;
    const value = fn(traced, ...rest);
    if (value.size !== 1)
      throw new RangeError(`grad: wants a scalar: got shape [${value.shape.join(', ')}]`);
    const found = gradientsOf(value, leaves);
    let next = 0;
    return [value, mapTensors(first, () => found[next++]!) as First];
  };
}

/** The gradient of a scalar function with respect to its first argument. */
export function grad<First, Rest extends unknown[]>(
  fn: (first: First, ...rest: Rest) => Tensor,
): (first: First, ...rest: Rest) => First {
  const both = valueAndGrad(fn);
  return (first, ...rest) => both(first, ...rest)[1];
}
