import { gradients } from './autograd.ts';
import { apply, Node, type Op, topologicalOrder } from './graph.ts';
import { detach, detachOp } from './ops/detach.ts';
import { recompute } from './ops/recompute.ts';
import { Tensor } from './tensor.ts';

/**
 * Gradient checkpointing (Chen et al., 2016): `fn` computes as before, but none of its intermediate values is
 * kept for the backward pass, which computes them again from the arguments. Costs one more forward pass of
 * `fn`, saves its activations. Random draws are repeated exactly.
 *
 * @param fn from tensors to one tensor. It may read variables; every other tensor that gradients flow to must
 * be an argument.
 * @example const forward = rematerialize((x: Tensor) => block.forward(x));
 */
export function rematerialize<Arguments extends readonly Tensor[]>(
  fn: (...args: Arguments) => Tensor,
): (...args: Arguments) => Tensor {
  return (...args) => {
    const inputs = args.map(({ node }) => detach(node, node.differentiable));
    const result = fn(...(inputs.map((node) => new Tensor(node)) as unknown as Arguments));
    if (!(result instanceof Tensor)) {
      throw new TypeError('rematerialize: the function must return one tensor');
    }
    const output = result.node;
    const variables = boundary(
      output,
      inputs,
      args.map(({ node }) => node),
    );
    const op = repeatingOp(output, inputs, variables);
    return new Tensor(
      apply(op, [detach(output), ...args.map(({ node }) => node), ...variables], undefined),
    );
  };
}

/** Passes its first input on; the gradient for the others is that of a second computation of `output`. */
function repeatingOp(output: Node, inputs: readonly Node[], variables: readonly Node[]): Op {
  return {
    name: 'rematerialize',
    kind: 'composite',
    infer: ([value]) => value!,
    compose: ([value]) => value!,
    gradient: ({ inputs: [, ...sources], upstream }) => {
      const args = sources.slice(0, inputs.length);
      const begin = (node: Node): Node => recompute(node, upstream[0]!);
      const starts = args.map((node) => detach(begin(node), node.differentiable));
      const replaced = new Map(inputs.map((node, i) => [node, starts[i]!]));
      for (const word of hostScalars(output, inputs)) replaced.set(word, begin(word));
      const again = repeat(output, replaced);
      const wrt = [...starts, ...variables];
      return [undefined, ...gradients([again], upstream, wrt, { independent: true })];
    },
  };
}

/** The variables that a graph reads. */
function boundary(output: Node, inputs: readonly Node[], args: readonly Node[]): Node[] {
  const order = topologicalOrder(
    [output],
    (node) => inputs.includes(node) || isVariable(node) || !node.differentiable,
  );
  const oldest = Math.min(Number.POSITIVE_INFINITY, ...inputs.map(({ id }) => id));
  const outside = order.find(
    (node) =>
      node.differentiable && !isVariable(node) && !inputs.includes(node) && node.id < oldest,
  );
  if (outside) {
    throw new Error(
      `rematerialize: the function uses a tensor from outside that gradients flow to (${outside.op.name}, [${outside.shape.join(', ')}]); pass it as an argument`,
    );
  }
  return order.filter(
    (node) =>
      node.differentiable && isVariable(node) && !inputs.includes(node) && !args.includes(node),
  );
}

/** Numbers from the host, such as the words that random numbers are drawn from: no draw is to be kept either. */
function hostScalars(output: Node, inputs: readonly Node[]): Node[] {
  const order = topologicalOrder([output], (node) => inputs.includes(node));
  return order.filter(({ op }) => op.name === 'scalar');
}

/** Whether a node is where gradients arrive: a variable's version, or a leaf. */
function isVariable(node: Node): boolean {
  return node.inputs.length === 0 || node.op === (detachOp as unknown);
}

/** The graph of `output` once more, with some nodes replaced; what does not depend on these stays as it is. */
function repeat(output: Node, replaced: Map<Node, Node>): Node {
  const copies = new Map(replaced);
  for (const node of topologicalOrder([output], (reached) => replaced.has(reached))) {
    if (copies.has(node)) continue;
    const inputs = node.inputs.map((input) => copies.get(input) ?? input);
    if (inputs.every((input, i) => input === node.inputs[i])) continue;
    const { op, attributes, outputs, device, differentiable, scope } = node;
    copies.set(node, new Node(op, inputs, attributes, outputs, device, differentiable, scope));
  }
  return copies.get(output) ?? output;
}
