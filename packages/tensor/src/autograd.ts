/**
 * Reverse-mode differentiation, graph to graph: the gradients are nodes of the same graph, so they are
 * fused and planned like everything else and can be differentiated again.
 *
 * @module
 */
import { inScope, type Node, outputsOf, pick, topologicalOrder } from './graph.ts';
import { add } from './ops/arithmetic.ts';
import { cast } from './ops/cast.ts';
import { fill } from './ops/leaf.ts';
import { format, sameShape } from './shape.ts';

/**
 * Gradients of `Σ outputs[i] · upstream[i]` with respect to `wrt`.
 *
 * @param upstream one node per output, of its shape; `undefined` means ones.
 * @param options.independent treat `wrt` as independent of each other: nothing flows from one into another.
 * @returns one node per `wrt`, of its shape and dtype; `undefined` where the outputs do not depend on it.
 */
export function gradients(
  outputs: readonly Node[],
  upstream: readonly (Node | undefined)[],
  wrt: readonly Node[],
  options: { independent?: boolean } = {},
): (Node | undefined)[] {
  const targets = new Set(wrt);
  const isBoundary = (node: Node) => options.independent === true && targets.has(node);
  const order = topologicalOrder(outputs, isBoundary);
  const onPath = dependents(order, targets);
  const sums = new Map<Node, (Node | undefined)[]>();

  const accumulate = (node: Node, output: number, value: Node) => {
    const spec = node.outputs[output]!;
    if (!sameShape(value.shape, spec.shape)) {
      throw new Error(
        `${node.op.name}: gradient has shape ${format(value.shape)}, the value ${format(spec.shape)}`,
      );
    }
    const slots =
      sums.get(node) ?? new Array<Node | undefined>(node.outputs.length).fill(undefined);
    sums.set(node, slots);
    const typed = cast(value, spec.dtype);
    const before = slots[output];
    slots[output] = before ? add(before, typed) : typed;
  };

  outputs.forEach((output, i) => {
    if (onPath.has(output)) {
      accumulate(output, 0, upstream[i] ?? fill(output.shape, 1, output.dtype));
    }
  });
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    const received = sums.get(node);
    if (!received || node.inputs.length === 0 || isBoundary(node)) continue;
    if (node.op === (pick as unknown)) {
      const { index } = node.attributes as { index: number };
      accumulate(node.inputs[0]!, index, received[0]!);
      continue;
    }
    const inputGradients = inScope(node.scope, () => gradientOf(node, received, onPath));
    inputGradients.forEach((gradient, input) => {
      const target = node.inputs[input]!;
      if (gradient && onPath.has(target)) accumulate(target, 0, gradient);
    });
  }
  return wrt.map((node) => sums.get(node)?.[0]);
}

/** The gradients of one node's inputs by its own rule, or, for a composite without one, by its definition. */
function gradientOf(
  node: Node,
  upstream: readonly (Node | undefined)[],
  onPath: ReadonlySet<Node>,
): readonly (Node | undefined)[] {
  const { op, inputs, attributes } = node;
  if (op.gradient) {
    return op.gradient({
      inputs,
      attributes,
      outputs: outputsOf(node),
      upstream,
      gradient: upstream[0] ?? fill(node.shape, 0, node.dtype),
      wants: (input) => onPath.has(inputs[input]!),
    });
  }
  if (!op.compose) return [];
  return gradientOfDefinition(node, upstream);
}

/** The gradients of a composite's inputs by its definition. */
export function gradientOfDefinition(
  { op, inputs, attributes }: Pick<Node, 'op' | 'inputs' | 'attributes'>,
  upstream: readonly (Node | undefined)[],
): (Node | undefined)[] {
  const composed = op.compose!(inputs, attributes);
  const outputs = Array.isArray(composed) ? (composed as Node[]) : [composed as Node];
  const used = outputs.flatMap((output, i) =>
    upstream[i] ? [{ output, upstream: upstream[i] }] : [],
  );
  return gradients(
    used.map((entry) => entry.output),
    used.map((entry) => entry.upstream),
    inputs,
    { independent: true },
  );
}

/** Nodes of `order` through which a gradient reaches one of `targets`. */
function dependents(order: readonly Node[], targets: ReadonlySet<Node>): Set<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    if (node.isCut && !targets.has(node)) {
      throw new Error(
        `backward: the history of ${node.op.name}${node.scope ? ` of ${node.scope}` : ''} was let go, since it reached back over too many steps; take gradients once per step, detach() what is carried over, or raise setPendingBudget({ steps })`,
      );
    }
    if (targets.has(node) || (node.differentiable && node.inputs.some((x) => found.has(x)))) {
      found.add(node);
    }
  }
  return found;
}
